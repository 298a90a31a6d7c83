#include "adapters/cli/fleet_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <thread>
#include <tuple>
#include <utility>

#include "engine/base/limits.h"
#include "engine/runtime/record_json.h"

namespace sojourn::cli {
namespace {

// Fewer reports or devices are gone through faster than threads are started.
constexpr std::size_t kPiecesForThreads = 64;

}  // namespace

std::string profile_name(const RuleTable& table, std::optional<std::int64_t> profile) {
  if (!profile) return "unknown";
  return *profile < 0 ? "undeclared" : table.profiles[static_cast<std::size_t>(*profile)].name;
}

// One thread's share: the devices whose index is its own modulo the number of threads.
class FleetReplay::Worker {
 public:
  struct Output {
    // Of the report that caused it; what a minute of the fleet caused comes before the next report,
    // by device.
    std::pair<std::uint64_t, std::uint64_t> order;
    DecisionRecord record;
    std::string json;
  };

  Worker(const RuleTable& table, unsigned share, unsigned share_count, bool records)
      : table_(table),
        share_(share),
        share_count_(share_count),
        records_(records),
        rules_(table.rules.size() + table.bans.size() + 1) {}

  bool owns(DeviceIndex device) const { return device % share_count_ == share_; }

  void report(DeviceLoop& loop, DeviceWatch* watch, DeviceIndex device,
              const Observation& observation, std::uint64_t ordinal) {
    ObserveOutcome outcome = loop.report(observation, [&](const DecisionRecord& record) {
      take(record, loop, device, {ordinal, kOfReport});
    });
    if (watch != nullptr) watch->reported(observation);
    for (const Diagnostic& refused : outcome.refused) note_refused(refused, observation, ordinal);
  }

  void finish(DeviceLoop& loop, DeviceWatch* watch, DeviceIndex device, Instant end,
              std::uint64_t ordinal) {
    loop.run_until(end, [&](const DecisionRecord& record) {
      take(record, loop, device, {ordinal, kOfReport});
    });
    if (watch != nullptr) watch->finish(loop);
  }

  // Something that the fleet's minute before the report of this number brought about.
  void take_of_fleet(const DecisionRecord& record, DeviceLoop& loop, DeviceIndex device,
                     std::uint64_t ordinal) {
    take(record, loop, device, {ordinal, device});
  }

  std::vector<Output> outputs;
  std::uint64_t refused_count = 0;
  std::vector<std::pair<std::uint64_t, std::string>> refused_examples;

  void add_counts(std::vector<RuleCounts>& rules) const {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      rules[i].decision_count += rules_[i].decision_count;
      rules[i].device_count += rules_[i].devices.size();
      rules[i].told_device_count += rules_[i].told_devices.size();
    }
  }

 private:
  static constexpr std::uint64_t kOfReport = ~std::uint64_t{0};

  struct RuleShare {
    std::uint64_t decision_count = 0;
    std::set<DeviceIndex> devices, told_devices;
  };

  // Of what decided, in ReplayTotals::rules.
  std::size_t place_of(const Decision& decision) const {
    if (decision.rule >= 0) return static_cast<std::size_t>(decision.rule);
    if (decision.ban >= 0) return table_.rules.size() + static_cast<std::size_t>(decision.ban);
    return rules_.size() - 1;
  }

  void take(const DecisionRecord& record, DeviceLoop& loop, DeviceIndex device,
            std::pair<std::uint64_t, std::uint64_t> order) {
    // A record may only say that what was decided now waits, or waits no more.
    if (loop.decided_at() == record.at) {
      RuleShare& share = rules_[place_of(*loop.decision())];
      ++share.decision_count;
      share.devices.insert(device);
    }
    for (std::uint32_t beside : loop.device().also()) rules_[beside].told_devices.insert(device);
    if (records_) outputs.push_back({order, record, to_json(record, table_)});
  }

  void note_refused(const Diagnostic& refused, const Observation& observation,
                    std::uint64_t ordinal) {
    ++refused_count;
    // The first of all, though they do not come in order.
    if (refused_examples.size() >= limits::kQuotedLinesMax) {
      if (ordinal >= refused_examples.back().first) return;
      refused_examples.pop_back();
    }
    auto later =
        std::upper_bound(refused_examples.begin(), refused_examples.end(), ordinal,
                         [](std::uint64_t at, const auto& kept) { return at < kept.first; });
    refused_examples.emplace(later, ordinal,
                             fmt::format("line {}: {}", observation.line, refused.message));
  }

  const RuleTable& table_;
  unsigned share_;
  unsigned share_count_;
  bool records_;
  std::vector<RuleShare> rules_;
};

FleetReplay::FleetReplay(std::shared_ptr<const PreparedPolicy> policy,
                         const LoopOptions& loop_options, const ReplayOptions& options)
    : policy_(std::move(policy)),
      options_(options),
      directory_([this](const std::string& imei) {
        return options_.names == nullptr ? std::string() : options_.names->eid_of(imei);
      }),
      watch_plan_{policy_, BanClock(policy_), loop_options.lateness, options.profiles},
      fleet_(policy_, loop_options),
      asks_fleet_(fleet_.minutes().questions().any()) {
  options_.jobs = std::max(1u, options_.jobs);
  for (unsigned share = 0; share < options_.jobs; ++share) {
    workers_.push_back(
        std::make_unique<Worker>(policy_->table(), share, options_.jobs, options_.records));
  }
}

FleetReplay::~FleetReplay() = default;

void FleetReplay::run_workers(const std::function<void(Worker&)>& work, std::size_t piece_count) {
  std::vector<std::thread> threads;
  if (piece_count < kPiecesForThreads) {
    for (const auto& worker : workers_) work(*worker);
    return;
  }
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    threads.emplace_back([&, i] { work(*workers_[i]); });
  }
  work(*workers_[0]);
  for (std::thread& thread : threads) thread.join();
}

void FleetReplay::feed(std::span<const Observation> observations, const Writer& writer) {
  device_of_.clear();
  for (const Observation& observation : observations) {
    DeviceIndex device = directory_.find_or_add(observation.names);
    device_of_.push_back(device);
    newest_ = std::max(newest_, observation.at);
    if (device == fleet_.size()) add_device(device, observation);
  }
  if (!asks_fleet_) feed_minute(observations, 0);
  for (std::size_t first = 0; asks_fleet_ && first < observations.size();) {
    pass_fleet_until(observations[first].at, ordinal_ + first);
    Instant next_minute = minute_at_or_before(observations[first].at) + minutes(1);
    std::size_t end = first + 1;
    while (end < observations.size() && observations[end].at < next_minute) ++end;
    feed_minute(observations.subspan(first, end - first), first);
    first = end;
  }
  ordinal_ += observations.size();
  write_in_order(writer);
}

// Reports between which no minute of the fleet lies; `first` is the number of the first in its
// block.
void FleetReplay::feed_minute(std::span<const Observation> observations, std::size_t first) {
  // Each device's reports in a row: what is kept of a device is fetched into the cache once for
  // all of them, and that costs more than to take one in.
  by_device_.resize(observations.size());
  std::iota(by_device_.begin(), by_device_.end(), 0u);
  std::stable_sort(by_device_.begin(), by_device_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return device_of_[first + a] < device_of_[first + b];
  });
  auto take = [&](Worker& worker) {
    for (std::uint32_t i : by_device_) {
      DeviceIndex device = device_of_[first + i];
      if (!worker.owns(device)) continue;
      worker.report(fleet_.loop(device), watches_[device].get(), device, observations[i],
                    ordinal_ + first + i);
    }
  };
  run_workers(take, observations.size());
  if (!asks_fleet_) return;
  for (std::size_t i = 0; i < observations.size(); ++i) fleet_.heard(device_of_[first + i]);
}

void FleetReplay::pass_fleet_until(Instant end, std::uint64_t ordinal) {
  fleet_.pass_until(end, [&](FleetMember device, const DecisionRecord& record) {
    Worker& owner = *workers_[device % workers_.size()];
    owner.take_of_fleet(record, fleet_.loop(device), device, ordinal);
  });
}

void FleetReplay::add_device(DeviceIndex device, const Observation& first) {
  DeviceLoop& loop = fleet_.loop(fleet_.join(directory_.label(device)));
  bool watched = options_.profiles || !watch_plan_.bans.rows().empty();
  watches_.push_back(watched ? std::make_unique<DeviceWatch>(watch_plan_) : nullptr);
  loop.watch(watches_.back().get());
  if (options_.master_data == nullptr) return;
  std::optional<Observation> known = options_.master_data->of(first.names, first.at);
  if (known) loop.introduce(*known);
}

void FleetReplay::finish(const Writer& writer) {
  if (asks_fleet_ && newest_ != kBeginning) pass_fleet_until(newest_, ordinal_);
  auto end = [&](Worker& worker) {
    for (DeviceIndex device = 0; device < fleet_.size(); ++device) {
      if (!worker.owns(device)) continue;
      worker.finish(fleet_.loop(device), watches_[device].get(), device, newest_,
                    ordinal_ + device);
    }
  };
  run_workers(end, fleet_.size());
  write_in_order(writer);
}

void FleetReplay::write_in_order(const Writer& writer) {
  std::vector<Worker::Output*> order;
  for (auto& worker : workers_) {
    for (Worker::Output& output : worker->outputs) order.push_back(&output);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return a->order < b->order; });
  for (const Worker::Output* output : order) writer({output->record, output->json});
  for (auto& worker : workers_) worker->outputs.clear();
}

bool FleetReplay::counts_now(DeviceIndex index, const Ban& ban) {
  Device& device = fleet_.loop(index).device();
  std::optional<std::int64_t> enabled = device.enabled_profile(newest_);
  if (!enabled) return false;
  const RuleTable& table = policy_->table();
  std::size_t candidate =
      *enabled < 0 ? ban.violated.size() - 1 : static_cast<std::size_t>(*enabled);
  Instant steady;
  std::vector<ConditionIndex> open = {ban.violated[candidate]};
  while (!open.empty()) {
    ConditionIndex at = open.back();
    open.pop_back();
    for (FeatureIndex f : table.conditions.features_of(at)) {
      const Feature& feature = table.features[f];
      if (feature.kind == FeatureKind::on_a_network) {
        open.push_back(feature.inner);
      } else if (is_temporal(feature.kind) &&
                 device.judge(feature.inner, newest_, steady) != Truth::yes) {
        return false;
      }
    }
  }
  return true;
}

void FleetReplay::add_bans(ReplayTotals& totals) {
  const std::vector<BanClock::Row>& rows = watch_plan_.bans.rows();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    BanTotals ban{rows[row].ban, {}, {}, kNever, {}};
    auto add = [&](BanTotals::Days& sum, const BanDays& days) {
      std::uint64_t violated = days.violated_day_count(row);
      sum.device_count += violated > 0 ? 1 : 0;
      sum.device_day_count += violated;
      sum.doubtful_count += days.doubtful_day_count(row);
    };
    for (DeviceIndex device = 0; device < fleet_.size(); ++device) {
      const BanDays& with = watches_[device]->with_policy();
      add(ban.with, with);
      add(ban.without, watches_[device]->without_policy());
      if (with.first_violated(row) < ban.first_violated) {
        ban.first_violated = with.first_violated(row);
        ban.first_device = directory_.label(device);
      }
      Device& now = fleet_.loop(device).device();
      Instant deadline = now.deadline(rows[row].ban, newest_);
      bool near = deadline > newest_ && deadline <= newest_ + kNearLimit;
      if (near && counts_now(device, watch_plan_.bans.table().bans[rows[row].ban])) {
        totals.near.push_back({deadline, directory_.label(device), rows[row].ban});
      }
    }
    totals.bans.push_back(std::move(ban));
  }
  std::sort(totals.near.begin(), totals.near.end(), [](const NearLimit& a, const NearLimit& b) {
    return std::tie(a.deadline, a.device, a.ban) < std::tie(b.deadline, b.device, b.ban);
  });
}

ReplayTotals FleetReplay::totals() {
  ReplayTotals totals;
  totals.device_count = fleet_.size();
  totals.rules.resize(policy_->table().rules.size() + policy_->table().bans.size() + 1);
  std::vector<std::pair<std::uint64_t, std::string>> examples;
  for (const auto& worker : workers_) {
    worker->add_counts(totals.rules);
    totals.refused_value_count += worker->refused_count;
    examples.insert(examples.end(), worker->refused_examples.begin(),
                    worker->refused_examples.end());
  }
  std::sort(examples.begin(), examples.end());
  examples.resize(std::min(examples.size(), limits::kQuotedLinesMax));
  for (auto& example : examples) totals.refused_examples.push_back(std::move(example.second));
  add_bans(totals);
  for (DeviceIndex device = 0; device < fleet_.size(); ++device) {
    const LoopTotals& loop = fleet_.loop(device).totals();
    totals.loops.report_count += loop.report_count;
    totals.loops.late_count += loop.late_count;
    totals.loops.too_late_count += loop.too_late_count;
    totals.loops.duplicate_count += loop.duplicate_count;
    totals.loops.switch_count += loop.switch_count;
    totals.loops.change_count += loop.change_count;
    totals.loops.first = std::min(totals.loops.first, loop.first);
    totals.loops.last = std::max(totals.loops.last, loop.last);
    const std::optional<std::string>& waits_for = fleet_.loop(device).suppressed();
    if (waits_for) ++totals.waiting[*waits_for];
    totals.switching_device_count += loop.switch_count > 0 ? 1 : 0;
    if (loop.switch_count > totals.switches_per_device_max) {
      totals.switches_per_device_max = loop.switch_count;
      totals.most_switched_device = directory_.label(device);
    }
  }
  return totals;
}

}  // namespace sojourn::cli
