#include "adapters/service/engine.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "adapters/service/command_package.h"
#include "adapters/service/every_row.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

// Enough to make the sync cheap for each; few enough that nobody waits long.
constexpr std::size_t kReportsPerTurn = 20'000;
// Devices looked at between two turns, so that reports are not kept waiting by a busy midnight.
constexpr std::size_t kDevicesPerTick = 512;
// Of a fleet, before what came in is looked at.
constexpr std::size_t kStepsBeforeReports = 512;
// However far the next instant is: the wall clock may be set meanwhile.
constexpr std::chrono::milliseconds kNapMax{1'000};
// A device that polls again and again between reading and committing: not so often.
constexpr int kPlaceAttempts = 16;
// Between two turns, at least; and after turns in which nothing waited.
constexpr std::chrono::milliseconds kTidyMin{5};
// How often devices that were silent for long are looked for.
constexpr std::chrono::seconds kRestEvery{5};

// How often it is tried whether there is room again.
constexpr std::chrono::milliseconds kRoomEvery{500};

// So many that left memory are worth the milliseconds of giving it back at once; else it is given
// back when no more follow.
constexpr std::size_t kRestedMax = 2'000;

// What devices held lies between what others still hold: the allocator keeps it unless it is asked.
void give_memory_back() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

Diagnostic no_room() {
  return make_diagnostic(Code::E0009, "the disk is full", "make room; then send it again");
}

Diagnostic stopped() {
  return make_diagnostic(Code::E0015, "the service is stopping", "send it again in a moment");
}

}  // namespace

Engine::Engine(Tenant& tenant, const ServiceLimits& limits, WallClock now,
               std::function<void(const Diagnostic&)> failed)
    : tenant_(tenant), limits_(limits), now_(std::move(now)), failed_(std::move(failed)) {}

Status Engine::start() {
  if (Status done = take_up_what_was_left(); !done) return done;
  revisiting_ = tenant_.revisiting();
  killed_ = tenant_.switches().all;
  thread_ = std::thread([this] { run(); });
  ahead_ = std::thread([this] { run_ahead(); });
  return {};
}

void Engine::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  wake_ahead_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (ahead_.joinable()) ahead_.join();
}

bool Engine::running() const {
  std::lock_guard lock(mutex_);
  return thread_.joinable() && !broken_ && !stopping_;
}

EngineCounters Engine::counters() const {
  std::lock_guard lock(mutex_);
  EngineCounters now = counters_;
  now.waiting = waiting_reports_;
  now.lacks_room = lacks_room_;
  now.next_instant = next_instant_;
  return now;
}

// --- what comes in -------------------------------------------------------------------------------

Result<ReportCounts> Engine::take(std::vector<Report> reports) {
  std::future<Result<ReportCounts>> answer;
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || broken_) return stopped();
    if (lacks_room_) return no_room();
    // A request larger than the whole queue is taken when nothing else waits.
    bool full =
        waiting_reports_ > 0 && waiting_reports_ + reports.size() > limits_.queued_observations_max;
    if (full) {
      ++counters_.refused;
      return make_diagnostic(Code::E0883, "too many observations are waiting",
                             "send them again in a moment");
    }
    waiting_reports_ += reports.size();
    ReportsJob& job = jobs_.emplace_back();
    job.reports = std::move(reports);
    answer = job.answer.get_future();
  }
  wake_.notify_one();
  return answer.get();
}

void Engine::tell(const Eid& eid, std::vector<eim::Notice> notices) {
  if (notices.empty()) return;
  {
    std::lock_guard lock(mutex_);
    auto& all = told_[eid];
    std::move(notices.begin(), notices.end(), std::back_inserter(all));
  }
  wake_.notify_one();
}

Status Engine::do_errand(std::function<Status()> errand) {
  std::future<Status> answer;
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || broken_) return stopped();
    if (lacks_room_) return no_room();
    Errand& one = errands_.emplace_back();
    one.run = std::move(errand);
    answer = one.answer.get_future();
  }
  wake_.notify_one();
  return answer.get();
}

Status Engine::enrol(const eim::Enrolment& enrolment) {
  return do_errand([this, enrolment] { return tenant_.book().enrol(enrolment); });
}

Status Engine::activate(RunnablePolicy policy, std::string by) {
  return do_errand([this, policy = std::move(policy), by = std::move(by)]() -> Status {
    Effects effects;
    if (Status done = tenant_.activate(policy, by, now_(), effects); !done) return done;
    Status committed = commit(effects);
    note_revisit(committed.ok());
    return committed;
  });
}

Status Engine::set_shadow(RunnablePolicy policy, std::string by) {
  return do_errand([this, policy = std::move(policy), by = std::move(by)]() -> Status {
    Effects effects;
    if (Status done = tenant_.set_shadow(policy, by, now_(), effects); !done) return done;
    Status committed = commit(effects);
    note_revisit(committed.ok());
    return committed;
  });
}

Status Engine::set_switches(KillSwitches switches) {
  return do_errand([this, switches = std::move(switches)]() mutable -> Status {
    switches.at = now_();
    killed_ = switches.all;
    Effects effects;
    tenant_.set_switches(switches, effects);
    Status committed = commit(effects);
    note_revisit(committed.ok());
    std::lock_guard lock(mutex_);
    looking_up_ = true;  // orders by hand are taken back as well
    looked_up_to_.reset();
    return committed;
  });
}

Status Engine::approve(const std::string& label, const std::string& by) {
  return do_errand([&]() -> Status {
    Effects effects;
    if (Status done = tenant_.approve(label, by, now_(), effects); !done) return done;
    return commit(effects);
  });
}

Status Engine::approve_campaign(const CampaignWord& word) {
  return do_errand([&]() -> Status {
    Effects effects;
    if (Status done = tenant_.approve_campaign(word, now_(), effects); !done) return done;
    return commit(effects);
  });
}

Status Engine::propose(const std::optional<PolicyVersion>& proposal, const std::string& by) {
  return do_errand([&]() -> Status {
    Effects effects;
    if (Status done = tenant_.propose(proposal, by, now_(), effects); !done) return done;
    return commit(effects);
  });
}

Result<PlacedOrder> Engine::place(const Eid& eid, const ProfileCommand& command, bool force,
                                  const std::optional<OrderKey>& key) {
  Result<PlacedOrder> placed = PlacedOrder{};
  Status done = do_errand([&]() -> Status {
    placed = place_now(eid, command, force, key);
    return {};
  });
  if (!done) return std::move(done).error();
  return placed;
}

Result<PlacedOrder> Engine::place_now(const Eid& eid, const ProfileCommand& command, bool force,
                                      const std::optional<OrderKey>& key) {
  if (killed()) {
    return make_diagnostic(Code::E0842, "a kill switch stops all orders",
                           "`sojourn kill` shows it");
  }
  if (key) {
    auto known = known_order(tenant_.store(), tenant_.keys(), *key);
    if (!known) return std::move(known).error();
    if (known->has_value()) return PlacedOrder{**known, true};
  }
  for (int attempt = 0; attempt < kPlaceAttempts; ++attempt) {
    auto placement = prepare_order(tenant_.book(), eid, command, {.force = force});
    if (!placement) return std::move(placement).error();
    StoreTransaction effect;
    append(effect, placement->effect);
    if (key) {
      Status noted =
          note_order_key(tenant_.store(), tenant_.keys(), *key, placement->id, now_(), effect);
      if (!noted) return std::move(noted).error();
    }
    Status committed = tenant_.store().commit(effect);
    if (committed) return PlacedOrder{placement->id, false};
    // E0016: the device polled meanwhile.
    if (committed.error().code != Code::E0016) return std::move(committed).error();
  }
  return make_diagnostic(Code::E0016, "the device is busy", "order it again in a moment");
}

Status Engine::withdraw(const Eid& eid, eim::OrderId order) {
  Status done = do_errand([&] { return tenant_.book().withdraw(eid, order); });
  if (done) tell(eid, {{.kind = eim::Notice::Kind::order_finished, .eid = eid, .order = order}});
  return done;
}

// --- the thread ----------------------------------------------------------------------------------

void Engine::run() {
  while (wait_for_work()) turn();
  std::lock_guard lock(mutex_);
  for (ReportsJob& job : jobs_) job.answer.set_value(stopped());
  for (Errand& errand : errands_) errand.answer.set_value(stopped());
  jobs_.clear();
  errands_.clear();
}

// Reads devices for those turns in which they are looked at anew.
void Engine::run_ahead() {
  JournalReader reader;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_ahead_.wait(lock,
                     [&] { return stopping_ || broken_ || (revisiting_ && !ahead_is_full_); });
    if (stopping_ || broken_) return;
    lock.unlock();
    Result<bool> read = tenant_.read_ahead(reader);
    lock.lock();
    ahead_is_full_ = !read || !*read;
    ahead_waits_ = true;
    wake_.notify_one();
  }
}

bool Engine::take_ahead_waits() {
  std::lock_guard lock(mutex_);
  return std::exchange(ahead_waits_, false);
}

void Engine::note_revisit(bool goes_on) {
  {
    std::lock_guard lock(mutex_);
    revisiting_ = goes_on;
    ahead_is_full_ = false;
  }
  wake_ahead_.notify_one();
}

// False: it is over.
bool Engine::wait_for_work() {
  std::unique_lock lock(mutex_);
  while (!broken_) {
    if (!jobs_.empty() || !errands_.empty() || !told_.empty()) return true;
    if (stopping_) return false;
    Instant now = now_();
    if (ahead_waits_ || looking_up_ || untidy_ || next_instant_ <= now) return true;
    if (std::chrono::steady_clock::now() - rested_at_ > kRestEvery) return true;
    std::chrono::milliseconds nap{std::clamp<std::int64_t>((next_instant_ - now).ms, 1, 3'600'000)};
    wake_.wait_for(lock, std::min(nap, kNapMax));
  }
  return false;
}

void Engine::turn() {
  auto begin = std::chrono::steady_clock::now();
  std::size_t count = 0;
  {
    std::lock_guard lock(mutex_);
    while (!jobs_.empty() &&
           (count == 0 || count + jobs_.front().reports.size() <= kReportsPerTurn)) {
      count += jobs_.front().reports.size();
      in_hand_.push_back(std::move(jobs_.front()));
      jobs_.pop_front();
    }
    errands_in_hand_.swap(errands_);
    ++counters_.turns;
  }
  run_errands();
  Instant now = now_();
  std::vector<ReportCounts> counts;
  Status done = catch_up(now);
  if (done) done = take_all(now, counts);
  {
    // Before the answers: who has one finds it counted.
    std::lock_guard lock(mutex_);
    waiting_reports_ -= count;
    if (done) counters_.reports += count;
  }
  for (std::size_t i = 0; i < in_hand_.size(); ++i) {
    if (done) {
      in_hand_[i].answer.set_value(counts[i]);
    } else {
      in_hand_[i].answer.set_value(done.error());
    }
  }
  in_hand_.clear();
  if (done) done = take_told(now);
  if (done && looking_up_) done = look_up_ended();
  if (done) done = pass_time(now);
  if (done) done = tidy(begin);
  if (!done) fail(done.error());
}

// One that waits for room has its answer before its end.
void Engine::run_errands() {
  while (!errands_in_hand_.empty()) {
    std::function<Status()> run = std::move(errands_in_hand_.front().run);
    Status done = run();
    if (errands_in_hand_.empty()) return;
    errands_in_hand_.front().answer.set_value(std::move(done));
    errands_in_hand_.pop_front();
  }
}

void Engine::fail(const Diagnostic& why) {
  {
    std::lock_guard lock(mutex_);
    broken_ = true;
  }
  failed_(why);
}

Status Engine::take_all(Instant now, std::vector<ReportCounts>& counts) {
  counts.resize(in_hand_.size());
  Effects effects;
  for (std::size_t i = 0; i < in_hand_.size(); ++i) {
    Status taken = tenant_.take_reports(in_hand_[i].reports, now, effects, counts[i]);
    if (!taken) return taken;
  }
  Status committed = commit(effects);
  if (!committed) return committed;
  std::lock_guard lock(mutex_);
  for (const ReportCounts& one : counts) counters_.decisions += one.decisions;
  return committed;
}

Status Engine::take_told(Instant now) {
  std::map<Eid, std::vector<eim::Notice>> told;
  {
    std::lock_guard lock(mutex_);
    told.swap(told_);
  }
  Effects effects;
  for (const auto& [eid, notices] : told) {
    Status taken = tenant_.take_notices(eid, notices, now, effects);
    if (!taken && taken.error().code != Code::E0886) return taken;
  }
  if (Status committed = commit(effects); !committed) return committed;
  for (const auto& [eid, orders] : effects.ended) {
    Status forgotten = when_there_is_room(
        [&, &eid = eid, &orders = orders] { return tenant_.book().forget(eid, orders); });
    if (!forgotten) return forgotten;
  }
  return {};
}

// A minute is passed before what comes in after it. When there is very much to do, what comes in
// does not wait for all of it: some may then count a minute early.
Status Engine::catch_up(Instant now) {
  if (!tenant_.asks_fleet()) return {};
  for (std::size_t step = 0; step < kStepsBeforeReports; ++step) {
    Effects effects;
    auto some = tenant_.step_fleet(now, kDevicesPerTick, effects);
    if (!some) return std::move(some).error();
    std::uint64_t ticks = effects.turns;
    if (Status committed = commit(effects); !committed) return committed;
    if (!*some) return {};
    std::lock_guard lock(mutex_);
    counters_.ticks += ticks;
  }
  return {};
}

Status Engine::pass_time(Instant now) {
  Effects effects;
  bool more = false;
  if (next_instant_ <= now && !tenant_.asks_fleet()) {
    auto ticked = tenant_.tick(now, kDevicesPerTick, effects);
    if (!ticked) return std::move(ticked).error();
    more = *ticked;
  }
  std::uint64_t ticks = effects.turns;
  if (take_ahead_waits()) {
    auto visited = tenant_.revisit(now, effects);
    if (!visited) return std::move(visited).error();
    note_revisit(*visited);
  }
  if (Status committed = commit(effects); !committed) return committed;
  auto next = tenant_.next_instant();
  if (!next) return std::move(next).error();
  std::lock_guard lock(mutex_);
  counters_.ticks += ticks;
  next_instant_ = more ? now : *next;
  return {};
}

Status Engine::tidy(std::chrono::steady_clock::time_point turn_begin) {
  auto now = std::chrono::steady_clock::now();
  auto longest = std::chrono::duration_cast<std::chrono::milliseconds>(now - turn_begin);
  Effects effects;
  auto more = tenant_.tidy(std::max(longest, kTidyMin), effects);
  if (!more) return std::move(more).error();
  if (Status committed = commit(effects); !committed) return committed;
  std::size_t count = tenant_.let_rest();
  rested_count_ += count;
  if (count > 0) rested_last_at_ = now;
  rested_at_ = now;
  bool over = rested_count_ > 0 && now - rested_last_at_ > kRestEvery;
  if (rested_count_ >= kRestedMax || over) {
    give_memory_back();
    rested_count_ = 0;
  }
  untidy_ = *more;
  return {};
}

Status Engine::commit(Effects& effects) {
  tenant_.complete(effects, now_());
  if (!effects.transactions.empty()) {
    std::vector<Status> answers = commit_group(effects.transactions);
    if (Status settled = settle_placements(effects, answers); !settled) return settled;
    for (Status& one : answers) {
      if (!one) return std::move(one);
    }
    tenant_.committed();
  }
  if (effects.intents.empty()) return {};
  return dispatch(std::move(effects.intents));
}

Status Engine::settle_placements(Effects& effects, std::vector<Status>& answers) {
  std::vector<StoredIntent> left;
  std::uint64_t count = 0;
  for (StoredIntent& one : effects.intents) {
    if (one.with_turn) {
      ++count;
      continue;
    }
    if (!one.placement) {
      left.push_back(std::move(one));
      continue;
    }
    Status& answer = answers[*one.placement];
    if (answer) {
      ++count;
    } else if (answer.error().code == Code::E0016) {
      answer = {};
      tenant_.note_unplaced(one.label);
      auto row = tenant_.store().read(tenant_.keys().intent(one.label));
      if (!row) return std::move(row).error();
      // Of several for one device the last stands.
      if (row->has_value()) left.push_back({one.label, std::move(**row), {}, false});
    }
  }
  effects.intents = std::move(left);
  std::lock_guard lock(mutex_);
  counters_.orders += count;
  return {};
}

// Memory is ahead of the store, so what finds no room is tried until there is some.
std::vector<Status> Engine::commit_group(std::span<const StoreTransaction> group) {
  while (true) {
    std::vector<Status> answers = tenant_.store().commit_group(group);
    bool full = !answers.front() && answers.front().error().code == Code::E0009;
    if (!full) lacks_room_ = false;
    if (!full || !wait_for_room(answers.front().error())) return answers;
  }
}

Status Engine::when_there_is_room(const std::function<Status()>& act) {
  while (true) {
    Status done = act();
    bool full = !done && done.error().code == Code::E0009;
    if (!full) lacks_room_ = false;
    if (!full || !wait_for_room(done.error())) return done;
  }
}

// Nobody waits meanwhile: whoever has sent something is told to send it again. False: it is over.
bool Engine::wait_for_room(const Diagnostic& why) {
  if (!lacks_room_.exchange(true)) failed_(why);
  for (ReportsJob& job : in_hand_) job.answer.set_value(no_room());
  in_hand_.clear();
  for (Errand& errand : errands_in_hand_) errand.answer.set_value(no_room());
  errands_in_hand_.clear();
  std::unique_lock lock(mutex_);
  for (Errand& errand : errands_) errand.answer.set_value(no_room());
  errands_.clear();
  for (ReportsJob& job : jobs_) {
    job.answer.set_value(no_room());
    waiting_reports_ -= job.reports.size();
  }
  jobs_.clear();
  wake_.wait_for(lock, kRoomEvery, [&] { return stopping_; });
  return !stopping_;
}

// --- from commands to orders ---------------------------------------------------------------------

Status Engine::dispatch(std::vector<StoredIntent> decided) {
  while (!decided.empty()) {
    std::vector<StoredIntent> again;
    Effects refusals;
    if (Status done = dispatch_round(decided, again, refusals); !done) return done;
    if (Status done = commit(refusals); !done) return done;
    decided = std::move(again);
  }
  return {};
}

// `again`: those that lost a race with their device.
Status Engine::dispatch_round(const std::vector<StoredIntent>& decided,
                              std::vector<StoredIntent>& again, Effects& refusals) {
  std::vector<StoreTransaction> placements;
  std::vector<std::string> placed;
  for (const StoredIntent& one : decided) {
    const std::string& label = one.label;
    auto eid = parse_eid(label);
    if (!eid) continue;
    auto intent = intent_from(one.intent);
    if (!intent) return std::move(intent).error();
    if (intent->withdraw != 0) {
      auto order = tenant_.order_of(label, intent->withdraw);
      if (!order && order.error().code == Code::E0886) continue;
      if (!order) return std::move(order).error();
      // Too late to take it back: then its result comes.
      auto withdraw = [&] { return tenant_.book().withdraw(*eid, *order); };
      if (*order != 0 && when_there_is_room(withdraw)) {
        tell(*eid, {{.kind = eim::Notice::Kind::order_finished, .eid = *eid, .order = *order}});
      }
    }
    StoreTransaction effect;
    StoreKey key = tenant_.keys().intent(label);
    effect.expect(key, one.intent).erase(key);
    if (intent->command.number != 0) {
      auto placement = prepare_order(tenant_.book(), *eid, intent->command, {});
      if (!placement) {
        const Diagnostic& why = placement.error();
        if (is_damage(why)) {
          tenant_.set_aside(label, why);
          continue;
        }
        bool enrolled = why.code != Code::E0841;
        if (enrolled && why.code != Code::E0842) return why;
        Status told = tenant_.take_refusal(
            label, intent->command,
            enrolled ? CommandResult::Outcome::refused : CommandResult::Outcome::not_now,
            why.message, now_(), refusals);
        if (!told && told.error().code != Code::E0886) return told;
        continue;
      }
      append(effect, placement->effect);
      Status noted = tenant_.note_order(label, placement->id, intent->command.number, effect);
      if (!noted && noted.error().code == Code::E0886) continue;
      if (!noted) return noted;
    }
    placements.push_back(std::move(effect));
    placed.push_back(label);
  }
  if (placements.empty()) return {};
  std::vector<Status> answers = commit_group(placements);
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i]) {
      ++count;
    } else if (answers[i].error().code == Code::E0016) {
      // It may have been decided otherwise meanwhile, or placed.
      auto row = tenant_.store().read(tenant_.keys().intent(placed[i]));
      if (!row) return std::move(row).error();
      if (row->has_value()) again.push_back({placed[i], std::move(**row), {}, false});
    } else {
      return std::move(answers[i]);
    }
  }
  std::lock_guard lock(mutex_);
  counters_.orders += count;
  return {};
}

// After a stop at any instant: intents that became no orders yet. Ended orders are looked up later.
Status Engine::take_up_what_was_left() {
  auto snapshot = tenant_.store().snapshot();
  if (!snapshot) return std::move(snapshot).error();
  StoreRange intents = StoreRange::with_prefix(tenant_.keys().intents());
  std::vector<StoredIntent> decided;
  Status read = every_row(**snapshot, intents, [&](const StoreRow& row) -> Status {
    StoreKeyReader parts(row.key);
    parts.read_text();
    decided.push_back({parts.read_text(), row.value, {}, false});
    return {};
  });
  if (!read) return read;
  snapshot->reset();
  if (Status done = dispatch(std::move(decided)); !done) return done;
  looking_up_ = true;
  return {};
}

// Orders that ended and were not taken in before the last stop, and under a kill switch those that
// have not left: some devices of the book with each call, so that a million of them keep nobody
// waiting.
Status Engine::look_up_ended() {
  auto records = tenant_.book().devices(looked_up_to_, kDevicesPerTick);
  if (!records) return std::move(records).error();
  auto ended = [](const eim::Order& order) { return eim::is_finished(order.state); };
  for (const eim::DeviceRecord& record : *records) {
    for (const eim::Order& order : record.orders) {
      // What has left is answered by its result.
      if (killed() && !ended(order)) (void)tenant_.book().withdraw(record.eid, order.id);
    }
    if (!killed() && std::none_of(record.orders.begin(), record.orders.end(), ended)) continue;
    tell(record.eid, {{.kind = eim::Notice::Kind::order_finished, .eid = record.eid}});
  }
  if (!records->empty()) looked_up_to_ = records->back().eid;
  std::lock_guard lock(mutex_);
  looking_up_ = records->size() == kDevicesPerTick;
  return {};
}

}  // namespace sojourn::service
