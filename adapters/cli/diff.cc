// sojourn diff OLD NEW: every situation that two policies decide differently.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "adapters/cli/commands.h"
#include "adapters/cli/diff_trace.h"
#include "adapters/cli/policy_input.h"
#include "engine/base/diagnostic_code.h"
#include "engine/proof/difference.h"

namespace sojourn::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string share(std::uint64_t part, std::uint64_t whole) {
  double percent = whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return fmt::format("{:.1f}%", percent);
}

std::string touched_text(const TouchedCount& part, const TouchedCount& all) {
  return fmt::format("{} of {} devices ({}), {} of {} device-days ({})", grouped(part.device_count),
                     grouped(all.device_count), share(part.device_count, all.device_count),
                     grouped(part.device_day_count), grouped(all.device_day_count),
                     share(part.device_day_count, all.device_day_count));
}

// Whether the trace was counted for the situation (alerts and tasks are not).
const TouchedCount* counted(const std::optional<DiffTrace>& trace, std::size_t situation) {
  bool listed = trace && situation + 1 < trace->situations.size();
  return listed ? &trace->situations[situation] : nullptr;
}

// Alerts and tasks may come from several rules at once.
std::string by_text(const std::string& by) { return by.empty() ? "" : fmt::format(" (by {})", by); }

std::string headline(const Difference& difference) {
  std::size_t count = difference.situations.size();
  if (difference.same()) return "the same: both decide alike in every situation\n";
  if (count == 0) {
    return difference.undecided.empty() ? "no situation is decided differently\n"
                                        : "no difference was found, but not all was decided\n";
  }
  return fmt::format("{}{} situation{} decided differently\n",
                     difference.more || !difference.undecided.empty() ? "at least " : "", count,
                     count == 1 ? " is" : "s are");
}

std::string as_text(const Difference& difference, const std::optional<DiffTrace>& trace) {
  std::string out = headline(difference);
  for (const std::string& declaration : difference.declarations) {
    out += fmt::format("  declared differently: {}\n", declaration);
  }
  if (!difference.declarations.empty() && !difference.situations.empty()) {
    out += "  situations are told with the declarations of the new policy\n";
  }
  if (trace) {
    out += fmt::format("  recorded: {}\n", touched_text(trace->touched, trace->all));
  }
  for (std::size_t i = 0; i < difference.situations.size(); ++i) {
    const ChangedSituation& one = difference.situations[i];
    out += fmt::format("\n{}. {}\n", i + 1, one.when);
    out += fmt::format("   before: {}{}\n", one.before, by_text(one.before_by));
    out += fmt::format("   after:  {}{}\n", one.after, by_text(one.after_by));
    out += fmt::format("   for example: {}\n", one.example);
    if (const TouchedCount* count = counted(trace, i)) {
      out += fmt::format("   recorded: {}\n", touched_text(*count, trace->all));
    }
  }
  if (difference.more) out += "\nand further situations beyond this list\n";
  for (const std::string& question : difference.undecided) {
    out += fmt::format("\nnot decided within the budget: {}\n", question);
  }
  return out;
}

Json as_json(const TouchedCount& count) {
  return {{"devices", count.device_count}, {"device_days", count.device_day_count}};
}

Json outcome_json(const std::string& outcome, const std::string& by) {
  Json json = {{"outcome", outcome}};
  if (!by.empty()) json["by"] = by;
  return json;
}

std::string as_json(const Difference& difference, const std::optional<DiffTrace>& trace) {
  Json json;
  json["same"] = difference.same();
  json["declarations"] = difference.declarations;
  Json situations = Json::array();
  for (std::size_t i = 0; i < difference.situations.size(); ++i) {
    const ChangedSituation& one = difference.situations[i];
    Json item;
    item["when"] = one.when;
    item["conditions"] = one.conditions;
    item["before"] = outcome_json(one.before, one.before_by);
    item["after"] = outcome_json(one.after, one.after_by);
    item["example"] = one.example;
    if (const TouchedCount* count = counted(trace, i)) item["recorded"] = as_json(*count);
    situations.push_back(std::move(item));
  }
  json["situations"] = std::move(situations);
  json["more"] = difference.more;
  json["undecided"] = difference.undecided;
  if (trace) {
    json["recorded"] = {{"all", as_json(trace->all)},
                        {"decided_differently", as_json(trace->touched)}};
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

int run_diff(const DiffOptions& options, Console& console) {
  auto world = open_world(options.geodata);
  if (!world) return console.fail(world.error());
  std::optional<RuleTable> before = read_table(options.before, **world, console);
  std::optional<RuleTable> after = read_table(options.after, **world, console);
  if (!before || !after) return kUnusable;
  Difference found;
  bool equal = before->meaning_digest == after->meaning_digest;
  if (!equal) {
    JointPolicies joint = join_policies(*before, *after);
    auto locator = (*world)->bind(joint.before.areas);
    if (!locator) return console.fail(locator.error());
    DifferenceOptions difference_options;
    difference_options.claims = (*world)->claims();
    difference_options.situations = &(*locator)->situations();
    found = difference(std::move(joint), difference_options);
  }
  std::optional<DiffTrace> trace;
  if (!options.traces.empty() && found.graph) {
    auto replayed = replay_difference(found, **world, options.traces, console);
    if (!replayed) return console.fail(replayed.error());
    trace = std::move(replayed).value();
  }
  console.print(options.format == OutputFormat::json ? as_json(found, trace)
                                                     : as_text(found, trace));
  return found.same() ? kClean : kFindings;
}

}  // namespace sojourn::cli
