#include "adapters/simulator/card_file.h"

#include <nlohmann/json.hpp>

#include "adapters/sgp32/catalogue.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::simulator {
namespace {

using namespace sgp32;
using nlohmann::json;

Diagnostic unreadable(const std::string& what) {
  return make_diagnostic(Code::E0872, "the eUICC's memory cannot be read: " + what);
}

json to_json(const Profile& profile) {
  json value = {{"iccid", profile.iccid.text()},
                {"enabled", profile.enabled},
                {"class", static_cast<std::int64_t>(profile.profile_class)},
                {"provider", profile.provider},
                {"name", profile.name},
                {"fallback", profile.fallback},
                {"fallbackAllowed", profile.fallback_allowed},
                {"mayBeDisabled", profile.may_be_disabled},
                {"mayBeDeleted", profile.may_be_deleted},
                {"slot", profile.slot},
                {"notify", json::array()}};
  if (profile.ecall) value["ecall"] = *profile.ecall;
  for (const NotificationConfiguration& one : profile.notify) {
    value["notify"].push_back({{"events", one.events.bits}, {"address", one.address}});
  }
  return value;
}

// The getters below throw on a wrong type; card_from_json catches.
Iccid iccid_in(const json& value) {
  std::optional<Iccid> iccid = parse_iccid(value.get_ref<const std::string&>());
  if (!iccid) throw std::invalid_argument("not an ICCID");
  return *iccid;
}

Bytes bytes_in(const json& value) {
  std::optional<Bytes> bytes = from_hex(value.get_ref<const std::string&>());
  if (!bytes) throw std::invalid_argument("not hex");
  return *bytes;
}

template <class Message>
Message message_in(const json& value, Version version) {
  Result<Message> message = read<Message>(bytes_in(value), version);
  if (!message) throw std::invalid_argument(message.error().message);
  return std::move(*message);
}

Profile profile_in(const json& value) {
  Profile profile{.iccid = iccid_in(value.at("iccid")),
                  .enabled = value.at("enabled").get<bool>(),
                  .profile_class = static_cast<ProfileClass>(value.at("class").get<std::int64_t>()),
                  .provider = value.at("provider").get<std::string>(),
                  .name = value.at("name").get<std::string>(),
                  .fallback = value.at("fallback").get<bool>(),
                  .fallback_allowed = value.at("fallbackAllowed").get<bool>(),
                  .may_be_disabled = value.at("mayBeDisabled").get<bool>(),
                  .may_be_deleted = value.at("mayBeDeleted").get<bool>(),
                  .slot = value.at("slot").get<std::size_t>()};
  if (value.contains("ecall")) profile.ecall = value["ecall"].get<bool>();
  for (const json& one : value.at("notify")) {
    profile.notify.push_back(
        {BitString{one.at("events").get<std::string>()}, one.at("address").get<std::string>()});
  }
  return profile;
}

template <class Message>
std::string hex_of(const Message& message, Version version) {
  Result<Bytes> bytes = write(message, version);
  return bytes ? to_hex(*bytes) : std::string();
}

json outbox_to_json(const Outbox& outbox, Version version) {
  json value = {
      {"last", outbox.last_number()}, {"results", json::array()}, {"notifications", json::array()}};
  for (const StoredResult& one : outbox.results()) {
    value["results"].push_back({{"number", one.number}, {"der", hex_of(one.result, version)}});
  }
  for (const StoredNotification& one : outbox.notifications()) {
    value["notifications"].push_back(
        {{"number", one.number},
         {"event", one.event.bits},
         {"der", hex_of(HandleNotification(one.notification), version)}});
  }
  return value;
}

void restore_outbox(const json& value, Version version, Outbox& outbox) {
  std::deque<StoredResult> results;
  for (const json& one : value.at("results")) {
    results.push_back({one.at("number").get<std::int64_t>(),
                       message_in<EuiccPackageResult>(one.at("der"), version)});
  }
  std::deque<StoredNotification> notifications;
  for (const json& one : value.at("notifications")) {
    auto message = message_in<HandleNotification>(one.at("der"), version);
    notifications.push_back({one.at("number").get<std::int64_t>(),
                             BitString{one.at("event").get<std::string>()},
                             std::get<PendingNotification>(std::move(message))});
  }
  outbox.restore(value.at("last").get<std::int64_t>(), std::move(results),
                 std::move(notifications));
}

json eims_to_json(const EimTable& eims, Version version) {
  json value = {{"lastToken", eims.last_token()}, {"list", json::array()}};
  for (const EimAssociation& one : eims.associations()) {
    json entry = {{"data", hex_of(one.configuration, version)}, {"counter", one.counter}};
    if (one.token) entry["token"] = *one.token;
    value["list"].push_back(std::move(entry));
  }
  return value;
}

void restore_eims(const json& value, Version version, EimTable& eims) {
  std::vector<EimAssociation> list;
  for (const json& one : value.at("list")) {
    auto data = message_in<EimConfigurationData>(one.at("data"), version);
    if (!data.eim_key) throw std::invalid_argument("an eIM without a key");
    Result<TrustedKey> key = public_key_of(*data.eim_key);
    if (!key) throw std::invalid_argument(key.error().message);
    EimAssociation association{.configuration = std::move(data),
                               .key = std::move(*key),
                               .counter = one.at("counter").get<std::int64_t>()};
    if (one.contains("token")) association.token = one["token"].get<std::int64_t>();
    list.push_back(std::move(association));
  }
  eims.restore(std::move(list), value.at("lastToken").get<std::int64_t>());
}

}  // namespace

std::string card_to_json(const Euicc& card) {
  const ProfileTable& table = card.profiles();
  json whole = {{"eid", to_text(card.eid())},
                {"version", version_text(card.version())},
                {"profiles", json::array()},
                {"defaultSmdp", table.default_smdp()},
                {"immediateEnable", {{"enabled", table.immediate_enable().enabled}}},
                {"eims", eims_to_json(card.eims(), card.version())},
                {"outbox", outbox_to_json(card.outbox(), card.version())}};
  for (const Profile& profile : table.profiles()) whole["profiles"].push_back(to_json(profile));
  const ImmediateEnable& immediate = table.immediate_enable();
  if (immediate.smdp_oid) whole["immediateEnable"]["smdpOid"] = to_hex(*immediate.smdp_oid);
  if (immediate.smdp_address) whole["immediateEnable"]["smdpAddress"] = *immediate.smdp_address;
  if (table.fell_back_from()) whole["fellBackFrom"] = table.fell_back_from()->text();
  return whole.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<Euicc> card_from_json(std::string_view json_text, EuiccIdentity identity,
                             ProfileTableOptions table_options, EuiccOptions options) {
  try {
    json whole = json::parse(json_text);
    if (whole.at("eid").get<std::string>() != to_text(identity.eid)) {
      return unreadable("it is another eUICC's");
    }
    std::optional<Version> version = parse_version(whole.at("version").get<std::string>());
    if (!version) return unreadable("unknown version");
    options.version = *version;
    std::vector<Profile> profiles;
    int enabled_count = 0;
    int fallback_count = 0;
    for (const json& one : whole.at("profiles")) {
      profiles.push_back(profile_in(one));
      enabled_count += profiles.back().enabled ? 1 : 0;
      fallback_count += profiles.back().fallback ? 1 : 0;
    }
    if (enabled_count > 1 || fallback_count > 1) return unreadable("two profiles are enabled");
    ProfileTable table(std::move(profiles), std::move(table_options));
    table.set_default_smdp(whole.at("defaultSmdp").get<std::string>());
    const json& immediate = whole.at("immediateEnable");
    ImmediateEnable settings{.enabled = immediate.at("enabled").get<bool>()};
    if (immediate.contains("smdpOid")) settings.smdp_oid = bytes_in(immediate["smdpOid"]);
    if (immediate.contains("smdpAddress")) {
      settings.smdp_address = immediate["smdpAddress"].get<std::string>();
    }
    table.set_immediate_enable(std::move(settings));
    if (whole.contains("fellBackFrom")) table.set_fell_back_from(iccid_in(whole["fellBackFrom"]));
    Euicc card(std::move(identity), std::move(table), std::move(options));
    restore_eims(whole.at("eims"), *version, card.eims());
    restore_outbox(whole.at("outbox"), *version, card.outbox());
    return card;
  } catch (const std::exception& error) {
    return unreadable(error.what());
  }
}

}  // namespace sojourn::simulator
