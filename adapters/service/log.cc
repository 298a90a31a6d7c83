#include "adapters/service/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <mutex>

#include "adapters/service/json_text.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

// More digits than an ICCID has, in a row.
constexpr std::size_t kEidDigitsMin = 21;

bool holds_eid(std::string_view word) {
  std::size_t digits = 0, most = 0;
  bool hex = true;
  for (char c : word) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    most = std::max(most, digits);
    hex = hex && (digits > 0 || (c >= 'a' && c <= 'f'));
  }
  bool digest = hex && word.size() == 64;
  return most >= kEidDigitsMin && !digest;
}

// Messages quote what people and devices wrote; words that are EIDs, or were to be, stay inside.
std::string without_eids(std::string_view text) {
  auto in_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) ++end;
    std::string_view word = text.substr(at, end - at);
    shown += holds_eid(word) ? "an EID" : word;
    if (end < text.size()) shown += text[end++];
    at = end;
  }
  return shown;
}

std::string object(std::string_view what, const Log::Fields& fields) {
  std::string json = "\"what\":" + json_text(without_eids(what));
  for (const auto& [name, value] : fields) {
    json += fmt::format(",\"{}\":{}", name, json_text(without_eids(value)));
  }
  return json;
}

// To open such a pipe would be to wait until somebody does.
bool is_pipe_nobody_reads(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISFIFO(status.st_mode)) return false;
  int descriptor = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return errno == ENXIO;
  ::close(descriptor);
  return false;
}

// Standard error, which by itself is written to with every line.
class StandardErrorSink final : public spdlog::sinks::base_sink<std::mutex> {
 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    waiting_.append(line.data(), line.size());
    if (waiting_.size() >= kWaitingBytesMax) flush_();
  }
  void flush_() override {
    std::fwrite(waiting_.data(), 1, waiting_.size(), stderr);
    waiting_.clear();
  }

  static constexpr std::size_t kWaitingBytesMax = 64u << 10;
  std::string waiting_;
};

class SpdLog final : public Log {
 public:
  explicit SpdLog(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {
    logger_->set_pattern(R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                         spdlog::pattern_time_type::utc);
    logger_->flush_on(spdlog::level::warn);
  }

  void info(std::string_view what, const Fields& fields) override {
    logger_->info("{}", object(what, fields));
    logger_->flush();
  }
  void warn(std::string_view what, const Fields& fields) override {
    logger_->warn("{}", object(what, fields));
  }
  void error(const Diagnostic& why) override {
    logger_->error("{}", object(why.message,
                                {{"code", std::string(code_name(why.code))}, {"help", why.help}}));
  }
  void record(std::string_view tenant, std::string_view device, std::string_view json) override {
    std::string named = device.empty() ? "" : R"(,"device":")" + log_name(tenant, device) + '"';
    logger_->info(R"("what":"record","tenant":{}{},"record":{})", json_text(tenant), named, json);
  }
  void flush() override { logger_->flush(); }

 private:
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace

Result<std::unique_ptr<Log>> Log::open(const std::string& path) {
  if (is_pipe_nobody_reads(path)) {
    return make_diagnostic(Code::E0002, fmt::format("nobody reads the pipe `{}`", path),
                           "start what reads it first, or log to a file");
  }
  try {
    std::shared_ptr<spdlog::sinks::sink> sink;
    if (path == "-") {
      sink = std::make_shared<StandardErrorSink>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path);
    }
    return std::unique_ptr<Log>(
        std::make_unique<SpdLog>(std::make_shared<spdlog::logger>("sojourn", std::move(sink))));
  } catch (const spdlog::spdlog_ex& error) {
    return make_diagnostic(Code::E0002, fmt::format("cannot write `{}`: {}", path, error.what()));
  }
}

std::string log_name(std::string_view tenant, std::string_view device) {
  std::string name = fmt::format("sojourn log name\n{}\n{}", tenant, device);
  return to_hex(sha256(as_bytes(name))).substr(0, 16);
}

}  // namespace sojourn::service
