// The profiles on a simulated eUICC, and what a package may do to them (SGP.32 2.11.1, 5.9).
//
//   ProfileTable table({bootstrap, local});
//   table.begin_package();
//   OperationResult result = table.execute(Enable{to_wire(local.iccid), true});
//   ...
//   table.roll_back();                     // the new profile found no network
//
// Laws, kept whatever is executed:
//  1. At most one profile is enabled.
//  2. At most one profile has the fallback attribute.
//  3. An operation that does not answer ok changes nothing.
//
// What the standard leaves open, and is decided here: a second enable or disable in a package, and
// a disable after an enable, answer undefinedError; enable with rollback answers
// rollbackNotAvailable when no profile is enabled to return to; the fallback attribute does not
// move while the profile that has it is enabled.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/sgp32/esipa.h"

namespace sojourn::simulator {

struct Profile {
  Iccid iccid{};
  bool enabled = false;
  sgp32::ProfileClass profile_class = sgp32::ProfileClass::operational;
  std::string provider{};
  std::string name{};
  bool fallback = false;          // has the fallback attribute
  bool fallback_allowed = false;  // may get it
  bool may_be_disabled = true;    // false: profile policy rule PPR1
  bool may_be_deleted = true;     // false: PPR2
  std::optional<bool> ecall{};    // ecallIndication
  std::size_t slot = 0;           // numbers its ISD-P, from 1; 0: the table gives it one
  // Whom to tell of which events; the address is an SM-DP+'s.
  std::vector<sgp32::NotificationConfiguration> notify{};
  friend bool operator==(const Profile&, const Profile&) = default;
};

enum class ProfileEvent : std::uint8_t { install = 0, enable = 1, disable = 2, remove = 3 };

// Something that happened to a profile, for notifications. `profile` is as it was then.
struct ProfileChange {
  ProfileEvent event{};
  Profile profile{};
};

struct ProfileTableOptions {
  bool rollback_supported = true;
  bool immediate_enable_supported = true;
  std::size_t profile_count_max = 16;
  std::vector<sgp32::AuthorisationRule> rules{};  // the RAT
};

// Of configureImmediateEnable.
struct ImmediateEnable {
  bool enabled = false;
  std::optional<Bytes> smdp_oid{};
  std::optional<std::string> smdp_address{};
  friend bool operator==(const ImmediateEnable&, const ImmediateEnable&) = default;
};

class ProfileTable {
 public:
  explicit ProfileTable(std::vector<Profile> profiles = {}, ProfileTableOptions options = {});

  const std::vector<Profile>& profiles() const { return profiles_; }
  const Profile* find(const Iccid& iccid) const;
  const Profile* enabled() const;
  const std::string& default_smdp() const { return default_smdp_; }
  void set_default_smdp(std::string address) { default_smdp_ = std::move(address); }
  const ImmediateEnable& immediate_enable() const { return immediate_enable_; }
  void set_immediate_enable(ImmediateEnable settings) { immediate_enable_ = std::move(settings); }
  const std::optional<Iccid>& fell_back_from() const { return fell_back_from_; }
  void set_fell_back_from(std::optional<Iccid> iccid) { fell_back_from_ = iccid; }

  // A new package begins: what the last one did can no longer be rolled back.
  void begin_package();
  sgp32::OperationResult execute(const sgp32::Psmo& operation);

  // Is there an enable to take back?
  bool can_roll_back() const { return rollback_to_.has_value(); }
  // Requires: can_roll_back(). Disables what was enabled, enables what was enabled before.
  void roll_back();

  // Without a package. A downloaded profile arrives disabled; false when there is no room for it,
  // or the ICCID is there already.
  bool install(Profile profile);
  // What the eUICC does by itself on lost coverage: enables the profile with the fallback
  // attribute. False when there is none, or it is enabled already.
  bool fall_back();
  // Enables the profile that it fell back from. False when it did not, or that profile is gone.
  bool return_from_fallback();
  // The user's, or immediate enabling's. False when there is no such profile.
  bool enable_locally(const Iccid& iccid);

  std::vector<ProfileChange> take_changes();

 private:
  template <class Condition>
  Profile* first(const Condition& condition);
  Profile* at(const sgp32::WireIccid& wire);
  Profile* at(const Iccid& iccid);
  void switch_to(Profile& profile);
  void note(ProfileEvent event, const Profile& profile) { changes_.push_back({event, profile}); }

  std::int64_t run(const sgp32::Enable& x);
  std::int64_t run(const sgp32::Disable& x);
  std::int64_t run(const sgp32::Delete& x);
  std::int64_t run(const sgp32::ConfigureImmediateEnable& x);
  std::int64_t run(const sgp32::SetFallbackAttribute& x);
  std::int64_t run(const sgp32::UnsetFallbackAttribute& x);
  std::int64_t run(const sgp32::SetDefaultDpAddress& x);
  sgp32::OperationResult list(const sgp32::ListProfileInfo& x) const;

  std::vector<Profile> profiles_;  // in the order of their installation
  std::size_t last_slot_ = 0;
  ProfileTableOptions options_;
  std::string default_smdp_;
  ImmediateEnable immediate_enable_;
  std::optional<Iccid> fell_back_from_;

  // Of the package that is being executed, or was last.
  bool has_enabled_ = false;
  bool has_disabled_ = false;
  bool has_changed_ = false;
  std::optional<Iccid> rollback_to_;
  std::vector<ProfileChange> changes_;
};

// What its result is called.
sgp32::Operation operation_of(const sgp32::Psmo& operation);

// A profile's ISD-P AID: that of GSMA with the slot at its end (SGP.02 2.2.3).
Bytes isdp_aid(std::size_t slot);

}  // namespace sojourn::simulator
