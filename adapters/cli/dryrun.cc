// sojourn dryrun FILE --trace T...: replays recorded fleets under a policy.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <optional>
#include <span>
#include <thread>

#include "adapters/cli/arguments.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/dryrun_report.h"
#include "adapters/cli/dryrun_summary.h"
#include "adapters/cli/fleet_replay.h"
#include "adapters/cli/output_file.h"
#include "adapters/cli/policy_input.h"
#include "adapters/cli/progress.h"
#include "adapters/cli/reported_days.h"
#include "adapters/cli/undeclared_names.h"
#include "adapters/telemetry/trace_reader.h"
#include "engine/base/diagnostic_code.h"
#include "engine/runtime/audit_chain.h"
#include "engine/runtime/record_json.h"

namespace sojourn::cli {
namespace {

// Reports handed to the threads at a time: enough to keep them busy and to find several of a device
// among them, few enough to be in the cache still when they are taken in.
constexpr std::size_t kBlockReports = 4'096;

volatile std::sig_atomic_t interrupted = 0;

void interrupt(int) { interrupted = 1; }

// Where records go: the decisions file, the evidence chain, the last one of each device.
class RecordWriter {
 public:
  RecordWriter(const RuleTable& table, LastRecords& last) : table_(table), last_(last) {}

  Status open(const DryrunOptions& options) {
    if (!options.decisions.empty()) {
      if (Status status = decisions_.open(options.decisions, options.force); !status) return status;
    }
    if (!options.audit.empty()) {
      if (Status status = audit_.open(options.audit, options.force); !status) return status;
    }
    return {};
  }

  void write(const FleetReplay::Written& written) {
    if (decisions_.is_open()) decisions_.write(fmt::format("{}\n", written.json));
    if (audit_.is_open()) {
      DecisionRecord nameless = written.record;
      nameless.device = "%";
      audit_.write(chain_.append(to_json(nameless, table_), written.record.device) + "\n");
    }
    last_.insert_or_assign(written.record.device, written.record);
  }

  // The outputs appear under their names only now.
  Status close() {
    Status decisions = decisions_.close();
    Status audit = audit_.close();
    return decisions.ok() ? audit : decisions;
  }

 private:
  const RuleTable& table_;
  LastRecords& last_;
  OutputFile decisions_;
  OutputFile audit_;
  AuditChain chain_{"dryrun", as_key("dryrun")};

  static Bytes as_key(std::string_view text) { return {text.begin(), text.end()}; }
};

Result<LoopOptions> loop_options(const DryrunOptions& options) {
  LoopOptions loop;
  loop.mode = options.open_loop ? LoopMode::open : LoopMode::closed;
  loop.every_report = options.all;
  loop.approved = options.approved;
  auto wrong = [](std::string_view option, const std::string& text) {
    return make_diagnostic(Code::E0003,
                           fmt::format("`{} {}` is not a length of time", option, text),
                           "write a number and a unit, such as \"30 minutes\" or \"7 days\"");
  };
  auto lateness = parse_duration(options.lateness);
  if (!lateness) return wrong("--lateness", options.lateness);
  loop.lateness = *lateness;
  if (!options.latency.empty()) {
    loop.latency = parse_duration(options.latency);
    if (!loop.latency) return wrong("--latency", options.latency);
    // A policy that sends devices to and fro would do so each millisecond.
    if (*loop.latency < minutes(1)) {
      return make_diagnostic(
          Code::E0003, fmt::format("`--latency {}`: no switch is that quick", options.latency),
          "a minute is the least; without `--latency` a decision takes effect at the device's next "
          "report");
    }
  }
  return loop;
}

Result<SettingsOverride> settings_override(const DryrunOptions& options) {
  SettingsOverride changed;
  if (!options.settle) return changed;
  changed.settle = parse_duration(*options.settle);
  if (!changed.settle) {
    return make_diagnostic(Code::E0003,
                           fmt::format("`--settle {}` is not a length of time", *options.settle),
                           "write a number and a unit, such as \"30 minutes\"");
  }
  return changed;
}

// One policy over the trace.
struct PolicyRun {
  RunnablePolicy policy;
  service::MasterData master_data;
  FleetReplay replay;

  PolicyRun(RunnablePolicy runnable, const LoopOptions& loop, const ReplayOptions& options)
      : policy(std::move(runnable)),
        master_data(std::move(policy.devices)),
        replay(policy.prepared, loop, with(options, master_data)) {}
  PolicyRun(const PolicyRun&) = delete;
  PolicyRun& operator=(const PolicyRun&) = delete;

  const RuleTable& table() const { return policy.prepared->table(); }

 private:
  static ReplayOptions with(ReplayOptions options, const service::MasterData& master_data) {
    options.master_data = &master_data;
    if (options.names == nullptr) options.names = &master_data;
    return options;
  }
};

// What is fed with the trace, block by block. The last two may be absent.
struct Fed {
  PolicyRun& run;
  RecordWriter& records;
  PolicyRun* other;
  DryrunReport* report;

  void block(std::span<const Observation> observations) {
    run.replay.feed(observations, writer());
    if (other != nullptr) other->replay.feed(observations, nobody());
    if (report != nullptr) report->add(observations, run.replay);
  }
  void finish() {
    run.replay.finish(writer());
    if (other != nullptr) other->replay.finish(nobody());
  }

 private:
  FleetReplay::Writer writer() {
    return [this](const FleetReplay::Written& written) {
      records.write(written);
      if (report != nullptr) report->add(written);
    };
  }
  static FleetReplay::Writer nobody() {
    return [](const FleetReplay::Written&) {};
  }
};

// Feeds the whole trace. Not ok: `--strict` or a file's damage, told on the console.
bool replay_trace(telemetry::TraceReader& reader, const telemetry::ReadMeter& meter, Fed& fed,
                  Console& console) {
  bool damaged = false;
  std::vector<Observation> block(kBlockReports);
  Progress progress(console, meter);
  std::uint64_t report_count = 0;
  Instant newest = kBeginning;
  ReportedDays days;
  UndeclaredNames undeclared(fed.run.table());
  for (bool at_end = false; !at_end && interrupted == 0;) {
    std::size_t count = 0;
    while (count < block.size()) {
      auto more = reader.next(block[count]);
      if (!more) {
        console.fail(more.error());
        damaged = true;
        continue;
      }
      if (!*more) {
        at_end = true;
        break;
      }
      newest = std::max(newest, block[count].at);
      days.add(block[count]);
      undeclared.add(block[count]);
      ++count;
    }
    fed.block(std::span(block).first(count));
    report_count += count;
    progress.update(report_count, newest);
  }
  if (std::string told = undeclared.told() + days.told(); !told.empty()) console.message(told);
  fed.finish();
  return !damaged;
}

Status refuse_contradictions(const DryrunOptions& options) {
  if (options.open_loop && !options.compare.empty()) {
    return make_diagnostic(Code::E0003, "`--open` and `--compare` exclude each other",
                           "`sojourn diff OLD NEW --trace T` compares decisions on what was "
                           "recorded");
  }
  if (options.decisions == "-" && options.audit == "-") {
    return make_diagnostic(Code::E0003,
                           "`--decisions` and `--audit` cannot both go to standard output",
                           "write one of them to a file");
  }
  return {};
}

Result<telemetry::TraceOptions> reading_options(const DryrunOptions& options, unsigned jobs) {
  auto reading = trace_options(options.trace);
  if (!reading) return reading;
  reading->strict = options.strict;
  reading->jobs = jobs;
  reading->meter = std::make_shared<telemetry::ReadMeter>();
  return reading;
}

// What is said at the end, for people or programs.
void tell(const DryrunOptions& options, const DryrunSummary& summary,
          const DryrunComparison* compared, Console& console) {
  std::string text = options.format == OutputFormat::json ? summary_json(summary, compared)
                                                          : summary_text(summary, compared);
  // With the decisions on standard output the summary must not stand among them.
  bool apart = options.decisions == "-" || options.audit == "-" || options.report == "-";
  apart ? console.message(text) : console.print(text);
}

bool any_violated(const DryrunSummary& summary) {
  return std::any_of(summary.totals.bans.begin(), summary.totals.bans.end(),
                     [](const BanTotals& ban) { return ban.with.device_count > 0; });
}

}  // namespace

int run_dryrun(const DryrunOptions& options, Console& console) {
  if (Status sound = refuse_contradictions(options); !sound) return console.fail(sound.error());
  auto loop = loop_options(options);
  if (!loop) return console.fail(loop.error());
  auto changed = settings_override(options);
  if (!changed) return console.fail(changed.error());
  unsigned jobs =
      options.jobs > 0 ? options.jobs : std::max(1u, std::thread::hardware_concurrency());
  auto reading = reading_options(options, jobs);
  if (!reading) return console.fail(reading.error());
  auto reader = telemetry::TraceReader::open(*reading);
  if (!reader) return console.fail(reader.error());
  ReplayOptions replaying{.jobs = jobs, .profiles = !options.compare.empty()};
  auto policy = load_runnable(options.file, options.geodata, *changed, console);
  if (!policy) return kUnusable;
  PolicyRun run(*std::move(policy), *loop, replaying);
  std::optional<PolicyRun> other;
  if (!options.compare.empty()) {
    auto compared = load_runnable(options.compare, options.geodata, *changed, console);
    if (!compared) return kUnusable;
    replaying.records = false;
    replaying.names = &run.master_data;
    other.emplace(*std::move(compared), *loop, replaying);
  }
  LastRecords last_records;
  RecordWriter records(run.table(), last_records);
  if (Status status = records.open(options); !status) return console.fail(status.error());
  std::optional<DryrunReport> report;
  if (!options.report.empty()) {
    report.emplace();
    if (Status status = report->open(options.report, options.force); !status) {
      return console.fail(status.error());
    }
  }

  std::signal(SIGINT, interrupt);
  Fed fed{run, records, other ? &*other : nullptr, report ? &*report : nullptr};
  bool whole = replay_trace(**reader, *reading->meter, fed, console);
  if (Status status = records.close(); !status) return console.fail(status.error());

  telemetry::TraceSummary trace = (*reader)->summary();
  if (!trace.clean()) console.message(telemetry::describe(trace));
  if (interrupted != 0) console.message("interrupted: this is what was done up to here\n");
  DryrunSummary summary{run.table(), run.replay.totals(), std::move(last_records),
                        options.open_loop};
  std::optional<DryrunComparison> comparison;
  if (other) {
    comparison.emplace(DryrunComparison{{other->table(), other->replay.totals(), {}, false},
                                        compare_replays(run.replay, other->replay)});
  }
  const DryrunComparison* compared = comparison ? &*comparison : nullptr;
  tell(options, summary, compared, console);
  if (summary.totals.loops.report_count == 0 && whole) {
    return console.fail(
        make_diagnostic(Code::E0006, "the trace holds no report that can be used",
                        "each line needs `ts` and one of `eid`, `imei`, `device`; columns of other "
                        "names are told by `--mapping`"));
  }
  if (report) {
    std::string skipped = trace.clean() ? "" : telemetry::describe(trace);
    Status status = report->close(summary, compared, run.replay, skipped, options.geodata);
    if (!status) return console.fail(status.error());
  }
  if (!whole) return kUnusable;
  return any_violated(summary) ? kFindings : kClean;
}

}  // namespace sojourn::cli
