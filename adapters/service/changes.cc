// What people change: the policy in force and the one in shadow, kill switches, and what they say
// yes to. A change is a transaction before memory knows of it, so it happens whole or not at all,
// whatever becomes of the disk and the process; only what follows from it (devices that are told,
// commands that are planned) is made like everything else.
#include <algorithm>
#include <set>

#include "adapters/service/device_memory.h"
#include "adapters/service/tenant.h"
#include "adapters/service/turn.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

Bytes bytes_of(std::string_view text) { return Bytes(text.begin(), text.end()); }

Diagnostic nothing_waits(const std::string& label) {
  return make_diagnostic(Code::E0842, "nothing of device `" + label + "` waits for approval");
}

}  // namespace

void Tenant::take(const Change& change, Effects& effects) {
  std::lock_guard lock(mutex_);
  Reading reading{*this};
  for (const auto& [label, json] : change.records) told_(label, json);
  noted_records_ = std::max(noted_records_, change.records_then);
  change.follow(effects);
}

// Only a fleet is changed in memory first. It is read again as it is stored.
Status Tenant::drop(const Change& change) {
  if (!change.fleet_is_ahead) return {};
  std::lock_guard lock(mutex_);
  StoreTransaction none;  // the rows are of this policy
  auto opened = LiveFleet::open(store_, keys_.fleet(), shelf_->policy.prepared,
                                LiveFleet::Begin::take_over, none);
  if (!opened) return std::move(opened).error();
  fleet_ = std::move(opened->fleet);
  return {};
}

Result<Tenant::Change> Tenant::end_enrolment(const Eid& eid, std::string_view by, Instant now,
                                             std::int64_t& last_counter) {
  std::lock_guard lock(mutex_);
  auto removal = book_.prepare_removal(eid);
  if (!removal) return std::move(removal).error();
  last_counter = removal->last_counter;
  Change change;
  change.effect = std::move(removal->effect);
  AuditChain chain = *chain_;
  std::string label = to_text(eid);
  record(chain, label, enrolment_ended_record(last_counter, by, now), change);
  change.follow = [this, chain, eid](Effects&) {
    chain_ = chain;
    if (claims_ != nullptr) claims_->give_up(config_.name, eid);
  };
  return change;
}

// --- policies ------------------------------------------------------------------------------------

std::shared_ptr<const DeviceShelf> Tenant::make_shelf(RunnablePolicy policy,
                                                      RunnablePolicy shadow) const {
  LoopOptions loop;
  loop.mode = LoopMode::open;
  loop.lateness = config_.lateness;
  DeviceShelf shelf{keys_, loop, std::move(policy), std::move(shadow), {}, {}, {}, {}};
  shelf.first_word = first_word(shelf.policy.prepared);
  if (shelf.shadow) shelf.first_shadow_word = first_word(shelf.shadow.prepared);
  shelf.policy_digest = shelf.policy.prepared->table().meaning_digest;
  shelf.made_under = digest_of(*shelf.policy.prepared, loop);
  return std::make_shared<const DeviceShelf>(std::move(shelf));
}

void Tenant::put_up(std::shared_ptr<const DeviceShelf> shelf) {
  recent_.clear();
  devices_.clear();
  // Another inventory may know the EIDs of others.
  std::erase_if(eid_of_imei_, [](const auto& one) { return one.second.eid.empty(); });
  shelf_ = std::move(shelf);
  set_aside_.try_all_again();
  ahead_.begin(StoreRange::with_prefix(keys_.devices()));
}

Result<Tenant::Change> Tenant::activate(const Activation& asked, Instant now) {
  std::lock_guard lock(mutex_);
  Change change;
  StoreTransaction& effect = change.effect;
  AuditChain chain = *chain_;
  if (asked.accepts) {
    auto waiting = store_.read(keys_.proposal());
    if (!waiting) return std::move(waiting).error();
    if (*waiting != asked.accepts) {
      return make_diagnostic(Code::E0842, "another policy waits for a second person meanwhile",
                             "look at it again");
    }
    effect.erase(keys_.proposal());
  }
  auto shelf = make_shelf(asked.policy, asked.ends_shadow ? RunnablePolicy() : shelf_->shadow);
  auto opened = LiveFleet::open(store_, keys_.fleet(), shelf->policy.prepared,
                                LiveFleet::Begin::take_over, effect);
  if (!opened) return std::move(opened).error();
  effect.put(keys_.policy(), bytes_of(asked.replaces + asked.version.text));
  Status noted = note_version(store_, keys_, asked.version, effect);
  if (!noted) return std::move(noted).error();
  effect.erase(keys_.decided_by());
  record(chain, "", policy_record(digest_text(shelf->policy_digest), asked.version.by, now),
         change);
  if (asked.ends_shadow) {
    effect.erase(keys_.shadow());
    record(chain, "", shadow_record("", asked.version.by, now), change);
  }
  auto fleet = std::make_shared<LiveFleet::Opened>(std::move(*opened));
  change.follow = [this, shelf, fleet, chain, ends_shadow = asked.ends_shadow](Effects&) {
    chain_ = chain;
    fleet_ = std::move(fleet->fleet);
    if (ends_shadow) shadow_fleet_.reset();
    put_up(shelf);
  };
  return change;
}

Result<Tenant::Change> Tenant::set_shadow(RunnablePolicy policy, std::string_view text,
                                          std::string_view by, Instant now) {
  std::lock_guard lock(mutex_);
  Change change;
  StoreTransaction& effect = change.effect;
  AuditChain chain = *chain_;
  std::string digest = policy ? digest_text(*policy.prepared) : "";
  auto fleet = std::make_shared<LiveFleet::Opened>();
  if (policy) {
    auto opened = LiveFleet::open(store_, keys_.shadow_fleet(), policy.prepared,
                                  LiveFleet::Begin::anew, effect);
    if (!opened) return std::move(opened).error();
    *fleet = std::move(*opened);
    effect.put(keys_.shadow(), bytes_of(text));
  } else {
    effect.erase(keys_.shadow());
  }
  record(chain, "", shadow_record(digest, by, now), change);
  auto shelf = make_shelf(shelf_->policy, std::move(policy));
  change.follow = [this, shelf, fleet, chain](Effects&) {
    chain_ = chain;
    shadow_fleet_ = std::move(fleet->fleet);
    put_up(shelf);
  };
  return change;
}

Result<Tenant::Change> Tenant::propose(const std::optional<PolicyVersion>& proposal,
                                       std::string_view by, Instant now) {
  std::lock_guard lock(mutex_);
  auto before = policy_proposal(store_, keys_);
  if (!before) return std::move(before).error();
  if (!proposal && !before->has_value()) {
    return make_diagnostic(Code::E0842, "no policy waits for a second person");
  }
  Change change;
  AuditChain chain = *chain_;
  if (proposal) {
    change.effect.put(keys_.proposal(), to_bytes(*proposal));
  } else {
    change.effect.erase(keys_.proposal());
  }
  const PolicyVersion& about = proposal ? *proposal : **before;
  record(chain, "", proposal_record(about, !proposal, by, now), change);
  change.follow = [this, chain](Effects&) { chain_ = chain; };
  return change;
}

// --- switches and approvals ----------------------------------------------------------------------

Result<Tenant::Change> Tenant::set_switches(const KillSwitches& switches) {
  std::lock_guard lock(mutex_);
  Change change;
  AuditChain chain = *chain_;
  change.effect.put(keys_.switches(), to_bytes(switches));
  // Also after a stop in the middle of it all devices are looked at anew.
  change.effect.erase(keys_.decided_by());
  record(chain, "", switches_record(switches), change);
  change.follow = [this, switches, chain](Effects&) {
    chain_ = chain;
    switches_ = switches;
    ahead_.begin(StoreRange::with_prefix(keys_.devices()));
  };
  return change;
}

// A yes is worth something only if it is somebody else's.
Status Tenant::refuse_own(std::string_view by) const {
  auto versions = policy_versions(store_, keys_, 1);
  if (!versions) return std::move(versions).error();
  if (versions->empty() || !is_put_in_force_by(versions->front(), by)) return {};
  return make_diagnostic(Code::E0842,
                         "`" + std::string(by) +
                             "` put the policy in force or proposed it, and does not approve "
                             "what it orders",
                         "somebody else with the role `approve` has to");
}

Result<Tenant::Change> Tenant::approve(const std::vector<std::string>& labels, std::string_view by,
                                       Instant now, std::vector<std::string>& approved) {
  std::lock_guard lock(mutex_);
  Reading reading{*this};
  if (Status other = refuse_own(by); !other) return std::move(other).error();
  struct Yes {
    LiveDevice* device = nullptr;  // in memory until something else happens
    DeviceRow row;
  };
  std::vector<Yes> all;
  Change change;
  AuditChain chain = *chain_;
  const PreparedPolicy& policy = *shelf_->policy.prepared;
  std::optional<Diagnostic> passed_by;
  for (const std::string& label : std::set<std::string>(labels.begin(), labels.end())) {
    auto found = find(label, nullptr);
    if (!found && found.error().code != Code::E0886) return std::move(found).error();
    if (!found) {
      passed_by = found.error();
      continue;
    }
    LiveDevice* device = *found;
    if (device == nullptr) {
      passed_by = make_diagnostic(Code::E0841, "no device `" + label + "` has been heard of");
      continue;
    }
    const auto& decision = device->loop.decision();
    bool waits = decision && device->row.waits_for == WaitReason::approval;
    if (!waits || device->row.approved == approval_key(policy, *decision)) {
      passed_by = nothing_waits(label);
      continue;
    }
    Yes& yes = all.emplace_back(Yes{device, device->row});
    yes.row.approved = approval_key(policy, *decision);
    record(chain, label, approval_record(decider_of(policy, *decision), by, now), change);
    // Whatever becomes of the process, its turn comes next.
    if (now < yes.row.queued_at) {
      if (yes.row.queued_at != kNever) change.effect.erase(keys_.instant(yes.row.queued_at, label));
      change.effect.put(keys_.instant(now, label), {});
      yes.row.queued_at = now;
    }
    change.effect.put(keys_.device(label), to_bytes(yes.row));
    approved.push_back(label);
  }
  if (passed_by && labels.size() == 1) return *passed_by;
  change.follow = [this, all = std::move(all), chain, now](Effects& effects) {
    chain_ = chain;
    for (const Yes& yes : all) {
      LiveDevice& device = *yes.device;
      device.row = device.stored = yes.row;
      Turn turn(*this, device, now);
      turn.effect.erase(keys_.instant(std::exchange(device.row.queued_at, kNever), device.label));
      turn.finish(effects);
    }
  };
  return change;
}

Result<Tenant::Change> Tenant::approve_campaign(const CampaignWord& word, Instant now) {
  std::lock_guard lock(mutex_);
  std::vector<FleetMinutes::Waiting> all;
  if (fleet_ != nullptr) all = fleet_->minutes().waiting();
  auto found = std::find_if(all.begin(), all.end(), [&](const FleetMinutes::Waiting& one) {
    return one.campaign == word.campaign && one.aborted == word.goes_on;
  });
  if (found == all.end()) {
    return make_diagnostic(Code::E0842, "campaign `" + word.campaign + "` does not wait for that",
                           "`sojourn campaigns list` shows those that wait");
  }
  if (!word.devices.empty() && word.devices != to_hex(found->devices)) {
    return make_diagnostic(
        Code::E0842, "campaign `" + word.campaign + "` is about other devices than were shown",
        "look at it again");
  }
  if (Status other = refuse_own(word.by); !other) return std::move(other).error();
  Change change;
  AuditChain chain = *chain_;
  change.fleet_is_ahead = true;
  if (word.goes_on) {
    fleet_->minutes().go_on(word.campaign, now);
  } else {
    fleet_->minutes().approve(word.campaign, now);
  }
  fleet_->write(change.effect);
  record(chain, "", campaign_record(word, *found, now), change);
  change.follow = [this, chain](Effects&) { chain_ = chain; };
  return change;
}

}  // namespace sojourn::service
