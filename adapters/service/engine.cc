#include "adapters/service/engine.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <utility>

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
    : tenant_(tenant),
      limits_(limits),
      now_(std::move(now)),
      failed_(std::move(failed)),
      commit_beside_(tenant.store()) {}

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

Result<ReportCounts> Engine::take(std::span<Report> reports) {
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
    job.reports = reports;
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
  return do_errand([this, enrolment] { return tenant_.enrol(enrolment); });
}

// In an errand. Requires: nothing waits to be committed.
Status Engine::make(Result<Tenant::Change> change) {
  if (!change) return std::move(change).error();
  if (Status made = tenant_.store().commit(change->effect); !made) {
    if (Status dropped = tenant_.drop(*change); !dropped) fail(dropped.error());
    return made;
  }
  errands_in_hand_.front().has_happened = true;
  Effects effects;
  tenant_.take(*change, effects);
  return commit(effects);
}

Status Engine::activate(Activation asked) {
  return do_errand([this, asked = std::move(asked)] {
    Status done = make(tenant_.activate(asked, now_()));
    if (done) note_revisit(true);
    return done;
  });
}

Status Engine::set_shadow(RunnablePolicy policy, std::string text, std::string by) {
  return do_errand([this, policy = std::move(policy), text = std::move(text), by = std::move(by)] {
    Status done = make(tenant_.set_shadow(policy, text, by, now_()));
    if (done) note_revisit(true);
    return done;
  });
}

Status Engine::set_switches(KillSwitches switches) {
  return do_errand([this, switches = std::move(switches)]() mutable {
    switches.at = now_();
    if (switches.all) killed_ = true;  // before it takes its time
    Status done = make(tenant_.set_switches(switches));
    killed_ = tenant_.switches().all;
    if (!done) return done;
    note_revisit(true);
    std::lock_guard lock(mutex_);
    looking_up_ = true;  // orders by hand are taken back as well
    looked_up_to_.reset();
    return done;
  });
}

Result<std::vector<std::string>> Engine::approve(const std::vector<std::string>& labels,
                                                 const std::string& by) {
  std::vector<std::string> approved;
  Status done = do_errand([&] { return make(tenant_.approve(labels, by, now_(), approved)); });
  if (!done) return std::move(done).error();
  return approved;
}

Status Engine::approve_campaign(const CampaignWord& word) {
  return do_errand([&] { return make(tenant_.approve_campaign(word, now_())); });
}

Status Engine::propose(const std::optional<PolicyVersion>& proposal, const std::string& by) {
  return do_errand([&] { return make(tenant_.propose(proposal, by, now_())); });
}

// --- the thread ----------------------------------------------------------------------------------

void Engine::run() {
  while (wait_for_work()) turn();
  if (Status done = finish(); !done) fail(done.error());
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
    if (!jobs_.empty() || !errands_.empty() || !told_.empty() || commit_ended_) return true;
    if (under_way_) {
      wake_.wait(lock);
      continue;
    }
    if (stopping_) return false;
    if (!next_.empty()) return true;
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
  take_jobs();
  Status done;
  if (!errands_in_hand_.empty() || tenant_.asks_fleet()) done = finish();
  if (done) done = run_errands();
  Instant now = now_();
  if (done) done = catch_up(now);
  if (done) done = take_all(now);
  if (done) done = settle();
  if (done) done = take_told(now);
  if (done && looking_up_) done = look_up_ended();
  if (done) done = pass_time(now);
  if (done) begin_commit();
  if (done && !left_.empty()) done = finish();
  if (done) done = tidy(begin);
  if (!done) fail(done.error());
}

void Engine::take_jobs() {
  std::lock_guard lock(mutex_);
  std::size_t count = 0;
  while (!jobs_.empty() &&
         (count == 0 || count + jobs_.front().reports.size() <= kReportsPerTurn)) {
    count += jobs_.front().reports.size();
    in_hand_.push_back(std::move(jobs_.front()));
    jobs_.pop_front();
  }
  errands_in_hand_.swap(errands_);
  ++counters_.turns;
}

// One that waits for room has its answer before its end.
Status Engine::run_errands() {
  while (!errands_in_hand_.empty()) {
    std::function<Status()> run = std::move(errands_in_hand_.front().run);
    Status done = run();
    if (errands_in_hand_.empty()) return done;  // it has happened, and waited for room
    bool has_happened = errands_in_hand_.front().has_happened;
    errands_in_hand_.front().answer.set_value(has_happened ? Status() : done);
    errands_in_hand_.pop_front();
    if (has_happened && !done) return done;
    bool full = !done && done.error().code == Code::E0009;
    if (full) done = try_for_room();
    if (full && !done) return done;
  }
  return {};
}

void Engine::fail(const Diagnostic& why) {
  if (under_way_) (void)settle();  // it may yet be there, and is answered so
  answer(next_.jobs, why);
  answer(in_hand_, why);
  next_ = Batch();
  left_.clear();
  {
    std::lock_guard lock(mutex_);
    broken_ = true;
  }
  failed_(why);
}

Status Engine::take_all(Instant now) {
  for (ReportsJob& job : in_hand_) {
    Status taken = tenant_.take_reports(job.reports, now, next_.effects, job.counts);
    if (!taken) return taken;
  }
  std::move(in_hand_.begin(), in_hand_.end(), std::back_inserter(next_.jobs));
  in_hand_.clear();
  return {};
}

Status Engine::take_told(Instant now) {
  std::map<Eid, std::vector<eim::Notice>> told;
  {
    std::lock_guard lock(mutex_);
    told.swap(told_);
  }
  for (const auto& [eid, notices] : told) {
    Status taken = tenant_.take_notices(eid, notices, now, next_.effects);
    if (!taken && taken.error().code != Code::E0886) return taken;
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
  Effects& effects = next_.effects;
  std::uint64_t turns_before = effects.turns;
  bool more = false;
  if (next_instant_ <= now && !tenant_.asks_fleet()) {
    auto ticked = tenant_.tick(now, kDevicesPerTick, effects);
    if (!ticked) return std::move(ticked).error();
    more = *ticked;
  }
  std::uint64_t ticks = effects.turns - turns_before;
  if (take_ahead_waits()) {
    auto visited = tenant_.revisit(now, effects);
    if (!visited) return std::move(visited).error();
    note_revisit(*visited);
  }
  auto next = tenant_.next_instant();
  if (!next) return std::move(next).error();
  std::lock_guard lock(mutex_);
  counters_.ticks += ticks;
  next_instant_ = more ? now : *next;
  return {};
}

Status Engine::tidy(std::chrono::steady_clock::time_point turn_begin) {
  auto now = std::chrono::steady_clock::now();
  busy_since_tidied_ += now - turn_begin;
  auto longest = std::chrono::duration_cast<std::chrono::milliseconds>(busy_since_tidied_);
  auto more = tenant_.tidy(std::max(longest, kTidyMin), next_.effects);
  if (!more) return std::move(more).error();
  if (!*more || !next_.effects.transactions.empty()) busy_since_tidied_ = {};
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

// --- to the disk ---------------------------------------------------------------------------------

void Engine::begin_commit() {
  next_.number = tenant_.complete(next_.effects, now_());
  if (next_.effects.transactions.empty()) {
    tenant_.committed(next_.number);
    answer(next_.jobs, {});
    next_ = Batch();
    return;
  }
  under_way_.emplace(std::exchange(next_, Batch()));
  commit_beside_.begin(
      under_way_->effects.transactions, [this] { under_way_->effects.pack(); },
      [this](std::vector<Status>& answers) { note_committed(answers); });
}

// Whoever waits does not wait for what is being decided. What was not committed as it should be is
// the engine's thread's.
void Engine::note_committed(std::vector<Status>& answers) {
  bool all =
      std::all_of(answers.begin(), answers.end(), [](const Status& one) { return one.ok(); });
  if (all && settle_placements(under_way_->effects, answers)) {
    count_decisions(under_way_->effects);
    answer(under_way_->jobs, {});
  }
  {
    std::lock_guard lock(mutex_);
    commit_ended_ = true;
  }
  wake_.notify_one();
}

Status Engine::settle() {
  if (!under_way_) return {};
  std::vector<Status> answers = commit_beside_.wait();
  {
    std::lock_guard lock(mutex_);
    commit_ended_ = false;
  }
  Effects& effects = under_way_->effects;
  bool full = !answers.front() && answers.front().error().code == Code::E0009;
  if (full && wait_for_room(answers.front().error())) answers = commit_group(effects.transactions);
  Status done = settle_placements(effects, answers);
  for (Status& one : answers) {
    if (done && !one) done = std::move(one);
  }
  if (done) {
    tenant_.committed(under_way_->number);
    count_decisions(effects);
  }
  answer(under_way_->jobs, done);
  for (const auto& [eid, orders] : effects.ended) {
    if (!done) break;
    done = when_there_is_room(
        [&, &eid = eid, &orders = orders] { return tenant_.book().forget(eid, orders); });
  }
  std::move(effects.intents.begin(), effects.intents.end(), std::back_inserter(left_));
  under_way_.reset();
  return done;
}

Status Engine::finish() {
  if (Status done = settle(); !done) return done;
  if (!next_.empty()) begin_commit();
  if (Status done = settle(); !done) return done;
  return dispatch(std::exchange(left_, {}));
}

// Of reports, of time that passes, of what cards answer: each once it is in the store.
void Engine::count_decisions(Effects& effects) {
  std::lock_guard lock(mutex_);
  counters_.decisions += std::exchange(effects.decisions, 0);
}

// Who has an answer finds it counted.
void Engine::answer(std::deque<ReportsJob>& jobs, const Status& done) {
  {
    std::lock_guard lock(mutex_);
    for (const ReportsJob& job : jobs) {
      waiting_reports_ -= job.reports.size();
      if (!done) continue;
      counters_.reports += job.reports.size();
    }
  }
  for (ReportsJob& job : jobs) {
    if (done) {
      job.answer.set_value(job.counts);
    } else {
      job.answer.set_value(done.error());
    }
  }
  jobs.clear();
}

Status Engine::commit(Effects& effects) {
  std::uint64_t batch = tenant_.complete(effects, now_());
  if (!effects.transactions.empty()) {
    effects.pack();
    std::vector<Status> answers = commit_group(effects.transactions);
    if (Status settled = settle_placements(effects, answers); !settled) return settled;
    for (Status& one : answers) {
      if (!one) return std::move(one);
    }
  }
  tenant_.committed(batch);
  count_decisions(effects);
  if (effects.intents.empty()) return {};
  return dispatch(std::move(effects.intents));
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
  if (under_way_) answer(under_way_->jobs, no_room());
  answer(next_.jobs, no_room());
  answer(in_hand_, no_room());
  for (Errand& errand : errands_in_hand_) {
    errand.answer.set_value(errand.has_happened ? Status() : Status(no_room()));
  }
  errands_in_hand_.clear();
  std::unique_lock lock(mutex_);
  for (Errand& errand : errands_) errand.answer.set_value(no_room());
  errands_.clear();
  std::deque<ReportsJob> jobs = std::exchange(jobs_, {});
  lock.unlock();
  answer(jobs, no_room());
  lock.lock();
  wake_.wait_for(lock, kRoomEvery, [&] { return stopping_; });
  return !stopping_;
}

// Somebody found none. Nothing waits to be committed, so something small has to tell when there is.
Status Engine::try_for_room() {
  std::string when = std::to_string(now_().ms);
  StoreTransaction something;
  something.put(tenant_.keys().room(), Bytes(when.begin(), when.end()));
  return std::move(commit_group({&something, 1}).front());
}

// --- after a stop --------------------------------------------------------------------------------

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
