#include "adapters/service/hand_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/sgp32/json.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

using Kind = ProfileCommand::Kind;

constexpr std::string_view kPackage = "package", kData = "data";

struct Member {
  std::string_view name;
  Json::value_t type;
  std::string_view of;  // the commands that it says something of, between bars; "": all
};
constexpr Member kMembers[] = {
    {"device", Json::value_t::string, ""},
    {"command", Json::value_t::string, ""},
    {"force", Json::value_t::boolean, ""},
    {"profile", Json::value_t::string, "|enable|disable|delete|set fallback|download|"},
    {"iccid", Json::value_t::string, "|enable|disable|delete|set fallback|"},
    {"rollback", Json::value_t::boolean, "|enable|"},
    {"download", Json::value_t::string, "|download|"},
    {"package", Json::value_t::object, "|package|"},
    {"data", Json::value_t::array, "|data|"},
};

Diagnostic wrong(std::string message, std::string help = {}) {
  return make_diagnostic(Code::E0885, std::move(message), std::move(help));
}

Status check_members(const Json& given, const std::string& command) {
  for (const auto& [name, value] : given.items()) {
    auto known = std::find_if(std::begin(kMembers), std::end(kMembers),
                              [&, &name = name](const Member& one) { return one.name == name; });
    if (known == std::end(kMembers)) return wrong("`/" + name + "` is no member of an order");
    if (value.type() != known->type) {
      return wrong(fmt::format("`/{}` is not {}", name,
                               known->type == Json::value_t::string    ? "a text"
                               : known->type == Json::value_t::boolean ? "true or false"
                               : known->type == Json::value_t::array   ? "a list"
                                                                       : "an object"));
    }
    bool fits = known->of.empty() || known->of.find("|" + command + "|") != std::string_view::npos;
    if (!fits) return wrong(fmt::format("`/{}` says nothing of the command {}", name, command));
  }
  return {};
}

std::optional<Kind> find_kind(std::string_view word) {
  for (std::uint8_t i = 0; i < ProfileCommand::kKindCount; ++i) {
    if (name_of(static_cast<Kind>(i)) == word) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

Result<HandOrder> command_from(const Json& given, Kind kind, const std::vector<CardProfile>& card) {
  ProfileCommand command;
  command.kind = kind;
  command.profile = given.value("profile", "");
  command.iccid = given.value("iccid", "");
  command.download = given.value("download", "");
  command.rollback = given.value("rollback", command.rollback);
  if (command.iccid.empty() && !command.profile.empty()) {
    for (const CardProfile& one : card) {
      if (one.profile == command.profile) command.iccid = one.iccid;
    }
  }
  bool needs_iccid = kind != Kind::list && kind != Kind::download;
  if (needs_iccid && given.contains("iccid") && !parse_iccid(command.iccid)) {
    return wrong("`/iccid` is no ICCID of 18 to 20 digits");
  }
  if (needs_iccid && command.iccid.empty()) {
    return wrong("`/iccid` is missing, and the card lists no profile of the name under `/profile`",
                 "`sojourn devices show` tells what the card lists");
  }
  if (kind == Kind::download && command.download.empty()) {
    return wrong("`/download` is missing: the SM-DP+ address");
  }
  auto content = eim::content_of(command);
  if (!content) return wrong(content.error().message);
  return HandOrder{std::move(*content), !command.rollback, false};
}

Result<HandOrder> package_from(const Json& given) {
  if (!given.contains("package")) {
    return wrong("`/package` is missing",
                 R"(such as {"ecoList": [{"listEim": {}}]}, as `sojourn package` has it)");
  }
  Json whole;  // what the book fills in is left empty
  whole["eimId"] = "-";
  whole["eidValue"] = std::string(32, '0');
  whole["counterValue"] = 0;
  whole["euiccPackage"] = given["package"];
  auto der = sgp32::encode_json("EuiccPackageSigned", dumped(whole));
  auto package = der ? sgp32::read<sgp32::EuiccPackageSigned>(*der, sgp32::Version::v1_2)
                     : Result<sgp32::EuiccPackageSigned>(der.error());
  if (!package) {
    return wrong("`/package` is no EuiccPackage: " + package.error().message, package.error().help);
  }
  HandOrder order;
  if (auto* operations = std::get_if<sgp32::PsmoList>(&package->content)) {
    for (const sgp32::Psmo& one : *operations) {
      const auto* enable = std::get_if<sgp32::Enable>(&one);
      if (enable != nullptr) order.without_rollback = !enable->rollback;
    }
    order.content = std::move(*operations);
    return order;
  }
  auto& operations = std::get<sgp32::EcoList>(package->content);
  order.changes_eims = std::any_of(operations.begin(), operations.end(), [](const sgp32::Eco& one) {
    return !std::holds_alternative<sgp32::ListEim>(one);
  });
  order.content = std::move(operations);
  return order;
}

Result<HandOrder> data_request_from(const Json& given) {
  const std::vector<eim::DataMember> known = eim::data_members();
  std::string names;
  for (const eim::DataMember& one : known)
    names += (names.empty() ? "" : ", ") + std::string(one.name);
  if (!given.contains("data") || given["data"].empty()) {
    return wrong("`/data` is missing: what to ask for", "some of " + names);
  }
  sgp32::IpaEuiccDataRequest request;
  for (const Json& one : given["data"]) {
    auto found = std::find_if(known.begin(), known.end(), [&](const eim::DataMember& member) {
      return one.is_string() && one.get_ref<const std::string&>() == member.name;
    });
    if (found == known.end()) {
      return wrong("`/data` has " + dumped(one) + ", which is nothing that can be asked for",
                   "some of " + names);
    }
    request.tag_list.insert(request.tag_list.end(), found->tag.begin(), found->tag.end());
  }
  return HandOrder{std::move(request), false, false};
}

}  // namespace

Result<HandOrder> hand_order_from(const Json& given, const std::vector<CardProfile>& card) {
  auto word = given.find("command");
  std::string command = word != given.end() && word->is_string() ? word->get<std::string>() : "";
  auto kind = find_kind(command);
  if (!kind && command != kPackage && command != kData) {
    return wrong(
        "`/command` is none of list, enable, disable, delete, set fallback, download, package, "
        "data");
  }
  if (Status fits = check_members(given, command); !fits) return std::move(fits).error();
  if (kind) return command_from(given, *kind, card);
  return command == kPackage ? package_from(given) : data_request_from(given);
}

Json answer_in(std::string_view kind, const Bytes& evidence) {
  bool data = kind == "data request";
  if (evidence.empty() || (!data && kind != "package")) return nullptr;
  const char* type = data ? "IpaEuiccDataResponse" : "EuiccPackageResultDataSigned";
  for (sgp32::Version version : {sgp32::Version::v1_2, sgp32::Version::v1_0}) {
    auto text = sgp32::decode_json(type, evidence, {.version = version});
    if (!text) continue;
    Json json = Json::parse(*text, nullptr, false);
    const char* part = data ? "ipaEuiccData" : "euiccResult";
    if (json.is_object() && json.contains(part)) return json[part];
  }
  return nullptr;
}

}  // namespace sojourn::service
