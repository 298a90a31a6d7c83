// Private. What people hold in their hands over a tenant's decisions: kill switches, and the yes
// that a rule with `approval` waits for.
#pragma once

#include <set>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/instant.h"
#include "engine/base/result.h"
#include "engine/device/device.h"
#include "engine/runtime/fleet_minutes.h"

namespace sojourn::service {

// While a switch is on, what it covers is decided and not carried out: what was ordered and has not
// left is taken back, and nothing new is ordered.
struct KillSwitches {
  bool all = false;                 // the whole tenant, orders by hand included
  std::set<std::string> rules;      // labels of rules
  std::set<std::string> countries;  // ISO codes: devices that are there
  std::string by;                   // who set them last, and when
  Instant at = kBeginning;

  // `country`: where the device is; "" when that is not known.
  bool cover(const std::string& rule, const std::string& country) const {
    return all || rules.contains(rule) || countries.contains(country);
  }
};

Bytes to_bytes(const KillSwitches& switches);
Result<KillSwitches> kill_switches_from(ByteView bytes);  // E0012

// What exactly a person says yes to: this outcome, by this rule, of this policy. A decision that
// changes in any of it waits for a yes of its own.
std::string approval_key(const PreparedPolicy& policy, const Decision& decision);
// The rule's label, "ban NAME", or "".
std::string decider_of(const PreparedPolicy& policy, const Decision& decision);

// What a person says to a campaign that waits (fleet_minutes.h).
struct CampaignWord {
  std::string campaign;
  bool goes_on = false;  // it was aborted, and goes on; else: approved
  std::string devices;   // digest of which devices it is about, as it was shown; "": whichever
  std::string by;
};

// For the evidence chain; "%" stands for the device.
std::string switches_record(const KillSwitches& switches);
std::string approval_record(std::string_view decider, std::string_view by, Instant at);
std::string campaign_record(const CampaignWord& word, const FleetMinutes::Waiting& campaign,
                            Instant at);

}  // namespace sojourn::service
