// sojourn diff OLD NEW: every situation that two policies decide differently.
#include <fmt/format.h>

#include <algorithm>

#include "adapters/cli/commands.h"
#include "adapters/cli/diff_trace.h"
#include "adapters/cli/policy_input.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::cli {
namespace {

using service::RecordedDifference;
using service::TouchedCount;

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

// Devices that are named; --format json has them all.
constexpr std::size_t kDevicesNamedMax = 20;

std::string devices_text(const Difference& difference, const RecordedDifference& trace) {
  std::string out =
      trace.devices.empty() ? "" : "\nrecorded devices that are decided differently\n";
  for (std::size_t i = 0; i < std::min(trace.devices.size(), kDevicesNamedMax); ++i) {
    const service::TouchedDevice& one = trace.devices[i];
    std::string where = one.situation < difference.situations.size()
                            ? fmt::format("situation {}", one.situation + 1)
                            : "a further situation";
    out += fmt::format("  {}  from {} in {}; {} day{}\n", one.device, to_rfc3339(one.since), where,
                       grouped(one.day_count), one.day_count == 1 ? "" : "s");
  }
  if (trace.devices.size() > kDevicesNamedMax) {
    out += fmt::format("  and {} more\n", grouped(trace.devices.size() - kDevicesNamedMax));
  }
  return out;
}

std::string digests(const Difference& difference) {
  std::string before = to_hex(difference.meaning_before), after = to_hex(difference.meaning_after);
  if (before == after) return fmt::format("  both mean sha256:{}\n", before);
  return fmt::format("  meaning before: sha256:{}\n  meaning after:  sha256:{}\n", before, after);
}

std::string as_text(const Difference& difference, const RecordedDifference* trace) {
  std::string out = headline(difference) + digests(difference);
  for (const std::string& declaration : difference.declarations) {
    out += fmt::format("  declared differently: {}\n", declaration);
  }
  if (!difference.declarations.empty() && !difference.situations.empty()) {
    out += "  situations are told with the declarations of the new policy\n";
  }
  if (trace != nullptr) {
    out += fmt::format("  recorded: {}\n", touched_text(trace->touched, trace->all));
  }
  if (!difference.declarations.empty()) {
    out +=
        "  what is declared differently may change what is counted and read of a device, which is "
        "not told here;\n  `sojourn dryrun OLD --compare NEW --trace ...` shows it\n";
  }
  for (std::size_t i = 0; i < difference.situations.size(); ++i) {
    const ChangedSituation& one = difference.situations[i];
    out += fmt::format("\n{}. {}\n", i + 1, one.when);
    out += fmt::format("   before: {}{}\n", one.before, by_text(one.before_by));
    out += fmt::format("   after:  {}{}\n", one.after, by_text(one.after_by));
    out += fmt::format("   for example: {}\n", one.example);
    const TouchedCount* count = trace != nullptr ? trace->of(i) : nullptr;
    if (count != nullptr) {
      out += fmt::format("   recorded: {}\n", touched_text(*count, trace->all));
    }
  }
  if (trace != nullptr) out += devices_text(difference, *trace);
  if (difference.more) out += "\nand further situations beyond this list\n";
  for (const std::string& question : difference.undecided) {
    out += fmt::format("\nnot decided within the budget: {}\n", question);
  }
  return out;
}

}  // namespace

int run_diff(const DiffOptions& options, Console& console) {
  auto world = open_world(options.geodata);
  if (!world) return console.fail(world.error());
  Recheck kept;  // versions of one policy
  std::optional<PolicyTable> before = read_table(options.before, **world, console, &kept);
  std::optional<PolicyTable> after = read_table(options.after, **world, console, &kept);
  if (!before || !after) return kUnusable;
  auto difference = service::find_difference(before->rules, after->rules, **world);
  if (!difference) return console.fail(difference.error());
  const Difference& found = *difference;
  std::optional<RecordedDifference> trace;
  if (!options.trace.paths.empty() && found.graph) {
    auto reading = trace_options(options.trace);
    if (!reading) return console.fail(reading.error());
    service::MasterData known(after->devices.empty() ? std::move(before->devices)
                                                     : std::move(after->devices));
    auto replayed = replay_difference(found, **world, known, *reading, console);
    if (!replayed) return console.fail(replayed.error());
    trace = std::move(replayed).value();
  }
  const RecordedDifference* recorded = trace ? &*trace : nullptr;
  console.print(options.format == OutputFormat::json
                    ? service::difference_json(found, recorded, 2) + "\n"
                    : as_text(found, recorded));
  return found.same() ? kClean : kFindings;
}

}  // namespace sojourn::cli
