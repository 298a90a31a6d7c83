#include "adapters/simulator/profile_table.h"

#include <algorithm>
#include <cassert>

#include "adapters/simulator/tag_list.h"

namespace sojourn::simulator {
namespace {

using namespace sgp32;

// The codes of SGP.32 2.11.2, by the operation that may answer them.
constexpr std::int64_t kOk = 0, kNotFound = 1, kCommandError = 7;
constexpr std::int64_t kNotInDisabledState = 2, kNotInEnabledState = 2, kDisallowedByPolicy = 3;
constexpr std::int64_t kRollbackNotAvailable = 20, kReturnFallbackProfile = 21;
constexpr std::int64_t kFallbackNotAllowed = 2, kNoFallbackAttribute = 2;
constexpr std::int64_t kFallbackProfileEnabled = 3;
constexpr std::int64_t kIncorrectInputValues = 1, kProfileChangeOngoing = 11;

constexpr Tag kDefaultTags[] = {0x5A, 0x4F, 0x9F70, 0x91, 0x92, 0x95, 0x9F7B, 0x9F26, 0x9F67};
constexpr Tag kKnownTags[] = {0x5A, 0x4F, 0x9F70, 0x90, 0x91,   0x92,   0x93,   0x94,  0x95,
                              0xB6, 0xB7, 0xB8,   0x99, 0xBF22, 0x9F7B, 0x9F26, 0x9F67};

bool is_of_profile_info(Tag tag) {
  return std::find(std::begin(kKnownTags), std::end(kKnownTags), tag) != std::end(kKnownTags);
}

ProfileInfo describe(const Profile& profile, const std::vector<Tag>& tags) {
  auto wanted = [&](Tag tag) { return std::find(tags.begin(), tags.end(), tag) != tags.end(); };
  ProfileInfo info;
  if (wanted(0x5A)) info.iccid = to_wire(profile.iccid);
  if (wanted(0x4F)) info.isdp_aid = isdp_aid(profile.slot);
  if (wanted(0x9F70)) info.state = profile.enabled ? 1 : 0;
  if (wanted(0x91) && !profile.provider.empty()) info.provider_name = profile.provider;
  if (wanted(0x92) && !profile.name.empty()) info.name = profile.name;
  if (wanted(0x95)) info.profile_class = static_cast<std::int64_t>(profile.profile_class);
  if (wanted(0xB6) && !profile.notify.empty()) info.notification_configuration = profile.notify;
  if (wanted(0x99) && !(profile.may_be_disabled && profile.may_be_deleted)) {
    // pprUpdateControl, ppr1, ppr2.
    info.policy_rules =
        BitString{!profile.may_be_deleted ? (profile.may_be_disabled ? "001" : "011") : "01"};
  }
  if (wanted(0x9F7B)) info.ecall_indication = profile.ecall;
  info.fallback = wanted(0x9F26) && profile.fallback;
  if (wanted(0x9F67)) info.fallback_allowed = profile.fallback_allowed;
  return info;
}

bool is_enabled(const Profile& profile) { return profile.enabled; }
bool has_fallback(const Profile& profile) { return profile.fallback; }

}  // namespace

Operation operation_of(const Psmo& psmo) {
  constexpr Operation kOperations[] = {Operation::enable,
                                       Operation::disable,
                                       Operation::remove,
                                       Operation::list_profile_info,
                                       Operation::get_rat,
                                       Operation::configure_immediate_enable,
                                       Operation::set_fallback_attribute,
                                       Operation::unset_fallback_attribute,
                                       Operation::set_default_dp_address};
  static_assert(std::size(kOperations) == std::variant_size_v<Psmo>);
  return kOperations[psmo.index()];
}

Bytes isdp_aid(std::size_t slot) {
  Bytes aid = {0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
               0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x00, 0x00};
  std::size_t number = slot + 0x0F;  // the first that SGP.02 leaves to profiles
  aid[13] = static_cast<std::uint8_t>(number >> 8);
  aid[14] = static_cast<std::uint8_t>(number);
  return aid;
}

ProfileTable::ProfileTable(std::vector<Profile> profiles, ProfileTableOptions options)
    : profiles_(std::move(profiles)), options_(std::move(options)) {
  assert(std::count_if(profiles_.begin(), profiles_.end(), is_enabled) <= 1);
  assert(std::count_if(profiles_.begin(), profiles_.end(), has_fallback) <= 1);
  for (const Profile& profile : profiles_) last_slot_ = std::max(last_slot_, profile.slot);
  for (Profile& profile : profiles_) {
    if (profile.slot == 0) profile.slot = ++last_slot_;
  }
}

template <class Condition>
Profile* ProfileTable::first(const Condition& condition) {
  auto found = std::find_if(profiles_.begin(), profiles_.end(), condition);
  return found == profiles_.end() ? nullptr : &*found;
}

const Profile* ProfileTable::find(const Iccid& iccid) const {
  auto found = std::find_if(profiles_.begin(), profiles_.end(),
                            [&](const Profile& p) { return p.iccid == iccid; });
  return found == profiles_.end() ? nullptr : &*found;
}

const Profile* ProfileTable::enabled() const {
  auto found = std::find_if(profiles_.begin(), profiles_.end(), is_enabled);
  return found == profiles_.end() ? nullptr : &*found;
}

Profile* ProfileTable::at(const Iccid& iccid) {
  return first([&](const Profile& p) { return p.iccid == iccid; });
}

Profile* ProfileTable::at(const WireIccid& wire) {
  std::optional<Iccid> iccid = from_wire(wire);
  return iccid ? at(*iccid) : nullptr;
}

void ProfileTable::begin_package() {
  has_enabled_ = has_disabled_ = has_changed_ = false;
  rollback_to_.reset();
}

void ProfileTable::switch_to(Profile& profile) {
  Profile* before = first(is_enabled);
  if (before == &profile) return;
  if (before != nullptr) {
    before->enabled = false;
    note(ProfileEvent::disable, *before);
  }
  profile.enabled = true;
  note(ProfileEvent::enable, profile);
}

// --- operations ----------------------------------------------------------------------------------

OperationResult ProfileTable::execute(const Psmo& operation) {
  if (const auto* request = std::get_if<ListProfileInfo>(&operation)) return list(*request);
  OperationResult result{.operation = operation_of(operation)};
  if (std::holds_alternative<GetRat>(operation)) {
    result.rules = options_.rules;
    return result;
  }
  result.code = std::visit(
      [&](const auto& x) -> std::int64_t {
        if constexpr (requires { run(x); }) return run(x);
        return kUndefinedError;
      },
      operation);
  return result;
}

std::int64_t ProfileTable::run(const Enable& x) {
  Profile* profile = at(x.iccid);
  if (profile == nullptr) return kNotFound;
  if (has_enabled_) return kUndefinedError;
  if (profile->enabled) return kNotInDisabledState;
  Profile* before = first(is_enabled);
  if (before != nullptr && !before->may_be_disabled) return kDisallowedByPolicy;
  if (x.rollback && (before == nullptr || !options_.rollback_supported)) {
    return kRollbackNotAvailable;
  }
  if (x.rollback) rollback_to_ = before->iccid;
  switch_to(*profile);
  fell_back_from_.reset();
  has_enabled_ = has_changed_ = true;
  return kOk;
}

std::int64_t ProfileTable::run(const Disable& x) {
  Profile* profile = at(x.iccid);
  if (profile == nullptr) return kNotFound;
  if (has_enabled_ || has_disabled_) return kUndefinedError;
  if (!profile->enabled) return kNotInEnabledState;
  if (!profile->may_be_disabled) return kDisallowedByPolicy;
  profile->enabled = false;
  note(ProfileEvent::disable, *profile);
  has_disabled_ = has_changed_ = true;
  return kOk;
}

std::int64_t ProfileTable::run(const Delete& x) {
  Profile* profile = at(x.iccid);
  if (profile == nullptr) return kNotFound;
  if (profile->enabled) return kNotInDisabledState;
  if (!profile->may_be_deleted) return kDisallowedByPolicy;
  if (rollback_to_ == profile->iccid) return kRollbackNotAvailable;
  if (fell_back_from_ == profile->iccid) return kReturnFallbackProfile;
  note(ProfileEvent::remove, *profile);
  profiles_.erase(profiles_.begin() + (profile - profiles_.data()));
  has_changed_ = true;
  return kOk;
}

std::int64_t ProfileTable::run(const ConfigureImmediateEnable& x) {
  if (x.enable && !options_.immediate_enable_supported) return kCommandError;
  immediate_enable_.enabled = x.enable;
  if (x.smdp_oid) immediate_enable_.smdp_oid = x.smdp_oid;
  if (x.smdp_address) immediate_enable_.smdp_address = x.smdp_address;
  return kOk;
}

std::int64_t ProfileTable::run(const SetFallbackAttribute& x) {
  Profile* profile = at(x.iccid);
  if (profile == nullptr) return kNotFound;
  if (!profile->fallback_allowed) return kFallbackNotAllowed;
  if (profile->fallback) return kOk;
  if (Profile* holder = first(has_fallback)) {
    if (holder->enabled) return kFallbackProfileEnabled;
    holder->fallback = false;
  }
  profile->fallback = true;
  return kOk;
}

std::int64_t ProfileTable::run(const UnsetFallbackAttribute&) {
  Profile* holder = first(has_fallback);
  if (holder == nullptr) return kNoFallbackAttribute;
  if (holder->enabled) return kFallbackProfileEnabled;
  holder->fallback = false;
  return kOk;
}

std::int64_t ProfileTable::run(const SetDefaultDpAddress& x) {
  default_smdp_ = x.address;
  return kOk;
}

OperationResult ProfileTable::list(const ListProfileInfo& x) const {
  OperationResult result{.operation = Operation::list_profile_info};
  if (has_changed_) {
    result.code = kProfileChangeOngoing;
    return result;
  }
  std::optional<std::vector<Tag>> tags(std::in_place, std::begin(kDefaultTags),
                                       std::end(kDefaultTags));
  if (x.tag_list) tags = read_tag_list(*x.tag_list);
  if (!tags || !std::all_of(tags->begin(), tags->end(), is_of_profile_info)) {
    result.code = kIncorrectInputValues;
    return result;
  }
  for (const Profile& profile : profiles_) {
    bool meant = true;
    if (x.criteria) {
      if (const auto* aid = std::get_if<Bytes>(&*x.criteria))
        meant = *aid == isdp_aid(profile.slot);
      if (const auto* iccid = std::get_if<WireIccid>(&*x.criteria)) {
        meant = *iccid == to_wire(profile.iccid);
      }
      if (const auto* wanted = std::get_if<std::int64_t>(&*x.criteria)) {
        meant = *wanted == static_cast<std::int64_t>(profile.profile_class);
      }
    }
    if (meant) result.profiles.push_back(describe(profile, *tags));
  }
  return result;
}

// --- without a package ---------------------------------------------------------------------------

void ProfileTable::roll_back() {
  assert(can_roll_back());
  Profile* profile = at(*rollback_to_);
  assert(profile != nullptr && "delete refuses what an open rollback returns to");
  switch_to(*profile);
  rollback_to_.reset();
}

bool ProfileTable::install(Profile profile) {
  if (profiles_.size() >= options_.profile_count_max || find(profile.iccid) != nullptr) {
    return false;
  }
  profile.enabled = false;
  profile.fallback = false;
  profile.slot = ++last_slot_;
  profiles_.push_back(std::move(profile));
  return true;
}

bool ProfileTable::fall_back() {
  Profile* holder = first(has_fallback);
  if (holder == nullptr || holder->enabled) return false;
  begin_package();
  const Profile* before = enabled();
  fell_back_from_ = before == nullptr ? std::nullopt : std::optional<Iccid>(before->iccid);
  switch_to(*holder);
  return true;
}

bool ProfileTable::return_from_fallback() {
  if (!fell_back_from_) return false;
  Profile* profile = at(*fell_back_from_);
  if (profile == nullptr) return false;
  begin_package();
  switch_to(*profile);
  fell_back_from_.reset();
  return true;
}

bool ProfileTable::enable_locally(const Iccid& iccid) {
  Profile* profile = at(iccid);
  if (profile == nullptr) return false;
  begin_package();
  switch_to(*profile);
  fell_back_from_.reset();
  return true;
}

std::vector<ProfileChange> ProfileTable::take_changes() { return std::exchange(changes_, {}); }

}  // namespace sojourn::simulator
