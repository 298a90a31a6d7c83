#include "engine/runtime/fleet_minutes.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sojourn {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

// The first whole minute after `t`.
Instant next_minute(Instant t) { return t == kNever ? t : minute_at_or_before(t) + minutes(1); }
// The first whole minute at `t` or after.
Instant minute_from(Instant t) { return t == kNever ? t : next_minute(t - milliseconds(1)); }

// Where a device stands among all: by a hash, so that nobody chooses (semantics 22a).
Sha256Digest place_of(const std::string& campaign, const std::string& device) {
  return sha256(as_bytes(campaign + "\n" + device));
}

std::int64_t class_in(const std::vector<std::int64_t>& cuts, std::int64_t count) {
  return std::upper_bound(cuts.begin(), cuts.end(), count) - cuts.begin();
}

bool is_excepted(const Guard& guard, std::int32_t rule) {
  return rule >= 0 && std::find(guard.except_rules.begin(), guard.except_rules.end(),
                                static_cast<std::uint32_t>(rule)) != guard.except_rules.end();
}

}  // namespace

Instant minute_at_or_before(Instant t) {
  std::int64_t into = t.ms % kMinuteMs;
  return {t.ms - (into < 0 ? into + kMinuteMs : into)};
}

std::string campaign_of(const RuleTable& table, std::int32_t rule, std::int32_t ban) {
  auto name_of = [](const auto& one) { return one.name.empty() ? one.digest : one.name; };
  if (rule >= 0) return name_of(table.rules[static_cast<std::size_t>(rule)]);
  if (ban < 0) return {};
  return "ban " + name_of(table.bans[static_cast<std::size_t>(ban)]);
}

std::uint64_t share_of(std::uint64_t count, std::int64_t millionths) {
  constexpr std::uint64_t kWhole = 1'000'000;
  auto share = static_cast<std::uint64_t>(millionths);
  // In two parts, so that no fleet is too large.
  return count / kWhole * share + (count % kWhole * share + kWhole - 1) / kWhole;
}

bool is_about_fleet(const Guard& guard) { return guard.kind != Guard::Kind::switches; }

FleetQuestions::FleetQuestions(const RuleTable& table) {
  for (const Feature& feature : table.features) {
    auto add = [&](std::vector<std::uint32_t>& to) {
      if (std::find(to.begin(), to.end(), feature.subject) == to.end()) {
        to.push_back(feature.subject);
      }
    };
    if (feature.kind == FeatureKind::fleet_count) add(attributes);
    if (feature.kind == FeatureKind::released) add(rollouts);
  }
  guards = std::any_of(table.guards.begin(), table.guards.end(),
                       [](const Guard& guard) { return is_about_fleet(guard); });
}

FleetMinutes::FleetMinutes(std::shared_ptr<const PreparedPolicy> policy)
    : policy_(std::move(policy)), questions_(policy_->table()) {
  const RuleTable& table = policy_->table();
  groups_.resize(questions_.attributes.size());
  stages_.resize(questions_.rollouts.size());
  auto place = [](const std::vector<std::uint32_t>& all, std::uint32_t wanted) {
    return static_cast<std::size_t>(std::find(all.begin(), all.end(), wanted) - all.begin());
  };
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    if (feature.kind == FeatureKind::fleet_count) {
      counts_.push_back({f, place(questions_.attributes, feature.subject), {}});
    } else if (feature.kind == FeatureKind::released) {
      Stages& stages = stages_[place(questions_.rollouts, feature.subject)];
      stages.feature = f;
      stages.campaign = campaign_of(table, static_cast<std::int32_t>(feature.subject), -1);
      stages.rollout = table.rules[feature.subject].action.rollout.value_or(Rollout{});
    }
  }
  for (const Test& test : table.conditions.tests()) {
    for (Count& count : counts_) {
      if (count.feature == test.feature) count.cuts.push_back(test.threshold);
    }
  }
  for (Count& count : counts_) std::sort(count.cuts.begin(), count.cuts.end());
  for (const Guard& guard : table.guards) {
    if (!is_about_fleet(guard)) continue;
    guards_.push_back(guard);
    longest_window_ = std::max(longest_window_, guard.window);
  }
}

FleetMember FleetMinutes::join(const std::string& device) {
  if (auto known = find(device)) return *known;
  FleetMember index = add(device);
  members_[index].is_new = true;
  note_unwritten(index);
  return index;
}

FleetMember FleetMinutes::add(const std::string& device) {
  auto index = static_cast<FleetMember>(members_.size());
  lookup_.emplace(device, index);
  Member& member = members_.emplace_back();
  member.name = device;
  member.facts.values.resize(groups_.size());
  member.facts.affected.resize(questions_.rollouts.size());
  member.affected.resize(stages_.size());
  member.released.resize(stages_.size());
  return index;
}

std::optional<FleetMember> FleetMinutes::find(const std::string& device) const {
  auto known = lookup_.find(device);
  return known == lookup_.end() ? std::nullopt : std::optional(known->second);
}

void FleetMinutes::note_unwritten(FleetMember index) {
  if (std::exchange(members_[index].unwritten, true)) return;
  unwritten_members_.push_back(index);
}

FleetMinutes::Campaign& FleetMinutes::change(const std::string& campaign) {
  Campaign& known = campaigns_[campaign];
  known.unwritten = true;
  return known;
}

void FleetMinutes::wake_at(Instant t) {
  due_ = std::min(due_, std::max(minute_from(t), passed_ == kBeginning ? t : passed_ + minutes(1)));
}

void FleetMinutes::hear(FleetMember member, FleetFacts facts, Instant at) {
  assert(facts.values.size() == questions_.attributes.size());
  // A share of a larger fleet is more devices.
  bool is_new = std::exchange(members_[member].is_new, false);
  if (is_new && !asking_.empty()) wake_at(next_minute(std::max(at, passed_)));
  auto pending = heard_.find(member);
  if (pending != heard_.end()) {
    if (pending->second == facts) return;
    pending->second = std::move(facts);
    return note_unwritten(member);
  }
  if (facts == members_[member].facts) return;
  heard_.emplace(member, std::move(facts));
  note_unwritten(member);
  wake_at(next_minute(std::max(at, passed_)));
}

std::vector<FleetMember> FleetMinutes::pass(Instant minute) {
  assert(minute > passed_ && minute == minute_at_or_before(minute));
  std::set<FleetMember> changed;
  passed_ = minute;
  due_ = kNever;
  for (auto& [member, facts] : heard_) take_in(member, std::move(facts), changed);
  heard_.clear();
  tell_counts(changed);
  open_stages(minute, changed);
  grant_requests(minute, changed);
  return {changed.begin(), changed.end()};
}

// A member's switch counts where it is: not yet happened, or at its instant.
void FleetMinutes::keep_switch(FleetMember index, bool outstanding) {
  Member& member = members_[index];
  switches_.erase({member.facts.switched_at, index});
  granted_.erase(index);
  if (outstanding) {
    granted_.insert(index);
  } else if (member.facts.switched_at != kBeginning) {
    switches_.emplace(member.facts.switched_at, index);
  }
}

// Requires: it has a request.
FleetMinutes::Asking FleetMinutes::asking_of(FleetMember index) const {
  const Member& member = members_[index];
  const FleetRequest& request = *member.facts.request;
  return {request.deadline, place_of(request.campaign, member.name), index};
}

void FleetMinutes::note_affected(std::size_t rollout, FleetMember index) {
  Stages& stages = stages_[rollout];
  ++stages.affected_count;
  if (members_[index].released[rollout]) {
    ++stages.released_count;
  } else {
    stages.ranking.emplace(place_of(stages.campaign, members_[index].name), index);
  }
}

void FleetMinutes::take_in(FleetMember index, FleetFacts facts, std::set<FleetMember>& changed) {
  Member& member = members_[index];
  for (std::size_t a = 0; a < groups_.size(); ++a) {
    if (member.facts.values[a] == facts.values[a]) continue;
    if (!member.facts.values[a].empty()) groups_[a][member.facts.values[a]].members.erase(index);
    if (!facts.values[a].empty()) groups_[a][facts.values[a]].members.insert(index);
    changed.insert(index);
  }
  note_unwritten(index);
  for (std::size_t r = 0; r < questions_.rollouts.size(); ++r) {
    if (!facts.affected[r] || member.affected[r]) continue;
    member.affected[r] = true;
    note_affected(r, index);
  }
  bool switched = facts.switched_at != member.facts.switched_at;
  bool asks_the_same = facts.request && member.facts.request &&
                       facts.request->campaign == member.facts.request->campaign &&
                       facts.request->profile == member.facts.request->profile;
  bool keeps_grant = member.granted_at != kNever && asks_the_same && !switched;
  switches_.erase({member.facts.switched_at, index});
  if (!keeps_grant && member.granted_at != kNever) {
    member.granted_at = kNever;
    changed.insert(index);
  }
  if (member.facts.request) asking_.erase(asking_of(index));
  member.facts = std::move(facts);
  keep_switch(index, keeps_grant);
  if (member.facts.request) {
    const std::string& campaign = member.facts.request->campaign;
    if (campaigns_[campaign].devices.insert(index).second) member.asked.push_back(campaign);
  }
  if (member.facts.request && !keeps_grant) asking_.insert(asking_of(index));
  if (!member.facts.request && member.stopped_by >= 0) {
    member.stopped_by = -1;
    changed.insert(index);
  }
}

// Only who a threshold is crossed for is told; the others would decide as before.
void FleetMinutes::tell_counts(std::set<FleetMember>& changed) {
  for (std::size_t a = 0; a < groups_.size(); ++a) {
    for (auto group = groups_[a].begin(); group != groups_[a].end();) {
      auto count = static_cast<std::int64_t>(group->second.members.size());
      bool crossed = std::any_of(counts_.begin(), counts_.end(), [&](const Count& asked) {
        return asked.attribute == a &&
               class_in(asked.cuts, count) != class_in(asked.cuts, group->second.told_count);
      });
      if (crossed) {
        changed.insert(group->second.members.begin(), group->second.members.end());
        group->second.told_count = count;
        unwritten_groups_.emplace(a, group->first);
      }
      group = count == 0 ? groups_[a].erase(group) : std::next(group);
    }
  }
}

void FleetMinutes::open_stages(Instant minute, std::set<FleetMember>& changed) {
  for (std::size_t r = 0; r < questions_.rollouts.size(); ++r) {
    Stages& stages = stages_[r];
    if (stages.affected_count == 0) continue;
    if (stages.opened == kNever) stages.opened = minute, about_unwritten_ = true;
    std::int64_t share = 0;
    Instant opens = stages.opened;
    for (std::int64_t stage : stages.rollout.stages) {
      if (opens > minute) {
        wake_at(opens);
        break;
      }
      share = stage;
      opens = opens + stages.rollout.each;
    }
    std::uint64_t allowed = share_of(stages.affected_count, share);
    while (stages.released_count < allowed && !stages.ranking.empty()) {
      FleetMember next = stages.ranking.begin()->second;
      stages.ranking.erase(stages.ranking.begin());
      ++stages.released_count;
      members_[next].released[r] = true;
      note_unwritten(next);
      changed.insert(next);
    }
  }
}

FleetMinutes::Tally FleetMinutes::tally_of(Instant minute) const {
  Tally tally;
  for (const Guard& guard : guards_) {
    auto first = switches_.upper_bound({minute - guard.window, ~FleetMember{0}});
    auto count = std::distance(first, switches_.end());
    tally.switched.push_back(static_cast<std::uint64_t>(count) + granted_.size());
  }
  return tally;
}

// A device that switched within the window already is no further one.
bool FleetMinutes::counts_already(const Guard& guard, FleetMember index, Instant minute) const {
  Instant at = members_[index].facts.switched_at;
  return at != kBeginning && at > minute - guard.window;
}

bool FleetMinutes::stops(const Guard& guard, const FleetRequest& request,
                         std::uint64_t switched) const {
  const Campaign& campaign = campaigns_.at(request.campaign);
  auto most = static_cast<std::uint64_t>(guard.most);
  switch (guard.kind) {
    case Guard::Kind::switches:
      return false;
    case Guard::Kind::fleet_share:
      return switched >= share_of(members_.size(), guard.most);
    case Guard::Kind::fleet_count:
      return switched >= most;
    case Guard::Kind::approval:
      return !campaign.approved && !all_approved_ && campaign.devices.size() > most;
    case Guard::Kind::abort:
      return campaign.order_count >= static_cast<std::uint64_t>(guard.least) &&
             campaign.order_count > 0 &&
             campaign.failure_count >= share_of(campaign.order_count, guard.most);
  }
  return false;
}

void FleetMinutes::judge(FleetMember index, Instant minute, Tally& tally,
                         std::set<FleetMember>& changed) {
  Member& member = members_[index];
  const FleetRequest& request = *member.facts.request;
  std::int32_t stopped_by = -1;
  bool spares_bans = true;
  for (std::size_t g = 0; g < guards_.size(); ++g) {
    const Guard& guard = guards_[g];
    if (is_excepted(guard, request.rule)) continue;
    bool counts = guard.window.ms > 0 && counts_already(guard, index, minute);
    if (counts || !stops(guard, request, tally.switched[g])) continue;
    if (stopped_by < 0) stopped_by = static_cast<std::int32_t>(g);
    spares_bans = spares_bans && guard.except_bans;
  }
  bool granted = stopped_by < 0;
  if (granted || stopped_by != member.stopped_by || spares_bans != member.spares_bans) {
    changed.insert(index);
    note_unwritten(index);
  }
  member.stopped_by = stopped_by;
  member.spares_bans = spares_bans;
  if (!granted) return;
  for (std::size_t g = 0; g < guards_.size(); ++g) {
    if (!counts_already(guards_[g], index, minute)) ++tally.switched[g];
  }
  member.granted_at = minute;
  keep_switch(index, true);
}

bool FleetMinutes::keeps_results() const {
  return std::any_of(guards_.begin(), guards_.end(),
                     [](const Guard& guard) { return guard.kind == Guard::Kind::abort; });
}

// Of a campaign that is stopped meanwhile: who has not switched yet does not any more.
void FleetMinutes::take_back_grants(std::set<FleetMember>& changed) {
  if (granted_.empty() || !keeps_results()) return;
  std::vector<FleetMember> stopped;
  for (FleetMember index : granted_) {
    const FleetRequest& request = *members_[index].facts.request;
    bool aborted = std::any_of(guards_.begin(), guards_.end(), [&](const Guard& guard) {
      return guard.kind == Guard::Kind::abort && !is_excepted(guard, request.rule) &&
             stops(guard, request, 0);
    });
    if (aborted) stopped.push_back(index);
  }
  for (FleetMember index : stopped) {
    members_[index].granted_at = kNever;
    keep_switch(index, false);
    asking_.insert(asking_of(index));
    changed.insert(index);
    note_unwritten(index);
  }
}

// In their order: deadlines that press, then a hash.
void FleetMinutes::grant_requests(Instant minute, std::set<FleetMember>& changed) {
  if (guards_.empty()) return;
  take_back_grants(changed);
  switches_.erase(switches_.begin(),
                  switches_.upper_bound({minute - longest_window_, ~FleetMember{0}}));
  Tally tally = tally_of(minute);
  for (auto next = asking_.begin(); next != asking_.end();) {
    judge(next->member, minute, tally, changed);
    bool granted = members_[next->member].granted_at != kNever;
    next = granted ? asking_.erase(next) : std::next(next);
  }
  if (asking_.empty()) return;
  for (const Guard& guard : guards_) {
    if (guard.window.ms == 0) continue;
    auto oldest = switches_.upper_bound({minute - guard.window, ~FleetMember{0}});
    if (oldest != switches_.end()) wake_at(oldest->first + guard.window);
  }
}

FleetWord FleetMinutes::word(FleetMember index) const {
  const Member& member = members_[index];
  FleetWord word;
  for (const Count& count : counts_) {
    const std::string& value = member.facts.values[count.attribute];
    auto group = groups_[count.attribute].find(value);
    bool known = group != groups_[count.attribute].end();
    word.readings.emplace_back(
        count.feature,
        known ? Reading::exactly(static_cast<std::int64_t>(group->second.members.size()))
              : Reading::between(0, kNotYet));
  }
  for (std::size_t r = 0; r < questions_.rollouts.size(); ++r) {
    word.readings.emplace_back(stages_[r].feature, Reading::exactly(member.released[r] ? 1 : 0));
  }
  word.granted = member.granted_at != kNever;
  if (member.stopped_by >= 0) {
    word.waits_for = guards_[static_cast<std::size_t>(member.stopped_by)].written;
    word.spares_bans = member.spares_bans;
  }
  return word;
}

void FleetMinutes::approve(const std::string& campaign, Instant at) {
  change(campaign).approved = true;
  wake_at(next_minute(std::max(at, passed_)));
}

void FleetMinutes::note_result(const std::string& campaign, bool failed, Instant at) {
  Campaign& known = change(campaign);
  ++known.order_count;
  known.failure_count += failed ? 1 : 0;
  bool matters = !asking_.empty() || !granted_.empty();
  if (matters) wake_at(next_minute(std::max(at, passed_)));
}

void FleetMinutes::note_order(FleetMember member, const std::string& campaign) {
  if (!keeps_results() || members_[member].order == campaign) return;
  members_[member].order = campaign;
  note_unwritten(member);
}

void FleetMinutes::note_end(FleetMember member, OrderEnd end, Instant at) {
  std::optional<std::string> campaign = std::exchange(members_[member].order, std::nullopt);
  if (!campaign) return;
  note_unwritten(member);
  if (end != OrderEnd::came_to_nothing) note_result(*campaign, end == OrderEnd::failed, at);
}

void FleetMinutes::go_on(const std::string& campaign, Instant at) {
  Campaign& known = change(campaign);
  known.order_count = known.failure_count = 0;
  wake_at(next_minute(std::max(at, passed_)));
}

std::map<std::string, bool> FleetMinutes::waiting_campaigns() const {
  std::map<std::string, bool> found;
  const std::string* last = nullptr;  // most ask for the same
  for (const Asking& asking : asking_) {
    const Member& member = members_[asking.member];
    const std::string& campaign = member.facts.request->campaign;
    if (member.stopped_by < 0 || (last != nullptr && *last == campaign)) continue;
    Guard::Kind kind = guards_[static_cast<std::size_t>(member.stopped_by)].kind;
    if (kind != Guard::Kind::approval && kind != Guard::Kind::abort) continue;
    found[campaign] = kind == Guard::Kind::abort;
    last = &campaign;
  }
  return found;
}

std::vector<FleetMinutes::Waiting> FleetMinutes::waiting() const {
  std::vector<Waiting> all;
  for (const auto& [campaign, aborted] : waiting_campaigns()) {
    const Campaign& known = campaigns_.at(campaign);
    std::vector<std::string_view> names;
    for (FleetMember index : known.devices) names.push_back(members_[index].name);
    std::sort(names.begin(), names.end());
    std::string text;
    for (std::string_view name : names) (text += name) += '\n';
    all.push_back({campaign, known.devices.size(), sha256(as_bytes(text)), aborted,
                   known.order_count, known.failure_count});
  }
  return all;
}

}  // namespace sojourn
