// The stored form of FleetMinutes: a layout number, the members and what they said last, how far
// the rollouts and campaigns are. Sets and rankings follow from these.
#include "engine/base/diagnostic_code.h"
#include "engine/graph/archive.h"
#include "engine/runtime/fleet_minutes.h"

namespace sojourn {
namespace {

constexpr std::uint8_t kFleetLayout = 1;

void code_flags(auto& archive, auto& flags) {
  for (std::size_t i = 0; i < flags.size(); ++i) {
    bool flag = flags[i];
    archive.flag(flag);
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads) flags[i] = flag;
  }
}

void code(auto& archive, auto& facts) {
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

}  // namespace

// One description for writing and reading; `fleet` is const for the former.
struct FleetCodec {
  static void code_member(auto& archive, auto& member) {
    code(archive, member.facts);
    code_flags(archive, member.affected);
    code_flags(archive, member.released);
    archive.integer(member.granted_at.ms);
    archive.integer(member.stopped_by);
    archive.flag(member.spares_bans);
  }

  static void write(archive::Writer& writer, const FleetMinutes& fleet) {
    writer.integer(fleet.passed_.ms);
    writer.integer(fleet.due_.ms);
    writer.unsigned_integer(fleet.members_.size());
    for (const auto& member : fleet.members_) {
      writer.text(member.name);
      code_member(writer, member);
    }
    writer.unsigned_integer(fleet.heard_.size());
    for (const auto& [member, facts] : fleet.heard_) {
      writer.integer(member);
      code(writer, facts);
    }
    for (const auto& groups : fleet.groups_) {
      for (const auto& [value, group] : groups) writer.integer(group.told_count);
    }
    for (const auto& stages : fleet.stages_) writer.integer(stages.opened.ms);
    writer.unsigned_integer(fleet.campaigns_.size());
    for (const auto& [name, campaign] : fleet.campaigns_) {
      writer.text(name);
      writer.flag(campaign.approved);
      writer.integer(campaign.order_count);
      writer.integer(campaign.failure_count);
      std::vector<FleetMember> devices(campaign.devices.begin(), campaign.devices.end());
      writer.list(devices, [&](const FleetMember& member) { writer.integer(member); });
    }
  }

  static void read(archive::Reader& reader, FleetMinutes& fleet) {
    Instant due;
    reader.integer(fleet.passed_.ms);
    reader.integer(due.ms);
    std::uint64_t member_count = reader.unsigned_integer();
    for (std::uint64_t i = 0; i < member_count && reader.ok(); ++i) {
      std::string name;
      reader.text(name);
      if (fleet.join(name) != i) return reader.fail();
      auto& member = fleet.members_.back();
      code_member(reader, member);
      bool fits = member.stopped_by < static_cast<std::int32_t>(fleet.guards_.size());
      if (!fits) reader.fail();
    }
    std::uint64_t heard_count = reader.unsigned_integer();
    for (std::uint64_t i = 0; i < heard_count && reader.ok(); ++i) {
      FleetMember member = 0;
      reader.integer(member);
      FleetFacts facts;
      facts.values.resize(fleet.groups_.size());
      facts.affected.resize(fleet.stages_.size());
      code(reader, facts);
      if (member >= fleet.members_.size()) return reader.fail();
      fleet.heard_.emplace(member, std::move(facts));
    }
    sort_in(fleet);
    for (auto& groups : fleet.groups_) {
      for (auto& [value, group] : groups) reader.integer(group.told_count);
    }
    for (auto& stages : fleet.stages_) reader.integer(stages.opened.ms);
    read_campaigns(reader, fleet);
    fleet.due_ = due;
  }

  static void read_campaigns(archive::Reader& reader, FleetMinutes& fleet) {
    std::uint64_t count = reader.unsigned_integer();
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
      std::string name;
      reader.text(name);
      auto& campaign = fleet.campaigns_[name];
      reader.flag(campaign.approved);
      reader.integer(campaign.order_count);
      reader.integer(campaign.failure_count);
      std::vector<FleetMember> devices;
      reader.list(devices, [&](FleetMember& member) { reader.integer(member); });
      for (FleetMember member : devices) {
        if (member >= fleet.members_.size()) return reader.fail();
        campaign.devices.insert(member);
      }
    }
  }

  // What follows from the members.
  static void sort_in(FleetMinutes& fleet) {
    for (FleetMember index = 0; index < fleet.members_.size(); ++index) {
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
      if (!member.facts.request) continue;
      fleet.campaigns_[member.facts.request->campaign].devices.insert(index);
      if (!outstanding) fleet.asking_.insert(index);
    }
  }
};

Bytes FleetMinutes::save() const {
  archive::Writer writer;
  writer.byte(kFleetLayout);
  FleetCodec::write(writer, *this);
  return writer.take();
}

Status FleetMinutes::restore(ByteView bytes) {
  archive::Reader reader(bytes);
  if (reader.byte() == kFleetLayout) {
    FleetCodec::read(reader, *this);
    if (reader.ok() && reader.at_end()) return {};
  }
  return make_diagnostic(Code::E0012, "what is known of the fleet cannot be read");
}

// Under another policy a rule that is still there goes on with its rollout, and what failed of it
// counts; what a person said yes to was the other policy.
void FleetMinutes::take_over(const FleetMinutes& before) {
  passed_ = before.passed_;
  for (const Member& old : before.members_) {
    FleetMember index = join(old.name);
    members_[index].facts.switched_at = old.facts.switched_at;
    keep_switch(index, false);
  }
  for (std::size_t r = 0; r < stages_.size(); ++r) {
    for (std::size_t b = 0; b < before.stages_.size(); ++b) {
      if (before.stages_[b].campaign != stages_[r].campaign) continue;
      stages_[r].opened = before.stages_[b].opened;
      for (const Member& old : before.members_) {
        if (!old.affected[b]) continue;
        FleetMember index = lookup_.at(old.name);
        members_[index].affected[r] = true;
        members_[index].released[r] = old.released[b];
        note_affected(r, index);
      }
      wake_at(passed_ + minutes(1));
    }
  }
  for (const auto& [name, old] : before.campaigns_) {
    Campaign& campaign = campaigns_[name];
    campaign.order_count = old.order_count;
    campaign.failure_count = old.failure_count;
  }
}

}  // namespace sojourn
