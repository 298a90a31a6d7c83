#include "adapters/simulator/identities.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "adapters/simulator/card_file.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::simulator {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kEidPrefix = "89049032";

Diagnostic refused(std::string what) { return make_diagnostic(Code::E0872, std::move(what)); }

// The whole file at once, or not at all: a device may be switched off at any time.
Status write_file(const std::string& path, std::string_view text, bool secret = false) {
  std::string fresh = path + ".new";
  std::error_code error;
  {
    std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
    // Before anything secret is in it.
    if (secret) {
      fs::permissions(fresh, fs::perms::owner_read | fs::perms::owner_write, error);
      if (error) return refused("`" + path + "` cannot be kept secret: " + error.message());
    }
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.flush();
    if (!out) return refused("`" + path + "` cannot be written");
  }
  fs::rename(fresh, path, error);
  if (error) return refused("`" + path + "` cannot be written: " + error.message());
  return {};
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return refused("`" + path + "` cannot be read");
  return text.str();
}

Status write_issued(const std::string& stem, const Issued& issued) {
  if (Status done = write_file(stem + ".pem", issued.certificate_pem()); !done) return done;
  return write_file(stem + ".key", issued.private_key_pem, true);
}

// `width` digits of a number.
std::string padded(std::size_t number, std::size_t width) {
  std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

std::vector<Profile> usual_profiles() {
  auto profile = [](const char* iccid, const char* provider, const char* name) {
    return Profile{.iccid = *parse_iccid(iccid), .provider = provider, .name = name};
  };
  std::vector<Profile> profiles = {profile("89000000000000000001", "Bootstrap", "bootstrap"),
                                   profile("89550000000000000001", "Local BR", "local-br"),
                                   profile("89490000000000000001", "Local DE", "local-de")};
  profiles[0].enabled = true;
  profiles[0].profile_class = sgp32::ProfileClass::provisioning;
  profiles[0].fallback_allowed = true;
  profiles[0].fallback = true;
  return profiles;
}

json to_json(const Profile& profile) {
  return {{"iccid", profile.iccid.text()},
          {"enabled", profile.enabled},
          {"class", static_cast<std::int64_t>(profile.profile_class)},
          {"provider", profile.provider},
          {"name", profile.name},
          {"fallback", profile.fallback},
          {"fallbackAllowed", profile.fallback_allowed}};
}

// Throws on a wrong type; open() catches.
Profile profile_in(const json& value) {
  std::optional<Iccid> iccid = parse_iccid(value.at("iccid").get<std::string>());
  if (!iccid) throw std::invalid_argument("not an ICCID");
  return Profile{
      .iccid = *iccid,
      .enabled = value.value("enabled", false),
      .profile_class = static_cast<sgp32::ProfileClass>(value.value("class", std::int64_t{2})),
      .provider = value.value("provider", ""),
      .name = value.value("name", ""),
      .fallback = value.value("fallback", false),
      .fallback_allowed = value.value("fallbackAllowed", false)};
}

}  // namespace

Eid demo_eid(std::size_t n) {
  // The check digits are what makes the whole number leave 1 when divided by 97.
  std::string body = std::string(kEidPrefix) + padded(n, 22);
  unsigned remainder = 0;
  for (char digit : body + "00") {
    remainder = (remainder * 10 + static_cast<unsigned>(digit - '0')) % 97;
  }
  return *parse_eid(body + padded(98 - remainder, 2));
}

Status make_identities(const std::string& folder, const IdentityOptions& options) {
  if (options.device_count > kIdentitiesMax) {
    return make_diagnostic(Code::E0901,
                           "so many devices are not made: " + std::to_string(options.device_count),
                           "at most " + std::to_string(kIdentitiesMax));
  }
  std::error_code error;
  fs::create_directories(folder + "/devices", error);
  if (error) return refused("`" + folder + "` cannot be made: " + error.message());
  if (fs::exists(folder + "/fleet.json", error)) {
    return make_diagnostic(Code::E0872, "`" + folder + "` holds a fleet already",
                           "name another folder, or remove this one");
  }
  Result<CertificateMaker> maker = CertificateMaker::make(
      {.valid_from = options.valid_from, .eid_prefix = std::string(kEidPrefix)});
  if (!maker) return std::move(maker).error();
  Result<Issued> eim = maker->issue_eim(options.eim_id);
  if (!eim) return std::move(eim).error();
  Result<Issued> tls = maker->issue_tls_server(options.server_names);
  if (!tls) return std::move(tls).error();
  const std::pair<const char*, const Issued*> kOnes[] = {
      {"/ci", &maker->ci()}, {"/eum", &maker->eum()}, {"/eim", &*eim}, {"/tls", &*tls}};
  for (const auto& [name, issued] : kOnes) {
    if (Status done = write_issued(folder + name, *issued); !done) return done;
  }
  json fleet = {{"schema", 1},
                {"eimId", options.eim_id},
                {"associationToken", options.association_token},
                {"eids", json::array()},
                {"profiles", json::array()}};
  for (std::size_t n = 0; n < options.device_count; ++n) {
    Eid eid = demo_eid(n);
    Result<Issued> issued = maker->issue_euicc(eid);
    if (!issued) return std::move(issued).error();
    if (Status done = write_issued(folder + "/devices/" + to_text(eid), *issued); !done) {
      return done;
    }
    fleet["eids"].push_back(to_text(eid));
  }
  for (const Profile& one : options.profiles.empty() ? usual_profiles() : options.profiles) {
    fleet["profiles"].push_back(to_json(one));
  }
  // Last: a folder without it was not finished.
  return write_file(folder + "/fleet.json", fleet.dump(1) + "\n");
}

Result<IdentityFolder> IdentityFolder::open(const std::string& folder) {
  IdentityFolder opened;
  opened.folder_ = folder;
  Result<std::string> text = read_file(folder + "/fleet.json");
  if (!text) return std::move(text).error();
  try {
    json fleet = json::parse(*text);
    opened.eim_id_ = fleet.at("eimId").get<std::string>();
    opened.association_token_ = fleet.at("associationToken").get<bool>();
    for (const json& one : fleet.at("eids")) {
      std::optional<Eid> eid = parse_eid(one.get<std::string>());
      if (!eid) return refused("`" + folder + "/fleet.json` names what is no EID");
      opened.eids_.push_back(*eid);
    }
    for (const json& one : fleet.at("profiles")) opened.profiles_.push_back(profile_in(one));
  } catch (const std::exception& error) {
    return refused("`" + folder + "/fleet.json` cannot be read: " + error.what());
  }
  Result<std::string> ci = read_file(folder + "/ci.pem");
  if (!ci) return std::move(ci).error();
  opened.ci_pem_ = std::move(*ci);
  Result<std::string> eum = read_file(folder + "/eum.pem");
  if (!eum) return std::move(eum).error();
  Result<Bytes> eum_der = certificate_from_pem(*eum);
  if (!eum_der) return std::move(eum_der).error();
  opened.eum_certificate_ = std::make_shared<const Bytes>(std::move(*eum_der));
  Result<std::string> eim = read_file(folder + "/eim.pem");
  if (!eim) return std::move(eim).error();
  Result<Bytes> eim_der = certificate_from_pem(*eim);
  if (!eim_der) return std::move(eim_der).error();
  Result<TrustedKey> key = TrustedKey::from_certificate(*eim_der);
  if (!key) return std::move(key).error();
  opened.eim_public_key_ = key->public_key_info();
  return opened;
}

Result<Euicc> IdentityFolder::card(std::size_t n, sgp32::Version version) const {
  std::string stem = folder_ + "/devices/" + to_text(eids_[n]);
  Result<std::string> certificate_pem = read_file(stem + ".pem");
  if (!certificate_pem) return std::move(certificate_pem).error();
  Result<Bytes> certificate = certificate_from_pem(*certificate_pem);
  if (!certificate) return std::move(certificate).error();
  Result<std::string> key_pem = read_file(stem + ".key");
  if (!key_pem) return std::move(key_pem).error();
  Result<PrivateKey> key = PrivateKey::from_pem(*key_pem);
  if (!key) return std::move(key).error();
  EuiccIdentity identity{eids_[n], std::move(*key), std::move(*certificate), eum_certificate_};
  EuiccOptions options;
  options.version = version;
  if (fs::exists(stem + ".json")) {
    Result<std::string> memory = read_file(stem + ".json");
    if (!memory) return std::move(memory).error();
    return card_from_json(*memory, std::move(identity), {}, std::move(options));
  }
  Euicc card(std::move(identity), ProfileTable(profiles_), std::move(options));
  sgp32::EimConfigurationData data{.eim_id = eim_id_, .counter = 0};
  data.eim_key = sgp32::PublicKey{eim_public_key_};
  if (association_token_) data.association_token = -1;
  Result<std::optional<std::int64_t>> added = card.add_initial_eim(data);
  if (!added) return std::move(added).error();
  return card;
}

Status IdentityFolder::save(std::size_t n, const Euicc& card) const {
  return write_file(folder_ + "/devices/" + to_text(eids_[n]) + ".json", card_to_json(card), true);
}

}  // namespace sojourn::simulator
