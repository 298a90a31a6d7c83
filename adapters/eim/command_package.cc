#include "adapters/eim/command_package.h"

#include <algorithm>

#include "adapters/sgp32/catalogue.h"
#include "adapters/sgp32/der.h"
#include "adapters/sgp32/message_tags.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::eim {

using namespace sgp32;

namespace {

constexpr Tag kSignedTag = 0xA0, kSignatureTag = 0x5F37;
constexpr std::int64_t kNotFound = 1, kCatBusy = 5, kInterrupted = 3;

// What a failing operation's code says about trying again.
CommandResult::Outcome outcome_of(const OperationResult& result) {
  using Outcome = CommandResult::Outcome;
  switch (result.operation) {
    case Operation::rollback:
      return Outcome::rolled_back;
    case Operation::enable:
    case Operation::disable:
    case Operation::remove:
    case Operation::set_fallback_attribute:
      if (result.code == kNotFound) return Outcome::missing;
      if (result.code == kCatBusy && result.operation != Operation::remove) {
        return Outcome::not_now;
      }
      return Outcome::refused;
    case Operation::processing_terminated:
      return result.code == kInterrupted ? Outcome::not_now : Outcome::refused;
    case Operation::list_profile_info:
      return Outcome::not_now;
    default:
      return Outcome::refused;
  }
}

std::string with_iccid(std::string_view what, const WireIccid& wire) {
  auto iccid = from_wire(wire);
  return std::string(what) + " " + (iccid ? std::string(iccid->text()) : to_hex(wire));
}

struct OperationWords {
  std::string operator()(const Enable& one) const { return with_iccid("enable", one.iccid); }
  std::string operator()(const Disable& one) const { return with_iccid("disable", one.iccid); }
  std::string operator()(const Delete& one) const { return with_iccid("delete", one.iccid); }
  std::string operator()(const ListProfileInfo&) const { return "list"; }
  std::string operator()(const GetRat&) const { return "get authorisation rules"; }
  std::string operator()(const ConfigureImmediateEnable&) const {
    return "configure immediate enabling";
  }
  std::string operator()(const SetFallbackAttribute& one) const {
    return with_iccid("set fallback", one.iccid);
  }
  std::string operator()(const UnsetFallbackAttribute&) const { return "unset fallback"; }
  std::string operator()(const SetDefaultDpAddress& one) const {
    return "set default SM-DP+ " + one.address;
  }
  std::string operator()(const AddEim& one) const { return "add eIM " + one.configuration.eim_id; }
  std::string operator()(const DeleteEim& one) const { return "delete eIM " + one.eim_id; }
  std::string operator()(const UpdateEim& one) const {
    return "update eIM " + one.configuration.eim_id;
  }
  std::string operator()(const ListEim&) const { return "list eIMs"; }
};

// The members of a data request by their names.
std::string data_asked_in(const Bytes& content) {
  auto request = read<IpaEuiccDataRequest>(content, Version::v1_2);
  std::string names;
  for (std::size_t at = 0; request && at < request->tag_list.size();) {
    // A tag has two octets when its first ends in five ones (X.690 8.1.2.4).
    std::size_t size = (request->tag_list[at] & 0x1F) == 0x1F ? 2 : 1;
    ByteView tag = ByteView(request->tag_list).subspan(at);
    tag = tag.first(std::min(size, tag.size()));
    for (const DataMember& one : data_members()) {
      if (!std::equal(one.tag.begin(), one.tag.end(), tag.begin(), tag.end())) continue;
      names += (names.empty() ? "" : ", ") + std::string(one.name);
    }
    at += size;
  }
  return names.empty() ? "data about itself" : names;
}

}  // namespace

std::vector<std::string> asked_in(const Order& order) {
  std::vector<std::string> all;
  if (order.kind == OrderKind::data_request) return {data_asked_in(order.content)};
  if (order.kind == OrderKind::download) {
    auto trigger = read<ProfileDownloadTriggerRequest>(order.content, Version::v1_2);
    const auto* source =
        trigger && trigger->source ? std::get_if<std::string>(&*trigger->source) : nullptr;
    all.push_back(source == nullptr ? "download" : "download " + *source);
    return all;
  }
  auto package = read<EuiccPackageSigned>(order.content, Version::v1_2);
  if (!package) return all;
  std::visit(
      [&](const auto& operations) {
        for (const auto& one : operations) all.push_back(std::visit(OperationWords(), one));
      },
      package->content);
  return all;
}

std::vector<DataMember> data_members() {
  std::vector<DataMember> all;
  const Type* response = find_type("IpaEuiccDataResponse", Version::v1_2);
  for (const Member& one : response->members.front().type->members) {
    if (!one.exists(Version::v1_2) || one.name == "eimTransactionId") continue;
    DataMember& member = all.emplace_back(DataMember{one.name, {}});
    if (one.tag() > 0xFF) member.tag.push_back(static_cast<std::uint8_t>(one.tag() >> 8));
    member.tag.push_back(static_cast<std::uint8_t>(one.tag() & 0xFF));
  }
  return all;
}

Result<CommandContent> content_of(const ProfileCommand& command) {
  using Kind = ProfileCommand::Kind;
  if (command.kind == Kind::list) return CommandContent(PsmoList{ListProfileInfo{}});
  if (command.kind == Kind::download) {
    ProfileDownloadTriggerRequest trigger;
    // Without a matching id the SM-DP+ finds the profile by the eUICC's EID (SGP.22 3.1.3).
    trigger.source = "1$" + command.download + "$";
    return CommandContent(std::move(trigger));
  }
  auto iccid = parse_iccid(command.iccid);
  if (!iccid) {
    return make_diagnostic(Code::E0842, "`" + command.iccid + "` is not the ICCID of a profile");
  }
  WireIccid wire = to_wire(*iccid);
  switch (command.kind) {
    case Kind::enable:
      return CommandContent(PsmoList{Enable{wire, command.rollback}});
    case Kind::disable:
      return CommandContent(PsmoList{Disable{wire}});
    case Kind::remove:
      return CommandContent(PsmoList{Delete{wire}});
    default:
      return CommandContent(PsmoList{SetFallbackAttribute{wire}});
  }
}

Result<OrderBook::Placement> prepare_order(OrderBook& book, const Eid& eid,
                                           const CommandContent& content,
                                           const OrderBook::PlaceOptions& options) {
  return std::visit([&](const auto& one) { return book.prepare(eid, one, options); }, content);
}

Result<OrderBook::Placement> prepare_order(OrderBook& book, const Eid& eid,
                                           const ProfileCommand& command,
                                           OrderBook::PlaceOptions options) {
  auto content = content_of(command);
  if (!content) return std::move(content).error();
  options.without_rollback = !command.rollback;
  return prepare_order(book, eid, *content, options);
}

std::vector<OperationResult> signed_results(const Order& order) {
  if (order.kind != OrderKind::package || order.evidence.empty()) return {};
  // The signed part, put back into the message it came in; its signature was verified before.
  Bytes message;
  DerWriter writer(message);
  DerWriter::Open whole = writer.open(message_tag::kEuiccPackage);
  DerWriter::Open good = writer.open(kSignedTag);
  writer.raw(order.evidence);
  writer.octets(kSignatureTag, Bytes(64));
  writer.close(good);
  writer.close(whole);
  auto result = read<EuiccPackageResult>(message, Version::v1_2);
  if (!result) return {};
  const auto* parts = std::get_if<EuiccPackageResultSigned>(&*result);
  return parts == nullptr ? std::vector<OperationResult>() : parts->data.value.results;
}

CommandResult result_of(const Order& order, CommandNumber command, Instant now) {
  using Outcome = CommandResult::Outcome;
  CommandResult ended;
  ended.number = command;
  ended.at = now;
  ended.reason = order.reason;
  std::vector<OperationResult> results = signed_results(order);
  if (order.state == OrderState::done) {
    ended.outcome = Outcome::done;
    for (const OperationResult& one : results) {
      for (const ProfileInfo& info : one.profiles) {
        auto iccid = info.iccid ? from_wire(*info.iccid) : std::nullopt;
        if (!iccid) continue;
        ended.profiles.push_back(
            {std::string(iccid->text()), "", info.state.value_or(0) == 1, info.fallback});
      }
    }
    return ended;
  }
  if (order.reason == "withdrawn") {
    ended.outcome = Outcome::withdrawn;
  } else if (!results.empty()) {
    ended.outcome = outcome_of(results.back());
  } else if (order.kind == OrderKind::download && !order.evidence.empty()) {
    ended.outcome = Outcome::refused;  // a signed installation error
  } else {
    ended.outcome = Outcome::failed;
  }
  return ended;
}

}  // namespace sojourn::eim
