// ESipa in JSON: the same order book, the same bytes inside.
#include "adapters/eim/json_binding.h"

#include <map>

#include "adapters/eim/order_book.h"
#include "adapters/store/memory_store.h"
#include "tests/eim/scripted_card.h"

using namespace sojourn;
using namespace sojourn::eim;
using namespace sojourn::eim::test;
using Catch::Matchers::Contains;

namespace {

const char* const kEidText = "89049032123451234512345678901235";
const Eid kEid = *parse_eid(kEidText);
const WireIccid kB = to_wire(*parse_iccid("8944031287654321095"));

class Book final : public EsipaHandler {
 public:
  Book() {
    Enrolment enrolment;
    enrolment.eid = kEid;
    enrolment.public_key_info = card.card_key.public_key_info();
    REQUIRE(book.enrol(enrolment).ok());
    card.profiles[kB] = {};
  }
  EsipaAnswer handle(ByteView request, const PeerFacts&) override {
    Result<Answer> answer = book.handle(request, {.now = {1'780'000'000'000}});
    if (!answer) return EsipaAnswer::undecodable();
    for (const Notice& notice : answer->notices) ++notices[notice.kind];
    if (answer->body.empty()) return EsipaAnswer::empty();
    return EsipaAnswer::message(answer->body);
  }
  // The answer's text; the kind's number when there is none.
  std::string ask(std::string_view function, std::string_view body) {
    EsipaAnswer answer = json.handle_json(function, body, {});
    if (answer.kind == EsipaAnswer::Kind::undecodable) return "400";
    return std::string(answer.body.begin(), answer.body.end());
  }

  std::unique_ptr<Store> store = make_memory_store();
  SigningKey signer = SigningKey::from_pem(kEimPem).value();
  OrderBook book{*store, signer, random_bytes(), {.eim_id = "eim.example.com"}};
  ScriptedCard card{kEid};
  std::map<Notice::Kind, int> notices;
  JsonBinding json{*this};
};

std::string member(const std::string& text, const std::string& name) {
  std::size_t at = text.find("\"" + name + "\":\"");
  REQUIRE(at != std::string::npos);
  std::size_t begin = at + name.size() + 4;
  return text.substr(begin, text.find('"', begin) - begin);
}

const std::string kPoll = std::string(R"({"eidValue":")") + kEidText + R"("})";

}  // namespace

TEST_CASE("a package goes out, its result comes in, and is acknowledged, all in JSON") {
  Book book;
  CHECK(
      book.ask("getEimPackage", kPoll) ==
      R"({"header":{"functionExecutionStatus":{"status":"Executed-Success"}},"eimPackageError":1})");
  OrderId id = *book.book.place(kEid, PsmoList{Enable{kB, true}}, {});
  std::string text = book.ask("getEimPackage", kPoll);
  Bytes package = *from_base64(member(text, "euiccPackageRequest"));
  CHECK(package[1] == 0x51);
  Bytes provided = book.card.provide(book.card.execute(package), false);  // BF50 { BF51 }
  ByteView result = ByteView(provided).subspan(provided[2] < 0x80    ? 3
                                               : provided[2] == 0x81 ? 4
                                                                     : 5);
  std::string message = std::string(R"({"eidValue":")") + kEidText + R"(","eimPackageResult":")" +
                        to_base64(result) + R"("})";
  std::string answer = book.ask("provideEimPackageResult", message);
  CHECK(to_hex(*from_base64(member(answer, "eimAcknowledgements"))) == "bf5303800165");
  CHECK(book.book.device(kEid)->find(id)->state == OrderState::done);
  SECTION("delivered again inside handleNotification, as an object or as base64: 204") {
    CHECK(book.ask("handleNotification", R"({"provideEimPackageResult":)" + message + "}").empty());
    CHECK(book.ask("handleNotification",
                   R"({"provideEimPackageResult":")" + to_base64(provided) + R"("})")
              .empty());
  }
}

TEST_CASE("a state change, a cause and a network are told in JSON") {
  Book book;
  std::string body = std::string(R"({"eidValue":")") + kEidText +
                     R"(","notifyStateChange":true,"stateChangeCause":1,"rPLMN":"ABEA"})";
  CHECK_THAT(book.ask("getEimPackage", body), Contains("euiccPackageRequest"));
  CHECK(book.notices[Notice::Kind::state_change_claimed] == 1);
  CHECK(to_hex(*message_of_json("getEimPackage", body)) ==
        "bf4f1c5a108904903212345123451234567890123580008101018203001100");
}

TEST_CASE("other requests of the eIM: data, and a download") {
  Book book;
  IpaEuiccDataRequest request;
  request.tag_list = {0xA8};
  REQUIRE(book.book.place(kEid, request).ok());
  CHECK_THAT(book.ask("getEimPackage", kPoll), Contains(R"("ipaEuiccDataRequest":"v1I)"));
  Book other;
  ProfileDownloadTriggerRequest trigger;
  trigger.source = "1$smdp.example.com$";
  REQUIRE(other.book.place(kEid, trigger).ok());
  CHECK_THAT(other.ask("getEimPackage", kPoll),
             Contains(R"("profileDownloadTriggerRequest":"v1Q)"));
}

TEST_CASE("what is relayed elsewhere fails in the header; what is wrong is 400") {
  Book book;
  for (const char* function : {"initiateAuthentication", "authenticateClient",
                               "getBoundProfilePackage", "cancelSession", "transferEimPackage"}) {
    CHECK_THAT(book.ask(function, "{}"), Contains(R"("status":"Failed")"));
  }
  CHECK_THAT(book.ask("getEimPackage", R"({"eidValue":"89049032123451234512345678901299"})"),
             Contains(R"("eimPackageError":2)"));
  for (const char* body :
       {"", "[]", "{", "{}", R"({"eidValue":7})", R"({"eidValue":"12"})",
        R"({"eidValue":"89049032123451234512345678901235","stateChangeCause":"x"})",
        R"({"eidValue":"89049032123451234512345678901235","rPLMN":"AA=="})"}) {
    INFO(body);
    CHECK(book.ask("getEimPackage", body) == "400");
  }
  CHECK(book.ask("provideEimPackageResult", kPoll) == "400");
  CHECK(book.ask("provideEimPackageResult", R"({"eimPackageResult":"!"})") == "400");
  CHECK(book.ask("handleNotification", "{}") == "400");
  CHECK(book.ask("nonsense", kPoll) == "400");
}
