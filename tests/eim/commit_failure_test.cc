// The N-th commit fails, for every N: nothing is executed twice, no counter carries two packages,
// every order ends.
#include <map>

#include "adapters/eim/order_book.h"
#include "adapters/store/memory_store.h"
#include "engine/base/diagnostic_code.h"
#include "tests/eim/scripted_card.h"

using namespace sojourn;
using namespace sojourn::eim;
using namespace sojourn::eim::test;

namespace {

const Eid kEid = *parse_eid("89049032123451234512345678901235");
const WireIccid kA = to_wire(*parse_iccid("89000123456789012341"));
const WireIccid kB = to_wire(*parse_iccid("8944031287654321095"));

enum class Failing { before, after };  // is the failing commit there afterwards?

// Stops at the N-th commit, as a store whose disk fails does (store.h 6).
class FailingStore final : public Store {
 public:
  FailingStore(Store& disk, std::size_t left, Failing how) : disk_(disk), left_(left), how_(how) {}

  bool failed() const { return failed_; }
  Result<std::unique_ptr<StoreSnapshot>> snapshot() override {
    if (failed_) return make_diagnostic(Code::E0015, "the store has stopped");
    return disk_.snapshot();
  }
  std::vector<Status> commit_group(std::span<const StoreTransaction> group) override {
    bool fails = failed_ || left_-- == 0;
    Code code = failed_ ? Code::E0015 : Code::E0014;
    if (!fails) return disk_.commit_group(group);
    if (!failed_ && how_ == Failing::after) disk_.commit_group(group);
    failed_ = true;
    return std::vector<Status>(group.size(), make_diagnostic(code, "the disk failed"));
  }

 private:
  Store& disk_;
  std::size_t left_;
  Failing how_;
  bool failed_ = false;
};

// A device whose eIM dies at its N-th commit and is started again.
class Story {
 public:
  Story(std::size_t n, Failing how) : failing_(*disk_, n, how) {
    card_.profiles[kA] = {.enabled = true};
    card_.profiles[kB] = {};
    OrderBook book = open(*disk_);
    Enrolment enrolment;
    enrolment.eid = kEid;
    enrolment.public_key_info = card_.card_key.public_key_info();
    REQUIRE(book.enrol(enrolment).ok());
    for (const PsmoList& operations :
         {PsmoList{Enable{kB, true}}, PsmoList{ListProfileInfo{}}, PsmoList{Enable{kA, true}}}) {
      REQUIRE(book.place(kEid, operations, {}).ok());
    }
  }

  // False: N was beyond all commits.
  bool run() {
    OrderBook book = open(failing_);
    for (int round = 0; round < 40; ++round) {
      OrderBook again = open(*disk_);
      poll(failing_.failed() ? again : book);
    }
    return failing_.failed();
  }

  void check() {
    DeviceRecord record = *open(*disk_).device(kEid);
    std::map<OrderId, OrderState> ends;
    for (const Order& order : record.orders) {
      if (order.asked_for == 0) ends[order.id] = order.state;
    }
    CHECK(ends == std::map<OrderId, OrderState>{
                      {1, OrderState::done}, {2, OrderState::done}, {3, OrderState::done}});
    CHECK(card_.profiles[kA].enabled);
    CHECK(card_.stored.empty());
    CHECK(card_.executed_count == static_cast<int>(served_.size()));
    CHECK(served_.size() == 3);  // each order under one counter
    CHECK(record.last_counter == served_.rbegin()->first);
  }

 private:
  OrderBook open(Store& store) {
    return OrderBook(store, signer_, random_bytes(), {.eim_id = "eim.example.com"});
  }

  // As an IPA does: first what nobody has acknowledged.
  void poll(OrderBook& book) {
    std::vector<EuiccPackageResult> owed = card_.stored;
    for (const EuiccPackageResult& result : owed) deliver(book, result);
    Result<Answer> answer = book.handle(card_.get(), {.now = now_});
    if (!answer) return;  // the device hears nothing
    Context context;
    Element outer;
    Element inner;
    Cursor in(answer->body, context);
    REQUIRE(in.next(outer));
    Cursor content(outer.content, context);
    REQUIRE(content.next(inner));
    if (inner.tag == kTagInteger) return;
    Bytes message(inner.encoding.begin(), inner.encoding.end());
    REQUIRE(inner.tag == 0xBF51);
    EuiccPackageRequest request = *read<EuiccPackageRequest>(message, Version::v1_2);
    auto [known, fresh] = served_.emplace(request.package.value.counter, message);
    REQUIRE((fresh || known->second == message));  // the same bytes under a counter, always
    if (fresh) result_ = card_.execute(message);
    deliver(book, *result_);
  }

  void deliver(OrderBook& book, const EuiccPackageResult& result) {
    Result<Answer> taken = book.handle(card_.provide(result), {.now = now_, .session_eid = kEid});
    if (!taken || taken->body.empty()) return;
    auto response = read<ProvideEimPackageResultResponse>(taken->body, Version::v1_2);
    REQUIRE(response.ok());
    if (auto* acknowledged = std::get_if<EimAcknowledgements>(&*response)) {
      card_.forget(*acknowledged);
    }
  }

  std::unique_ptr<Store> disk_ = make_memory_store();
  FailingStore failing_;
  SigningKey signer_ = SigningKey::from_pem(kEimPem).value();
  ScriptedCard card_{kEid};
  Instant now_{1'780'000'000'000};
  std::map<std::int64_t, Bytes> served_;
  std::optional<EuiccPackageResult> result_;
};

}  // namespace

TEST_CASE("the N-th commit fails, for every N, before and after it is on the disk") {
  std::size_t failure_count = 0;
  for (Failing how : {Failing::before, Failing::after}) {
    for (std::size_t n = 0;; ++n) {
      INFO("commit " << n << (how == Failing::after ? ", done all the same" : ""));
      Story story(n, how);
      bool failed = story.run();
      story.check();
      if (!failed) break;
      ++failure_count;
      REQUIRE(n < 100);
    }
  }
  CHECK(failure_count >= 2 * 6);  // three packages issued, three results taken in
}
