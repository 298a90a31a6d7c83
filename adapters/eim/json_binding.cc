#include "adapters/eim/json_binding.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/sgp32/esipa.h"
#include "adapters/sgp32/message_tags.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::eim {
namespace {

using namespace sgp32;
using Json = nlohmann::ordered_json;

constexpr Tag kEidTag = 0x5A, kPendingTag = 0xA0;
constexpr std::string_view kRelayed[] = {"initiateAuthentication", "authenticateClient",
                                         "getBoundProfilePackage", "cancelSession",
                                         "transferEimPackage"};

Diagnostic unreadable(std::string message) {
  return make_diagnostic(Code::E0806, std::move(message));
}

// A text member; null when it is not there. Throws nothing: the type is looked at first.
const std::string* text_in(const Json& json, const char* name) {
  auto found = json.find(name);
  if (found == json.end() || !found->is_string()) return nullptr;
  return found->get_ptr<const std::string*>();
}

Result<Bytes> object_in(const Json& json, const char* name) {
  const std::string* text = text_in(json, name);
  if (text == nullptr) return unreadable(std::string("`") + name + "` is missing");
  std::optional<Bytes> bytes = from_base64(*text);
  if (!bytes || bytes->empty()) return unreadable(std::string("`") + name + "` is not base64");
  return std::move(*bytes);
}

Result<std::optional<Eid>> eid_in(const Json& json) {
  if (!json.contains("eidValue")) return std::optional<Eid>();
  const std::string* digits = text_in(json, "eidValue");
  std::optional<Eid> eid = digits == nullptr ? std::nullopt : parse_eid(*digits);
  if (!eid) return unreadable("`eidValue` is not 32 digits");
  return eid;
}

Result<Bytes> get_eim_package(const Json& json) {
  Result<std::optional<Eid>> eid = eid_in(json);
  if (!eid) return std::move(eid).error();
  if (!eid->has_value()) return unreadable("`eidValue` is missing");
  GetEimPackageRequest request;
  request.eid = **eid;
  auto notify = json.find("notifyStateChange");
  request.notify_state_change = notify != json.end() && notify->is_boolean() && *notify == true;
  auto cause = json.find("stateChangeCause");
  if (cause != json.end()) {
    if (!cause->is_number_integer()) return unreadable("`stateChangeCause` is not an integer");
    request.cause = cause->get<std::int64_t>();
  }
  if (json.contains("rPLMN")) {
    Result<Bytes> plmn = object_in(json, "rPLMN");
    if (!plmn) return plmn;
    // Three octets; some peers leave tag and length on them.
    if (plmn->size() == 5) plmn->erase(plmn->begin(), plmn->begin() + 2);
    if (plmn->size() != 3) return unreadable("`rPLMN` is not a network code");
    std::copy(plmn->begin(), plmn->end(), request.plmn.emplace().begin());
  }
  return write(request, Version::v1_2);
}

Result<Bytes> provide_result(const Json& json) {
  Result<std::optional<Eid>> eid = eid_in(json);
  if (!eid) return std::move(eid).error();
  Result<Bytes> result = object_in(json, "eimPackageResult");
  if (!result) return result;
  Bytes message;
  DerWriter writer(message);
  DerWriter::Open whole = writer.open(message_tag::kProvideEimPackageResult);
  if (eid->has_value()) writer.octets(kEidTag, (**eid).bytes);
  writer.raw(*result);
  writer.close(whole);
  return message;
}

Result<Bytes> notification(const Json& json) {
  Bytes content;
  DerWriter inner(content);
  auto provided = json.find("provideEimPackageResult");
  if (provided != json.end()) {
    Result<Bytes> result = provided->is_object() ? provide_result(*provided)
                                                 : object_in(json, "provideEimPackageResult");
    if (!result) return result;
    content = std::move(*result);
  } else {
    Result<Bytes> pending = object_in(json, "pendingNotification");
    if (!pending) return pending;
    DerWriter::Open tagged = inner.open(kPendingTag);
    inner.raw(*pending);
    inner.close(tagged);
  }
  Bytes message;
  DerWriter writer(message);
  DerWriter::Open whole = writer.open(message_tag::kHandleNotification);
  writer.raw(content);
  writer.close(whole);
  return message;
}

Json with_status(bool good) {
  Json json;
  json["header"]["functionExecutionStatus"]["status"] = good ? "Executed-Success" : "Failed";
  return json;
}

std::string text_of(const Json& json) { return json.dump(); }

// The one element inside the answer's outer tag.
Result<Element> only_element(ByteView message, Tag outer_tag, Context& context) {
  Element outer;
  Element inner;
  Cursor whole(message, context);
  bool good = !message.empty() && whole.next(outer) && outer.tag == outer_tag;
  Cursor content(good ? outer.content : ByteView{}, context);
  if (!good || content.at_end() || !content.next(inner)) {
    return make_diagnostic(Code::E0801, "an answer that is none of ESipa");
  }
  return inner;
}

Result<std::string> package_json(ByteView message) {
  Context context;
  Result<Element> inner = only_element(message, message_tag::kGetEimPackage, context);
  if (!inner) return std::move(inner).error();
  if (inner->tag == kTagInteger) {
    std::int64_t code = eim_package_error::kUndefined;
    read_integer(inner->content, context, "eimPackageError", code);
    Json json = with_status(true);  // the function was executed: there is nothing, and that is it
    json["eimPackageError"] = code;
    return text_of(json);
  }
  const char* name = inner->tag == message_tag::kEuiccPackage   ? "euiccPackageRequest"
                     : inner->tag == message_tag::kIpaEuiccData ? "ipaEuiccDataRequest"
                                                                : "profileDownloadTriggerRequest";
  Json json = with_status(true);
  json[name] = to_base64(inner->encoding);
  return text_of(json);
}

Result<std::string> acknowledgement_json(ByteView message) {
  Context context;
  Result<Element> inner = only_element(message, message_tag::kProvideEimPackageResult, context);
  if (!inner) return std::move(inner).error();
  if (inner->tag == kTagInteger) {
    std::int64_t code = eim_package_error::kUndefined;
    read_integer(inner->content, context, "provideEimPackageResultError", code);
    Json json = with_status(false);
    json["provideEimPackageResultError"] = code;
    return text_of(json);
  }
  Json json = with_status(true);
  if (inner->tag == message_tag::kAcknowledgements)
    json["eimAcknowledgements"] = to_base64(inner->encoding);
  return text_of(json);
}

bool is_relayed(std::string_view function) {
  return std::find(std::begin(kRelayed), std::end(kRelayed), function) != std::end(kRelayed);
}

EsipaAnswer answer_of(std::string_view text) {
  return EsipaAnswer::message(Bytes(text.begin(), text.end()));
}

}  // namespace

Result<Bytes> message_of_json(std::string_view function, std::string_view body) {
  // Parsed without recursion; its size is the transport's limit.
  Json json = Json::parse(body, nullptr, false);
  if (!json.is_object()) return unreadable("not a JSON object");
  if (function == "getEimPackage") return get_eim_package(json);
  if (function == "provideEimPackageResult") return provide_result(json);
  if (function == "handleNotification") return notification(json);
  return make_diagnostic(Code::E0831, "a function that this eIM does not serve");
}

Result<std::string> json_of_answer(std::string_view function, ByteView message) {
  if (function == "getEimPackage") return package_json(message);
  if (function == "provideEimPackageResult") return acknowledgement_json(message);
  return std::string();
}

EsipaAnswer JsonBinding::handle_json(std::string_view function, std::string_view body,
                                     const PeerFacts& peer) {
  if (is_relayed(function)) {
    Json json = with_status(false);
    // SGP.22 5.2.6: eIM function requester, not supported.
    json["header"]["functionExecutionStatus"]["statusCodeData"] = {{"subjectCode", "8.1"},
                                                                   {"reasonCode", "1.2"}};
    return answer_of(text_of(json));
  }
  Result<Bytes> message = message_of_json(function, body);
  if (!message) return EsipaAnswer::undecodable();
  EsipaAnswer answer = esipa_.handle(*message, peer);
  if (answer.kind != EsipaAnswer::Kind::message) return answer;
  Result<std::string> text = json_of_answer(function, answer.body);
  if (!text) return EsipaAnswer::undecodable();
  if (text->empty()) return EsipaAnswer::empty();
  return answer_of(*text);
}

}  // namespace sojourn::eim
