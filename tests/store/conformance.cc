#include "tests/store/conformance.h"

#include <atomic>
#include <thread>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "tests/store/model.h"
#include "tests/store/seeds.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

StoreKey key_of(std::uint64_t number) {
  return StoreKey(Space::histories, "acme", 1).add_unsigned(number);
}

Bytes text(std::string_view words) { return {words.begin(), words.end()}; }

// Reads must succeed here; absence reads as "absent".
std::string shown(Result<std::optional<Bytes>> value) {
  REQUIRE(value);
  if (!value->has_value()) return "absent";
  return {(*value)->begin(), (*value)->end()};
}

std::unique_ptr<StoreSnapshot> snapshot_of(Store& store) {
  auto snapshot = store.snapshot();
  REQUIRE(snapshot);
  return std::move(*snapshot);
}

void check_writes(Store& store) {
  CHECK(shown(store.read(key_of(1))) == "absent");
  REQUIRE(store.commit(StoreTransaction().put(key_of(1), text("one")).put(key_of(2), text(""))));
  CHECK(shown(store.read(key_of(1))) == "one");
  CHECK(shown(store.read(key_of(2))).empty());
  REQUIRE(store.commit(StoreTransaction().erase(key_of(1)).erase(key_of(99))));
  CHECK(shown(store.read(key_of(1))) == "absent");
  REQUIRE(store.commit(StoreTransaction()));

  // The last write to a key counts.
  REQUIRE(store.commit(StoreTransaction()
                           .put(key_of(1), text("a"))
                           .erase(key_of(1))
                           .put(key_of(1), text("b"))
                           .put(key_of(2), text("c"))
                           .erase(key_of(2))));
  CHECK(shown(store.read(key_of(1))) == "b");
  CHECK(shown(store.read(key_of(2))) == "absent");
}

void check_expectations(Store& store) {
  auto next = [](std::string_view value) {
    return StoreTransaction().put(key_of(1), text(value)).put(key_of(2), text(value));
  };
  REQUIRE(store.commit(next("1").expect_absent(key_of(1))));
  REQUIRE(store.commit(next("2").expect(key_of(1), text("1"))));

  StoreTransaction refused[] = {
      next("x").expect(key_of(1), text("1")),  // an older value
      next("x").expect_absent(key_of(1)),
      next("x").expect(key_of(3), text("")),                            // absent is not empty
      next("x").expect(key_of(1), text("2")).expect_absent(key_of(2)),  // one of two
  };
  for (const StoreTransaction& transaction : refused) {
    Status answer = store.commit(transaction);
    REQUIRE(!answer);
    CHECK(answer.error().code == Code::E0016);
    CHECK(shown(store.read(key_of(1))) == "2");
    CHECK(shown(store.read(key_of(2))) == "2");
  }
  // Expectations speak of the state before the transaction, whatever it writes.
  CHECK(store.commit(next("3").expect(key_of(1), text("2")).expect(key_of(2), text("2"))));
}

void check_group(Store& store) {
  auto count_up = [](std::string_view from, std::string_view to) {
    return StoreTransaction().expect(key_of(1), text(from)).put(key_of(1), text(to));
  };
  StoreTransaction group[] = {
      StoreTransaction().put(key_of(1), text("1")),
      count_up("1", "2"),
      count_up("1", "wrong").put(key_of(2), text("wrong")),
      StoreTransaction().put(key_of(3), Bytes(limits::kStoreValueBytesMax + 1)),
      count_up("2", "3"),
  };
  std::vector<Status> answers = store.commit_group(group);
  REQUIRE(answers.size() == 5);
  CHECK(answers[0]);
  CHECK(answers[1]);
  CHECK(answers[2].error().code == Code::E0016);
  CHECK(answers[3].error().code == Code::E0901);
  CHECK(answers[4]);
  CHECK(shown(store.read(key_of(1))) == "3");
  CHECK(shown(store.read(key_of(2))) == "absent");
  CHECK(store.commit_group({}).empty());
}

void check_order(Store& store) {
  // Each pair of neighbours differs in one part; written in another order than they stand.
  std::vector<StoreKey> keys = {
      StoreKey(Space::histories, "a", 1),
      StoreKey(Space::histories, "a", 1).add_signed(-2),
      StoreKey(Space::histories, "a", 1).add_signed(-1),
      StoreKey(Space::histories, "a", 1).add_signed(0),
      StoreKey(Space::histories, "a", 1).add_signed(0).add_text(""),
      StoreKey(Space::histories, "a", 1).add_signed(0).add_text("x"),
      StoreKey(Space::histories, "a", 1).add_signed(0).add_text(std::string_view("x\0", 2)),
      StoreKey(Space::histories, "a", 1).add_signed(0).add_text("xy"),
      StoreKey(Space::histories, "a", 2),
      StoreKey(Space::histories, "aa", 1),
      StoreKey(Space::histories, "b", 1),
      StoreKey(Space::instants, "a", 1),
  };
  StoreTransaction all;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    all.put(keys[i * 5 % keys.size()], {static_cast<std::uint8_t>(i * 5 % keys.size())});
  }
  REQUIRE(store.commit(all));
  auto snapshot = snapshot_of(store);
  auto numbers = [&](const StoreRange& range, std::size_t row_count_max, ScanOrder order) {
    auto rows = snapshot->scan(range, row_count_max, order);
    REQUIRE(rows);
    std::vector<int> found;
    std::vector<StoreKey> found_keys;
    for (const StoreRow& row : *rows) {
      CHECK(row.key == keys[row.value[0]]);
      found.push_back(row.value[0]);
      found_keys.push_back(row.key);
    }
    CHECK(snapshot->keys(range, row_count_max, order).value() == found_keys);
    return found;
  };
  using Numbers = std::vector<int>;
  StoreRange histories = StoreRange::of_space(Space::histories);
  StoreRange tenant = StoreRange::with_prefix(keys[0]);
  CHECK(numbers(histories, 100, ScanOrder::ascending) == Numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(numbers(tenant, 100, ScanOrder::ascending) == Numbers{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(numbers(tenant, 3, ScanOrder::ascending) == Numbers{0, 1, 2});
  CHECK(numbers(tenant, 3, ScanOrder::descending) == Numbers{7, 6, 5});
  CHECK(numbers(tenant.after(keys[2]), 3, ScanOrder::ascending) == Numbers{3, 4, 5});
  CHECK(numbers(tenant.before(keys[5]), 3, ScanOrder::descending) == Numbers{4, 3, 2});
  CHECK(numbers(tenant, 0, ScanOrder::ascending).empty());
  CHECK(numbers(StoreRange::between(keys[1], keys[3]), 9, ScanOrder::ascending) == Numbers{1, 2});
  CHECK(numbers(StoreRange::between(keys[3], keys[3]), 9, ScanOrder::ascending).empty());
  CHECK(numbers(StoreRange::between(keys[3], keys[1]), 9, ScanOrder::descending).empty());
  CHECK(numbers(StoreRange::of_space(Space::audit), 9, ScanOrder::ascending).empty());
}

void check_isolation(Store& store) {
  auto number = [&](int n) {
    REQUIRE(store.commit(StoreTransaction()
                             .put(key_of(1), {static_cast<std::uint8_t>(n)})
                             .put(key_of(static_cast<std::uint64_t>(10 + n)), {1})
                             .erase(key_of(static_cast<std::uint64_t>(8 + n)))));
  };
  number(1);
  auto first = snapshot_of(store);
  number(2);
  auto second = snapshot_of(store);
  for (int n = 3; n <= 10; ++n) number(n);
  CHECK(first->read(key_of(1))->value() == Bytes{1});
  CHECK(second->read(key_of(1))->value() == Bytes{2});
  CHECK(store.read(key_of(1))->value() == Bytes{10});
  StoreRange all = StoreRange::with_prefix(StoreKey(Space::histories, "acme", 1));
  CHECK(first->scan(all, 100)->size() == 2);
  first.reset();
  CHECK(second->scan(all, 100)->size() == 3);
  second.reset();
  CHECK(snapshot_of(store)->scan(all, 100)->size() == 3);
}

// Readers on their own threads never see half a transaction, nor time going backwards.
void check_threads(Store& store) {
  constexpr std::uint8_t kCommitCount = 100;
  auto both = [](std::uint8_t n) {
    return StoreTransaction().put(key_of(1), {n}).put(key_of(2), {n});
  };
  REQUIRE(store.commit(both(0)));
  std::atomic<bool> done = false;
  std::atomic<int> violation_count = 0;
  auto watch = [&] {
    std::uint8_t newest = 0;
    while (!done) {
      auto snapshot = store.snapshot();
      auto one = snapshot ? (*snapshot)->read(key_of(1)) : Result<std::optional<Bytes>>(Bytes());
      auto two = snapshot ? (*snapshot)->read(key_of(2)) : Result<std::optional<Bytes>>(Bytes());
      bool good = snapshot && one && two && *one && *one == *two && (*one)->front() >= newest;
      if (!good) ++violation_count;
      if (good) newest = (*one)->front();
    }
  };
  std::thread readers[] = {std::thread(watch), std::thread(watch)};
  bool all_committed = true;
  for (std::uint8_t n = 1; n <= kCommitCount; ++n) all_committed &= store.commit(both(n)).ok();
  done = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(all_committed);
  CHECK(violation_count == 0);
}

void check_sizes(Store& store) {
  for (std::size_t size : {limits::kStoreValueBytesMax - 1, limits::kStoreValueBytesMax,
                           limits::kStoreValueBytesMax + 1}) {
    Bytes value(size);
    for (std::size_t i = 0; i < size; i += 1000) value[i] = static_cast<std::uint8_t>(i / 1000);
    Status answer = store.commit(StoreTransaction().put(key_of(size), value));
    bool fits = size <= limits::kStoreValueBytesMax;
    CHECK(answer.ok() == fits);
    if (!fits) CHECK(answer.error().code == Code::E0901);
    CHECK((*store.read(key_of(size)) == value) == fits);
  }
  std::size_t header = StoreKey(Space::histories, "acme", 1).add_bytes({}).bytes().size();
  for (std::size_t size :
       {limits::kStoreKeyBytesMax - 1, limits::kStoreKeyBytesMax, limits::kStoreKeyBytesMax + 1}) {
    StoreKey key = StoreKey(Space::histories, "acme", 1).add_bytes(Bytes(size - header, 7));
    REQUIRE(key.bytes().size() == size);
    CHECK(store.commit(StoreTransaction().put(key, {1})).ok() ==
          (size <= limits::kStoreKeyBytesMax));
  }
}

void check_many_rows(Store& store) {
  constexpr std::uint64_t kRowCount = 20'000;
  StoreTransaction all;
  // 7919 is coprime to the count, so this visits every number once, out of order.
  for (std::uint64_t i = 0; i < kRowCount; ++i) {
    all.put(key_of(i * 7919 % kRowCount), Bytes(20, static_cast<std::uint8_t>(i)));
  }
  REQUIRE(store.commit(all));
  auto snapshot = snapshot_of(store);
  StoreRange rest = StoreRange::with_prefix(StoreKey(Space::histories, "acme", 1));
  std::uint64_t expected = 0;
  while (true) {
    auto page = snapshot->scan(rest, 999);
    REQUIRE(page);
    if (page->empty()) break;
    for (const StoreRow& row : *page) {
      if (row.key != key_of(expected++)) FAIL("row " << expected - 1 << " out of order");
    }
    rest = rest.after(page->back().key);
  }
  CHECK(expected == kRowCount);
}

// The store and a std::map do the same random work; snapshots keep to their moment.
void check_random_work(StoreBackend& backend, std::uint64_t seed) {
  INFO("SOJOURN_SEED=" << seed);
  RandomWork work(seed);
  StoreModel model;
  auto store = backend.open();
  struct Frozen {
    std::unique_ptr<StoreSnapshot> snapshot;
    StoreModel model;
  };
  std::vector<Frozen> frozen;
  auto check_snapshot = [&](const Frozen& moment) {
    StoreRange range = work.range();
    std::size_t row_count_max = work.below(12);
    ScanOrder order = work.one_in(2) ? ScanOrder::ascending : ScanOrder::descending;
    auto rows = moment.snapshot->scan(range, row_count_max, order);
    REQUIRE(rows);
    REQUIRE(*rows == scan_model(moment.model, range, row_count_max, order));
    StoreKey key = work.key();
    auto value = moment.snapshot->read(key);
    REQUIRE(value);
    auto row = moment.model.find(key);
    REQUIRE(*value == (row == moment.model.end() ? std::optional<Bytes>() : row->second));
  };
  for (int step = 0; step < 120; ++step) {
    std::vector<StoreTransaction> group;
    std::vector<bool> expected;
    for (std::size_t i = work.below(4) + 1; i > 0; --i) {
      group.push_back(work.transaction(model));
      expected.push_back(apply_to_model(model, group.back()));
    }
    std::vector<Status> answers = store->commit_group(group);
    for (std::size_t i = 0; i < group.size(); ++i) REQUIRE(answers[i].ok() == expected[i]);
    if (frozen.size() < 4) frozen.push_back({snapshot_of(*store), model});
    check_snapshot(frozen[work.below(frozen.size())]);
    if (work.one_in(3)) frozen.erase(frozen.begin() + static_cast<long>(work.below(frozen.size())));
    if (backend.durable() && work.one_in(40)) {
      frozen.clear();
      store.reset();
      store = backend.open();
    }
  }
  frozen.clear();
  REQUIRE(difference(*store, model) == "");
}

}  // namespace

std::string crash_violation(StoreBackend& backend, std::uint64_t seed) {
  RandomWork work(seed);
  StoreModel model;
  for (int life = 0; life < 8; ++life) {
    auto store = backend.open();
    std::string found = difference(*store, model);
    if (!found.empty()) return "life " + std::to_string(life) + ": " + found;
    for (std::size_t i = work.below(20); i > 0; --i) {
      StoreTransaction transaction = work.transaction(model);
      bool expected = apply_to_model(model, transaction);
      if (store->commit(transaction).ok() != expected) return "a commit answered wrongly";
    }
    backend.lose_power(std::move(store));
  }
  return difference(*backend.open(), model);
}

void check_conformance(const StoreBackendMaker& make_backend) {
  auto backend = make_backend();
  auto with_store = [&](void (*check)(Store&)) {
    auto store = backend->open();
    check(*store);
  };
  SECTION("puts and erasures") { with_store(check_writes); }
  SECTION("expectations") { with_store(check_expectations); }
  SECTION("groups") { with_store(check_group); }
  SECTION("order") { with_store(check_order); }
  SECTION("isolation") { with_store(check_isolation); }
  SECTION("threads") { with_store(check_threads); }
  SECTION("sizes") { with_store(check_sizes); }
  SECTION("many rows") { with_store(check_many_rows); }
  SECTION("random work") {
    for (std::uint64_t seed = first_seed(); seed < first_seed() + seed_count(5); ++seed) {
      check_random_work(*make_backend(), seed);
    }
  }
  SECTION("loss of power") {
    if (!backend->durable()) {
      SUCCEED("this backend keeps nothing, so its power cannot fail");
      return;
    }
    for (std::uint64_t seed = first_seed(); seed < first_seed() + seed_count(10); ++seed) {
      INFO("SOJOURN_SEED=" << seed);
      CHECK(crash_violation(*make_backend(), seed) == "");
    }
  }
}

}  // namespace sojourn
