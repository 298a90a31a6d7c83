// The public face of the engine (sojourn/sojourn.hpp): plain values to and from the loop.
#include <fmt/format.h>

#include <cmath>

#include "engine/base/diagnostic_code.h"
#include "engine/device/planner_goal.h"
#include "engine/graph/graph_file.h"
#include "engine/runtime/embed_engine.h"
#include "engine/runtime/record_json.h"

namespace sojourn::embed {

Error error_of(const Diagnostic& diagnostic) {
  return {std::string(code_name(diagnostic.code)), diagnostic.message, diagnostic.help};
}

Error refused(std::string message, std::string help) {
  return error_of(make_diagnostic(Code::E0006, std::move(message), std::move(help)));
}

// A report of another time would be followed there, day by day.
std::optional<Error> refused_time(std::int64_t at_ms) {
  constexpr std::int64_t kFirstMs = -62'167'219'200'000;  // 0000-01-01T00:00:00Z
  constexpr std::int64_t kLastMs = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z
  if (kFirstMs <= at_ms && at_ms <= kLastMs) return std::nullopt;
  return refused(fmt::format("{} lies outside the years 0000 to 9999", at_ms),
                 "times are milliseconds since 1970-01-01T00:00:00Z");
}

Decision public_decision(const DecisionRecord& record, const RuleTable& table) {
  Decision decision;
  decision.at_ms = record.at.ms;
  decision.device = record.device;
  decision.outcome = record.outcome;
  decision.profile = record.profile;
  decision.from = record.from;
  decision.rule = record.rule;
  decision.origin = record.origin;
  decision.alerts = record.alerts;
  decision.tasks = record.tasks;
  decision.review_ms = record.review.ms;
  decision.json = to_json(record, table);
  return decision;
}

namespace {

std::optional<Registration> find_registration(std::string_view word) {
  if (word == "home") return Registration::home;
  if (word == "roaming") return Registration::roaming;
  if (word == "searching") return Registration::searching;
  if (word == "denied") return Registration::denied;
  if (word == "none") return Registration::none;
  return std::nullopt;
}

DeviceNames device_names(const std::string& device) {
  if (parse_eid(device)) return {device, "", ""};
  if (is_imei(device)) return {"", device, ""};
  return {"", "", device};
}

AttributeReport attribute_report(const std::string& name, const AttributeValue& value) {
  AttributeReport report;
  report.name = name;
  if (const bool* flag = std::get_if<bool>(&value)) {
    report.type = AttributeReport::Type::flag;
    report.flag = *flag;
  } else if (const double* number = std::get_if<double>(&value)) {
    report.type = AttributeReport::Type::number;
    report.number_millionths = std::llround(*number * 1e6);
  } else if (const std::string* text = std::get_if<std::string>(&value)) {
    report.type = AttributeReport::Type::text;
    report.text = *text;
  } else if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    report.type = AttributeReport::Type::list;
    report.list = *list;
  }
  return report;
}

// Every number must be one that millionths can hold.
bool numbers_fit(const Observation& from) {
  for (const auto& [name, value] : from.attributes) {
    const double* number = std::get_if<double>(&value);
    if (number && !(std::abs(*number) < 9e12)) return false;
  }
  return true;
}

Expected<sojourn::Observation> convert(const Observation& from) {
  if (std::optional<Error> refused = refused_time(from.at_ms)) return *refused;
  if (from.device.empty()) return refused("the observation names no device", "set `device`");
  if (!numbers_fit(from)) return refused("an attribute's number is too large", "use at most 9e12");
  sojourn::Observation to;
  to.at = Instant{from.at_ms};
  to.names = device_names(from.device);
  if (from.position) {
    LatLon at{from.position->lat, from.position->lon};
    if (Status status = check_position(at); !status) return error_of(status.error());
    Fix fix;
    fix.at = at;
    fix.accuracy_m = from.position->accuracy_m;
    fix.altitude_m = from.position->altitude_m;
    fix.speed_mps = from.position->speed_mps;
    to.position.give(fix);
  }
  if (from.network) {
    auto plmn = parse_plmn(*from.network);
    if (!plmn)
      return refused(fmt::format("network `{}` is not a code", *from.network),
                     "write MCC-MNC, such as `724-05`");
    to.network.give(*plmn);
  }
  if (from.registration) {
    auto registration = find_registration(*from.registration);
    if (!registration) {
      return refused(fmt::format("registration `{}` is not known", *from.registration),
                     "use home, roaming, searching, denied or none");
    }
    to.registration.give(*registration);
  }
  if (from.rat) {
    auto rat = find_rat(*from.rat);
    if (!rat)
      return refused(fmt::format("rat `{}` is not known", *from.rat), "use for example `lte-m`");
    to.rat.give(*rat);
  }
  to.reject_cause = from.reject_cause;
  if (from.profile) to.profile.give(*from.profile);
  if (from.iccid) to.iccid.give(*from.iccid);
  if (from.installed) to.installed.give(*from.installed);
  to.data_bytes = from.data_bytes;
  to.event = from.event;
  for (const auto& [name, value] : from.attributes) {
    to.attributes.push_back(attribute_report(name, value));
  }
  return to;
}

}  // namespace

Expected<Policy> Policy::map(const std::string& path, std::shared_ptr<const Gazetteer> gazetteer) {
  if (gazetteer == nullptr) return refused("no gazetteer is given", "`open_gazetteer()` opens one");
  auto graph = map_graph_file(path);
  if (!graph) return error_of(graph.error());
  auto prepared = PreparedPolicy::prepare(*graph, *gazetteer);
  if (!prepared) return error_of(prepared.error());
  return Policy(std::make_shared<const State>(State{std::move(gazetteer), *prepared}));
}

std::string Policy::name() const { return state_->prepared->table().settings.name; }
std::string Policy::version() const { return state_->prepared->table().settings.version; }
std::string Policy::meaning_digest() const {
  return "sha256:" + to_hex(state_->prepared->table().meaning_digest);
}

Error unknown_device(const std::string& device) {
  return refused(fmt::format("device `{}` has not been observed", device), "observe it first");
}

Engine::Engine(const Policy& policy) : state_(std::make_unique<State>(policy)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Expected<std::vector<Decision>> Engine::observe(const Observation& observation) {
  auto converted = convert(observation);
  if (!converted) return converted.error();
  State::Followed& followed = state_->follow(observation.device);
  if (followed.plan) {
    Planner(*followed.plan, state_->planner_options)
        .hear(converted.value(), names_of(state_->prepared()));
  }
  return state_->run(followed.loop, [&](const RecordSink& sink) {
    followed.loop.report(converted.value(), sink);
  });
}

std::vector<Decision> Engine::tick(std::int64_t now_ms) {
  std::vector<Decision> decisions;
  while (!state_->queue.empty() && state_->queue.begin()->first.ms <= now_ms) {
    auto [due, device] = *state_->queue.begin();
    DeviceLoop& loop = state_->follow(device).loop;
    auto more =
        state_->run(loop, [&, due = due](const RecordSink& sink) { loop.run_until(due, sink); });
    decisions.insert(decisions.end(), std::make_move_iterator(more.begin()),
                     std::make_move_iterator(more.end()));
  }
  return decisions;
}

std::int64_t Engine::next_review_ms() const {
  return state_->queue.empty() ? kNeverMs : state_->queue.begin()->first.ms;
}

Expected<std::vector<Decision>> Engine::switched(const std::string& device,
                                                 const std::string& profile, std::int64_t at_ms) {
  auto index = state_->prepared().table().find_profile(profile);
  if (!index)
    return refused(fmt::format("profile `{}` is not in the policy", profile), "use its names");
  if (std::optional<Error> refused = refused_time(at_ms)) return *refused;
  DeviceLoop& loop = state_->follow(device).loop;
  return state_->run(loop,
                     [&](const RecordSink& sink) { loop.switched(*index, Instant{at_ms}, sink); });
}

Expected<std::string> Engine::explain(const std::string& device) {
  State::Followed* followed = state_->find(device);
  if (followed == nullptr) return unknown_device(device);
  Explanation explanation = followed->loop.explain();
  explanation.device = device;
  return to_json(explanation, state_->prepared().table());
}

}  // namespace sojourn::embed
