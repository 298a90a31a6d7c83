// Private to the room: what turns foreign text into lines of the trace format.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/telemetry/translation.h"

namespace sojourn::telemetry {

// A report under way, as JSON text: members in the order of writing, numbers as they were written.
class ReportText {
 public:
  // `key`: "ts", "position.lat", "attributes.battery", "data.up". A value that is JSON.
  void add_json(std::string_view key, std::string_view json);
  // A value as text of any kind: numbers and flags are recognised, all else is quoted.
  void add(std::string_view key, std::string_view text);
  bool has(std::string_view key) const;
  bool empty() const { return members_.empty(); }
  // The line, with its line break; the report is empty then.
  std::string take();

 private:
  std::vector<std::pair<std::string, std::string>> members_;  // in the order of writing
};

std::string json_quoted(std::string_view text);
// A finite number, short and exact to a millionth.
std::string json_number(double value);
// By how much a number in this unit is multiplied to be in the trace format's; 0: not a unit.
double factor_of_unit(std::string_view unit);

class Translator {
 public:
  virtual ~Translator() = default;
  // Takes some of the text, in order, cut anywhere; adds whole lines to `out`.
  virtual void feed(std::string_view text, std::string& out) = 0;
  virtual void finish(std::string& out) = 0;
};

// What arrives in lines. A line beyond the limit of the trace format is passed on cut, to be
// refused there.
class LineTranslator : public Translator {
 public:
  void feed(std::string_view text, std::string& out) final;
  void finish(std::string& out) final;

 protected:
  // `line` without its break; adds what it becomes, one line or more.
  virtual void translate_line(std::string_view line, std::string& out) = 0;
  // A line beyond the limit was passed on.
  virtual void note_lost_line() {}

 private:
  void end_line(std::string& out);

  std::string rest_;
};

// Constants of the command line, in reports that do not say otherwise.
class Constants {
 public:
  explicit Constants(const Translation& how) : how_(how) {}
  void add_to(ReportText& report) const;
  bool any() const { return !how_.device.empty() || !how_.attributes.empty(); }

 private:
  Translation how_;
};

Result<std::unique_ptr<Translator>> make_csv_translator(const Translation& how);
std::unique_ptr<Translator> make_senml_translator(const Translation& how);
std::unique_ptr<Translator> make_cloudevents_translator(const Translation& how);
std::unique_ptr<Translator> make_gpx_translator(const Translation& how);
// NDJSON with constants.
std::unique_ptr<Translator> make_constants_translator(const Translation& how);

}  // namespace sojourn::telemetry
