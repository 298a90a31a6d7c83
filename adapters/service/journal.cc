#include "adapters/service/journal.h"

#include <fmt/format.h>

#include <charconv>

#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

// The members that the card's word can put out of force.
template <class Use>
void each_member(Observation& observation, const Use& use) {
  use("profile", observation.profile);
  use("iccid", observation.iccid);
  use("installed", observation.installed);
  use("fallback", observation.fallback);
}

Diagnostic damaged() {
  return make_diagnostic(Code::E0012, "the journal of a device cannot be read");
}

}  // namespace

void JournalWriter::time(Instant now, Instant last) {
  if (now != last && now != kBeginning) text_ += fmt::format("@{}\n", now.ms);
}

void JournalWriter::report(std::string_view line, const Observation& as_sent,
                           const Observation& as_heard) {
  std::string left_out;
  auto note = [&](std::string_view name, bool sent, bool heard) {
    if (sent && !heard) left_out += fmt::format("{}{}", left_out.empty() ? "~" : ",", name);
  };
  note("profile", !as_sent.profile.absent(), !as_heard.profile.absent());
  note("iccid", !as_sent.iccid.absent(), !as_heard.iccid.absent());
  note("installed", !as_sent.installed.absent(), !as_heard.installed.absent());
  note("fallback", !as_sent.fallback.absent(), !as_heard.fallback.absent());
  if (!left_out.empty()) text_ += left_out + " ";
  std::size_t begin = line.find('{');
  text_ += line.substr(begin == std::string_view::npos ? 0 : begin);
  text_ += '\n';
}

void JournalWriter::switched(std::string_view profile) { text_ += fmt::format("!{}\n", profile); }

JournalReader::JournalReader() : parser_(telemetry::make_ndjson_parser()) {}

Status JournalReader::replay_report(std::string_view line, std::string_view left_out,
                                    DeviceLoop& loop) {
  padded_.assign(line);
  padded_.append(telemetry::kLinePaddingBytes, ' ');
  telemetry::Line one{std::string_view(padded_).substr(0, line.size()), 1};
  if (parser_->parse(one, observation_) != telemetry::LineOutcome::used) return damaged();
  if (!left_out.empty()) {
    each_member(observation_, [&](std::string_view name, auto& member) {
      std::string list = fmt::format(",{},", left_out);
      if (list.find(fmt::format(",{},", name)) != std::string::npos) member = {};
    });
  }
  loop.report(observation_, [](const DecisionRecord&) {});
  return {};
}

Status JournalReader::replay(std::string_view text, DeviceLoop& loop,
                             const PreparedPolicy& policy) {
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return damaged();
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.empty()) return damaged();
    if (line[0] == '@') {
      Instant t;
      auto [rest, error] = std::from_chars(line.data() + 1, line.data() + line.size(), t.ms);
      if (error != std::errc() || rest != line.data() + line.size()) return damaged();
      loop.run_until(t, [](const DecisionRecord&) {});
    } else if (line[0] == '!') {
      // A profile that the policy of today does not declare is no switch that it could count.
      auto profile = policy.table().find_profile(line.substr(1));
      if (profile) loop.switched(*profile, loop.now(), [](const DecisionRecord&) {});
    } else {
      std::string_view left_out;
      std::size_t begin = line[0] == '~' ? line.find(' ') : 0;
      if (begin == std::string_view::npos) return damaged();
      if (begin > 0) left_out = line.substr(1, begin - 1), line.remove_prefix(begin + 1);
      if (Status read = replay_report(line, left_out, loop); !read) return read;
    }
  }
  return {};
}

}  // namespace sojourn::service
