// What the service says about itself: one JSON object per line. Devices stand in it under a digest
// of their name, the same for the life of a store, and EIDs that a message quotes are left out, so
// that a log may leave the house.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/diagnostic.h"
#include "engine/base/result.h"

namespace sojourn::service {

// Any thread.
class Log {
 public:
  using Fields = std::vector<std::pair<std::string_view, std::string>>;

  // "-" is standard error. E0002 when the file cannot be written.
  static Result<std::unique_ptr<Log>> open(const std::string& path);
  virtual ~Log() = default;

  // Each of these three is there when they return.
  virtual void info(std::string_view what, const Fields& fields = {}) = 0;
  virtual void warn(std::string_view what, const Fields& fields = {}) = 0;
  virtual void error(const Diagnostic& why) = 0;
  // There with the next of the others, or `flush`. `device` "": about the whole tenant. `json`: an
  // object of our own making.
  virtual void record(std::string_view tenant, std::string_view device, std::string_view json) = 0;
  virtual void flush() = 0;
};

// A device's name in logs: 16 hex digits.
std::string log_name(std::string_view tenant, std::string_view device);

}  // namespace sojourn::service
