// What a simulated eUICC tells of itself: the answer to IpaEuiccDataRequest (SGP.32 2.11.1.3).
#include "adapters/simulator/euicc.h"
#include "adapters/simulator/tag_list.h"

namespace sojourn::simulator {
namespace {

using namespace sgp32;

constexpr std::int64_t kIncorrectTagList = 1, kEcallActive = 104;
constexpr std::int64_t kCiKeyNotFound = 5;

// The same CI for verifying and for signing (SGP.22 5.7.8).
void write_ci_list(DerWriter& out, Tag tag, ByteView ci_key_id) {
  DerWriter::Open list = out.open(tag);
  out.octets(kTagOctets, ci_key_id);
  out.close(list);
}

constexpr std::uint8_t kSpecificationVersion[] = {3, 1, 0};

Raw euicc_info1(ByteView ci_key_id) {
  Raw info;
  DerWriter out(info.encoding);
  DerWriter::Open whole = out.open(0xBF20);
  out.octets(0x82, kSpecificationVersion);
  write_ci_list(out, 0xA9, ci_key_id);
  write_ci_list(out, 0xAA, ci_key_id);
  out.close(whole);
  return info;
}

Raw euicc_info2(ByteView ci_key_id) {
  constexpr std::uint8_t kProfileVersion[] = {2, 3, 1};
  constexpr std::uint8_t kFirmwareVersion[] = {0, 1, 0};
  // Installed applications 2, free non-volatile memory 512 kB, free volatile memory 16 kB.
  constexpr std::uint8_t kCardResource[] = {0x81, 0x01, 0x02, 0x82, 0x03, 0x08,
                                            0x00, 0x00, 0x83, 0x02, 0x40, 0x00};
  constexpr std::uint8_t kProtectionProfile[] = {1, 0, 0};
  Raw info;
  DerWriter out(info.encoding);
  DerWriter::Open whole = out.open(0xBF22);
  out.octets(0x81, kProfileVersion);
  out.octets(0x82, kSpecificationVersion);
  out.octets(0x83, kFirmwareVersion);
  out.octets(0x84, kCardResource);
  out.octets(0x85, bits_content("011"));   // uiccCapability: usim, isim
  out.octets(0x88, bits_content("0001"));  // rspCapability: additional profiles
  write_ci_list(out, 0xA9, ci_key_id);
  write_ci_list(out, 0xAA, ci_key_id);
  out.octets(kTagOctets, kProtectionProfile);
  out.utf8(kTagUtf8, "SIMULATED");
  out.close(whole);
  return info;
}

bool event_meant(const BitString& wanted, const BitString& event) {
  for (std::size_t i = 0; i < wanted.bits.size(); ++i) {
    if (wanted.has(i) && event.has(i)) return true;
  }
  return false;
}

template <class Criteria>
std::vector<PendingNotification> chosen_notifications(const Outbox& outbox,
                                                      const Criteria& criteria) {
  std::vector<PendingNotification> chosen;
  for (const StoredNotification& one : outbox.notifications()) {
    bool meant = true;
    if (criteria) {
      if (const auto* number = std::get_if<std::int64_t>(&*criteria)) meant = one.number == *number;
      if (const auto* event = std::get_if<BitString>(&*criteria)) {
        meant = event_meant(*event, one.event);
      }
    }
    if (meant) chosen.push_back(one.notification);
  }
  return chosen;
}

}  // namespace

IpaEuiccDataResponse Euicc::data(const IpaEuiccDataRequest& request, std::string_view eim_id) {
  bool in_1_0 = options_.version == Version::v1_0;
  auto error = [&](std::int64_t code) -> IpaEuiccDataResponse {
    if (in_1_0) return code == kEcallActive ? kUndefinedError : code;
    return IpaEuiccDataError{.transaction_id = request.transaction_id, .code = code};
  };
  if (faults_.ecall_active) return error(kEcallActive);
  const Bytes& known_ci = options_.eims.ci_key_id;
  if (request.ci_key_id && !known_ci.empty() && *request.ci_key_id != known_ci) {
    return error(kCiKeyNotFound);
  }
  IpaEuiccData data;
  if (!in_1_0) data.transaction_id = request.transaction_id;
  std::optional<std::vector<Tag>> tags = read_tag_list(request.tag_list);
  if (!tags) return error(kIncorrectTagList);
  for (Tag tag : *tags) {
    if (!add_data(tag, request, eim_id, data)) return error(kIncorrectTagList);
  }
  return data;
}

bool Euicc::add_data(Tag tag, const IpaEuiccDataRequest& request, std::string_view eim_id,
                     IpaEuiccData& data) {
  bool in_1_0 = options_.version == Version::v1_0;
  switch (tag) {
    case 0xA0:
      if (in_1_0) return false;
      data.notifications = chosen_notifications(outbox_, request.notification_criteria);
      return true;
    case 0xA2: {
      if (in_1_0) return false;
      data.results.emplace();
      for (const StoredResult& one : outbox_.results()) {
        bool meant = !request.result_criteria ||
                     std::get<std::int64_t>(*request.result_criteria) == one.number;
        if (meant) data.results->push_back(one.result);
      }
      return true;
    }
    case 0xBF2B:
      if (!in_1_0) return false;
      add_lists_in_1_0(request, data);
      return true;
    case 0x80:
    case 0x81:
      if ((tag == 0x80) != in_1_0) return false;
      if (!profiles_.default_smdp().empty()) data.default_smdp = profiles_.default_smdp();
      return true;
    case 0xBF20:
      data.euicc_info1 = euicc_info1(options_.eims.ci_key_id);
      return true;
    case 0xBF22:
      data.euicc_info2 = euicc_info2(options_.eims.ci_key_id);
      return true;
    case 0x83:
      data.root_smds = options_.root_smds;
      return true;
    case 0x84:
      if (EimAssociation* eim = eims_.find(eim_id)) data.association_token = eim->token;
      return true;
    case 0xA5:
      data.eum_certificate = Certificate{*identity_.eum_certificate};
      return true;
    case 0xA6:
      data.euicc_certificate = Certificate{identity_.certificate};
      return true;
    case 0x88:  // 1.0 asks for capabilities so, and gets them as A8
      return in_1_0;
    case 0xA8:
      return !in_1_0;
    case 0xA9:
      return true;
    default:
      return false;
  }
}

// 1.0 has one list, and one criterion that says which of the two kinds is meant.
void Euicc::add_lists_in_1_0(const IpaEuiccDataRequest& request, IpaEuiccData& data) const {
  PendingLists lists;
  const auto& criteria = request.notification_criteria;
  if (criteria && std::holds_alternative<Null>(*criteria)) {
    lists.results.emplace();
    for (const StoredResult& one : outbox_.results()) lists.results->push_back(one.result);
  } else {
    lists.notifications = chosen_notifications(outbox_, criteria);
  }
  data.lists_in_1_0 = std::move(lists);
}

}  // namespace sojourn::simulator
