// sojourn dryrun FILE --trace T...: replays recorded fleets under a policy.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include "adapters/cli/arguments.h"
#include "adapters/cli/commands.h"
#include "adapters/cli/dryrun_summary.h"
#include "adapters/cli/fleet_replay.h"
#include "adapters/cli/output_file.h"
#include "adapters/cli/policy_input.h"
#include "adapters/telemetry/trace_reader.h"
#include "engine/base/diagnostic_code.h"
#include "engine/runtime/audit_chain.h"
#include "engine/runtime/record_json.h"

namespace sojourn::cli {
namespace {

// Reports handed to the threads at a time: enough to keep them busy, little enough to stay in
// memory.
constexpr std::size_t kBlockReports = 16'384;

volatile std::sig_atomic_t interrupted = 0;

void interrupt(int) { interrupted = 1; }

// A line on a terminal with the rate, for runs of more than two seconds.
class Progress {
 public:
  explicit Progress(Console& console) : console_(console), begin_(Clock::now()), shown_(begin_) {}
  ~Progress() {
    if (drawn_) console_.message("\r\x1b[K");
  }
  void update(std::uint64_t report_count, Instant newest) {
    auto now = Clock::now();
    if (!console_.interactive() || now - begin_ < std::chrono::seconds(2)) return;
    if (now - shown_ < std::chrono::milliseconds(200)) return;
    shown_ = now;
    drawn_ = true;
    double elapsed = std::chrono::duration<double>(now - begin_).count();
    console_.message(fmt::format(
        "\r\x1b[K{} reports, {}/s, at {}", grouped(report_count),
        grouped(static_cast<std::uint64_t>(static_cast<double>(report_count) / elapsed)),
        to_rfc3339(newest)));
  }

 private:
  using Clock = std::chrono::steady_clock;
  Console& console_;
  Clock::time_point begin_, shown_;
  bool drawn_ = false;
};

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

// Feeds the whole trace, block by block.
Status replay_trace(telemetry::TraceReader& reader, FleetReplay& replay, RecordWriter& records,
                    Console& console, bool& damaged) {
  auto writer = [&](const FleetReplay::Written& written) { records.write(written); };
  std::vector<Observation> block(kBlockReports);
  Progress progress(console);
  std::uint64_t report_count = 0;
  Instant newest = kBeginning;
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
      ++count;
    }
    replay.feed(std::span(block).first(count), writer);
    report_count += count;
    progress.update(report_count, newest);
  }
  replay.finish(writer);
  return records.close();
}

}  // namespace

int run_dryrun(const DryrunOptions& options, Console& console) {
  auto loop = loop_options(options);
  if (!loop) return console.fail(loop.error());
  auto changed = settings_override(options);
  if (!changed) return console.fail(changed.error());
  unsigned jobs =
      options.jobs > 0 ? options.jobs : std::max(1u, std::thread::hardware_concurrency());
  auto reader = telemetry::TraceReader::open(
      {.paths = options.traces, .strict = options.strict, .jobs = jobs});
  if (!reader) return console.fail(reader.error());
  auto policy = load_runnable(options.file, options.geodata, *changed, console);
  if (!policy) return kUnusable;

  const RuleTable& table = policy->prepared->table();
  LastRecords last_records;
  RecordWriter records(table, last_records);
  if (Status status = records.open(options); !status) return console.fail(status.error());
  service::MasterData master_data(std::move(policy->devices));
  FleetReplay replay(policy->prepared, *loop, {.jobs = jobs, .master_data = &master_data});
  std::signal(SIGINT, interrupt);
  bool damaged = false;
  Status status = replay_trace(**reader, replay, records, console, damaged);
  if (!status) return console.fail(status.error());

  telemetry::TraceSummary trace = (*reader)->summary();
  if (!trace.clean()) console.message(telemetry::describe(trace));
  if (interrupted != 0) console.message("interrupted: this is what was done up to here\n");
  DryrunSummary summary{table, replay.totals(), std::move(last_records), options.open_loop};
  // With the decisions on standard output the summary must not stand among them.
  bool summary_apart = options.decisions == "-" || options.audit == "-";
  std::string text =
      options.format == OutputFormat::json ? summary_json(summary) : summary_text(summary);
  if (summary_apart) {
    console.message(text);
  } else {
    console.print(text);
  }
  bool nothing_usable = summary.totals.loops.report_count == 0;
  if (nothing_usable) {
    return console.fail(make_diagnostic(Code::E0006, "the trace holds no report that can be used",
                                        "each line needs `ts` and one of `eid`, `imei`, `device`"));
  }

  return damaged ? kUnusable : kClean;
}

}  // namespace sojourn::cli
