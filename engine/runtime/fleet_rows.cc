#include "engine/runtime/fleet_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/diagnostic_code.h"
#include "engine/graph/archive.h"

namespace sojourn {
namespace {

constexpr std::uint8_t kFleetLayout = 1;
// Rollouts of rules that the policy does not have: as many of the newest as are remembered.
constexpr std::size_t kRestingMax = 100;

// Keys ascend in this order: what all rows are about is read first, members last.
constexpr std::string_view kAbout = "about", kCampaign = "campaign ", kClock = "clock",
                           kGroup = "group ", kMember = "member ";

void code_flags(auto& archive, auto& flags) {
  for (std::size_t i = 0; i < flags.size(); ++i) {
    bool flag = flags[i];
    archive.flag(flag);
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads) flags[i] = flag;
  }
}

void code_facts(auto& archive, auto& facts) {
  for (auto& value : facts.values) archive.text(value);
  code_flags(archive, facts.affected);
  archive.maybe(facts.request, [&](auto& request) {
    archive.text(request.campaign);
    archive.integer(request.rule);
    archive.integer(request.profile);
    archive.integer(request.deadline.ms);
  });
  archive.integer(facts.switched_at.ms);
}

// What the rows mean something for: policies that have all of it alike go on with them.
struct FleetShape {
  std::string policy;  // digests of its meaning and its text
  std::vector<std::string> attributes;
  std::vector<std::string> guards;
  std::vector<std::string> campaigns;  // of rollouts that it has
  friend bool operator==(const FleetShape&, const FleetShape&) = default;
};

struct StoredStages {
  std::string campaign;
  Instant opened;
};

void code_about(auto& archive, auto& shape, auto& stages) {
  auto texts = [&](auto& list) { archive.list(list, [&](auto& text) { archive.text(text); }); };
  archive.text(shape.policy);
  texts(shape.attributes);
  texts(shape.guards);
  texts(shape.campaigns);
  archive.list(stages, [&](auto& one) {
    archive.text(one.campaign);
    archive.integer(one.opened.ms);
  });
}

// Instants that time can reach and go on from: 30,000 years, or one of the two marks.
bool is_instant(Instant t) {
  constexpr std::int64_t kMsMax = 1'000'000'000'000'000;
  return t == kBeginning || t == kNever || (t.ms > -kMsMax && t.ms < kMsMax);
}

bool is_minute(Instant t) {
  return is_instant(t) && (t == kBeginning || t == kNever || t == minute_at_or_before(t));
}

bool is_sound(const FleetFacts& facts) {
  return is_instant(facts.switched_at) && (!facts.request || is_instant(facts.request->deadline));
}

std::string member_key(FleetMember index) { return fmt::format("{}{:08x}", kMember, index); }

std::string group_key(std::size_t attribute, const std::string& value) {
  // By a digest: values may be longer than keys.
  return fmt::format("{}{:04x} {}", kGroup, attribute, to_hex(sha256(as_bytes(value))));
}

}  // namespace

struct FleetCodec {
  static FleetShape shape_of(const RuleTable& table, const FleetMinutes& fleet) {
    FleetShape shape;
    shape.policy = to_hex(table.meaning_digest) + to_hex(table.text_digest);
    for (AttributeIndex attribute : fleet.questions_.attributes) {
      shape.attributes.push_back(table.attributes[attribute].name);
    }
    for (const Guard& guard : fleet.guards_) shape.guards.push_back(guard.written);
    for (std::size_t r = 0; r < fleet.questions_.rollouts.size(); ++r) {
      shape.campaigns.push_back(fleet.stages_[r].campaign);
    }
    return shape;
  }

  // One description for writing and reading; `member` is const for the former.
  static void code_member(auto& archive, auto& member) {
    archive.text(member.name);
    code_facts(archive, member.facts);
    archive.list(member.asked, [&](auto& campaign) { archive.text(campaign); });
    archive.maybe(member.order, [&](auto& campaign) { archive.text(campaign); });
    code_flags(archive, member.affected);
    code_flags(archive, member.released);
    archive.integer(member.granted_at.ms);
    archive.integer(member.stopped_by);
    archive.flag(member.spares_bans);
  }

  static void code_campaign(auto& archive, auto& campaign) {
    archive.flag(campaign.approved);
    archive.integer(campaign.order_count);
    archive.integer(campaign.failure_count);
  }

  static Bytes about_row(const FleetMinutes& fleet) {
    archive::Writer writer;
    writer.byte(kFleetLayout);
    const FleetShape shape = shape_of(fleet.policy_->table(), fleet);
    std::vector<StoredStages> stages;
    for (const auto& one : fleet.stages_) stages.push_back({one.campaign, one.opened});
    code_about(writer, shape, std::as_const(stages));
    return writer.take();
  }

  static Bytes member_row(const FleetMinutes& fleet, FleetMember index) {
    archive::Writer writer;
    code_member(writer, fleet.members_[index]);
    auto heard = fleet.heard_.find(index);
    writer.flag(heard != fleet.heard_.end());
    if (heard != fleet.heard_.end()) code_facts(writer, heard->second);
    return writer.take();
  }

  static void read_member(archive::Reader& reader, std::size_t guard_count, FleetMinutes& fleet) {
    FleetMember index = fleet.add({});
    auto& member = fleet.members_[index];
    code_member(reader, member);
    bool pending = false;
    reader.flag(pending);
    if (pending) {
      FleetFacts facts;
      facts.values.resize(fleet.groups_.size());
      facts.affected.resize(fleet.questions_.rollouts.size());
      code_facts(reader, facts);
      if (!is_sound(facts)) return reader.fail();
      fleet.heard_.emplace(index, std::move(facts));
    }
    bool fits = member.stopped_by >= -1 &&
                member.stopped_by < static_cast<std::int32_t>(guard_count) &&
                is_sound(member.facts) && is_minute(member.granted_at) &&
                (member.granted_at == kNever || member.facts.request);
    if (!fits || !reader.ok() || !fleet.lookup_.emplace(member.name, index).second) {
      return reader.fail();
    }
    sort_in(fleet, index);
  }

  // What follows from the member.
  static void sort_in(FleetMinutes& fleet, FleetMember index) {
    auto& member = fleet.members_[index];
    for (std::size_t a = 0; a < fleet.groups_.size(); ++a) {
      const std::string& value = member.facts.values[a];
      if (!value.empty()) fleet.groups_[a][value].members.insert(index);
    }
    for (std::size_t r = 0; r < fleet.stages_.size(); ++r) {
      if (member.affected[r]) fleet.note_affected(r, index);
    }
    bool outstanding = member.granted_at != kNever;
    fleet.keep_switch(index, outstanding);
    for (const std::string& campaign : member.asked) {
      fleet.campaigns_[campaign].devices.insert(index);
    }
    if (!member.facts.request) return;
    // Judging it asks what is known of its campaign.
    fleet.campaigns_[member.facts.request->campaign].devices.insert(index);
    if (!outstanding) fleet.asking_.insert(fleet.asking_of(index));
  }
};

// --- writing -------------------------------------------------------------------------------------

std::vector<FleetRow> FleetMinutes::take_changes() {
  std::vector<FleetRow> rows;
  if (std::exchange(about_unwritten_, false)) {
    rows.push_back({std::string(kAbout), FleetCodec::about_row(*this)});
  }
  for (auto& [name, campaign] : campaigns_) {
    if (!std::exchange(campaign.unwritten, false)) continue;
    archive::Writer writer;
    FleetCodec::code_campaign(writer, std::as_const(campaign));
    rows.push_back({std::string(kCampaign) + name, writer.take()});
  }
  if (clock_written_ != std::pair(passed_, due_)) {
    clock_written_ = {passed_, due_};
    archive::Writer writer;
    writer.integer(passed_.ms);
    writer.integer(due_.ms);
    rows.push_back({std::string(kClock), writer.take()});
  }
  for (const auto& [attribute, value] : unwritten_groups_) {
    auto group = groups_[attribute].find(value);
    FleetRow& row = rows.emplace_back(FleetRow{group_key(attribute, value), std::nullopt});
    if (group == groups_[attribute].end()) continue;
    archive::Writer writer;
    writer.integer(attribute);
    writer.text(value);
    writer.integer(group->second.told_count);
    row.value = writer.take();
  }
  unwritten_groups_.clear();
  for (FleetMember index : unwritten_members_) {
    members_[index].unwritten = false;
    rows.push_back({member_key(index), FleetCodec::member_row(*this, index)});
  }
  unwritten_members_.clear();
  return rows;
}

// --- reading -------------------------------------------------------------------------------------

FleetRowReader::FleetRowReader(std::shared_ptr<const PreparedPolicy> policy)
    : policy_(std::move(policy)) {}

Status FleetRowReader::read(std::string_view key, ByteView value) {
  archive::Reader reader(value);
  auto damaged = [] {
    return make_diagnostic(Code::E0012, "what is known of the fleet cannot be read");
  };
  if ((key == kAbout) != (read_ == nullptr)) return damaged();
  if (key == kAbout) {
    FleetShape shape;
    std::vector<StoredStages> stages;
    if (reader.byte() != kFleetLayout) return damaged();
    code_about(reader, shape, stages);
    if (!reader.ok() || stages.size() < shape.campaigns.size()) return damaged();
    read_ = std::make_unique<FleetMinutes>(policy_);
    same_ = shape == FleetCodec::shape_of(policy_->table(), *read_);
    if (!same_) {
      read_.reset(new FleetMinutes());
      read_->groups_.resize(shape.attributes.size());
      read_->questions_.rollouts.resize(shape.campaigns.size());
    }
    read_->stages_.resize(stages.size());
    for (std::size_t r = 0; r < stages.size(); ++r) {
      bool named = r >= shape.campaigns.size() || stages[r].campaign == shape.campaigns[r];
      if (!named || !is_minute(stages[r].opened)) return damaged();
      read_->stages_[r].campaign = stages[r].campaign;
      read_->stages_[r].opened = stages[r].opened;
    }
    guard_count_ = shape.guards.size();
  } else if (key == kClock) {
    reader.integer(read_->passed_.ms);
    reader.integer(due_.ms);
    bool ahead = due_ > read_->passed_;
    if (!is_minute(read_->passed_) || !is_minute(due_) || !ahead) return damaged();
  } else if (key.starts_with(kCampaign)) {
    FleetCodec::code_campaign(reader, read_->campaigns_[std::string(key.substr(kCampaign.size()))]);
  } else if (key.starts_with(kGroup)) {
    std::size_t attribute = 0;
    std::string text;
    std::int64_t told_count = 0;
    reader.integer(attribute);
    reader.text(text);
    reader.integer(told_count);
    if (!reader.ok() || attribute >= read_->groups_.size()) return damaged();
    read_->groups_[attribute][text].told_count = told_count;
  } else if (key == member_key(static_cast<FleetMember>(read_->members_.size()))) {
    FleetCodec::read_member(reader, guard_count_, *read_);
  } else {
    return damaged();
  }
  return reader.ok() && reader.at_end() ? Status() : damaged();
}

FleetRowReader::Fleet FleetRowReader::finish() {
  if (read_ != nullptr && same_) {
    read_->due_ = due_;
    read_->about_unwritten_ = false;
    read_->clock_written_ = {read_->passed_, due_};
    return {std::move(read_), true};
  }
  Fleet fleet{std::make_unique<FleetMinutes>(policy_), false};
  if (read_ != nullptr) fleet.minutes->take_over(*read_);
  return fleet;
}

// Under another policy a rule that is still there goes on with its rollout, and what failed of it
// counts; what a person said yes to was the other policy.
void FleetMinutes::take_over(const FleetMinutes& before) {
  passed_ = before.passed_;
  std::vector<std::optional<std::size_t>> place_of_stages;
  for (const Stages& old : before.stages_) {
    auto same = std::find_if(stages_.begin(), stages_.end(),
                             [&](const Stages& one) { return one.campaign == old.campaign; });
    bool rests = same == stages_.end() && old.opened != kNever &&
                 stages_.size() < questions_.rollouts.size() + kRestingMax;
    if (rests) {
      same = stages_.insert(stages_.end(), Stages{});
      same->campaign = old.campaign;
    }
    place_of_stages.emplace_back();
    if (same == stages_.end()) continue;
    same->opened = old.opened;
    place_of_stages.back() = static_cast<std::size_t>(same - stages_.begin());
    if (!rests && passed_ != kBeginning) wake_at(passed_ + minutes(1));
  }
  for (const Member& old : before.members_) {
    FleetMember index = join(old.name);
    Member& member = members_[index];
    member.facts.switched_at = old.facts.switched_at;
    member.order = old.order;
    keep_switch(index, false);
    for (std::size_t b = 0; b < place_of_stages.size(); ++b) {
      if (!place_of_stages[b] || !old.affected[b]) continue;
      member.affected[*place_of_stages[b]] = true;
      member.released[*place_of_stages[b]] = old.released[b];
      note_affected(*place_of_stages[b], index);
    }
  }
  for (const auto& [name, old] : before.campaigns_) {
    Campaign& campaign = change(name);
    campaign.order_count = old.order_count;
    campaign.failure_count = old.failure_count;
  }
}

}  // namespace sojourn
