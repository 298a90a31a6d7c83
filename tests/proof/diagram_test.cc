#include "engine/proof/diagram.h"

#include "engine/proof/kept_restriction.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

bool evaluate(const DiagramStore& store, DiagramRef at, const std::vector<ClassIndex>& classes) {
  while (!is_terminal(at)) at = store.child(at, classes[store.axis(at)]);
  return at == kYes;
}

DiagramRef in_classes(DiagramStore& store, AxisIndex axis, std::uint32_t mask) {
  std::vector<DiagramRun> runs;
  for (ClassIndex c = 0; c < store.class_count(axis); ++c) {
    runs.push_back({c + 1, (mask >> c & 1) != 0 ? kYes : kNo});
  }
  return store.node(axis, runs);
}

}  // namespace

TEST_CASE("neighbouring classes with one target are one run, one run is no node") {
  DiagramStore store({5, 3});
  DiagramRef middle = in_classes(store, 0, 0b01110);
  CHECK(store.runs(middle).size() == 3);
  CHECK(store.child(middle, 0) == kNo);
  CHECK(store.child(middle, 1) == kYes);
  CHECK(store.child(middle, 3) == kYes);
  CHECK(store.child(middle, 4) == kNo);
  CHECK(in_classes(store, 0, 0b11111) == kYes);
  CHECK(store.node_count() == 1);
}

TEST_CASE("equal functions are one reference, whatever the way they were made") {
  DiagramStore store({4, 4, 4});
  for (std::uint32_t a = 1; a < 15; a += 3) {
    for (std::uint32_t b = 1; b < 15; b += 2) {
      DiagramRef x = in_classes(store, 0, a), y = in_classes(store, 2, b);
      DiagramRef z = in_classes(store, 1, a ^ b);
      CHECK(store.opposite(store.both(x, y)) == store.either(store.opposite(x), store.opposite(y)));
      CHECK(store.both(x, store.either(y, z)) == store.either(store.both(x, y), store.both(x, z)));
      CHECK(store.opposite(store.opposite(store.either(x, z))) == store.either(z, x));
      CHECK(store.all_of({x, y, z}) == store.both(z, store.both(y, x)));
    }
  }
}

TEST_CASE("operations mean what they say, class by class") {
  DiagramStore store({3, 2, 3});
  std::vector<DiagramRef> all = {in_classes(store, 0, 0b011), in_classes(store, 1, 0b10),
                                 in_classes(store, 2, 0b101)};
  all.push_back(store.either(all[0], all[2]));
  all.push_back(store.both(all[1], all[3]));
  for (DiagramRef a : all) {
    for (DiagramRef b : all) {
      CHECK(store.may_meet(a, b) == (store.both(a, b) != kNo));
      CHECK(store.is_within(a, b) == (store.both(a, b) == a));
      CHECK(store.may_meet(a, store.opposite(b)) == (store.both(a, store.opposite(b)) != kNo));
      for (ClassIndex i = 0; i < 3 * 2 * 3; ++i) {
        std::vector<ClassIndex> at = {i % 3, i / 3 % 2, i / 6};
        CHECK(evaluate(store, store.both(a, b), at) ==
              (evaluate(store, a, at) && evaluate(store, b, at)));
        CHECK(evaluate(store, store.either(a, b), at) ==
              (evaluate(store, a, at) || evaluate(store, b, at)));
        CHECK(evaluate(store, store.opposite(a), at) == !evaluate(store, a, at));
      }
    }
  }
}

TEST_CASE("what a restriction keeps is what it would find") {
  constexpr AxisIndex kAxes = 4;
  constexpr ClassIndex kClasses = 3;
  DiagramStore store(std::vector<ClassIndex>(kAxes, kClasses));
  std::vector<DiagramRef> all;
  for (AxisIndex a = 0; a < kAxes; ++a) {
    for (std::uint32_t mask = 1; mask < 7; ++mask) all.push_back(in_classes(store, a, mask));
  }
  for (std::size_t i = 0, single = all.size(); i + 7 < single; ++i) {
    all.push_back(store.either(store.both(all[i], all[i + 7]), all[(5 * i) % single]));
  }
  KeptRestriction kept(store);
  const std::vector<bool> none_forgotten(kAxes, false);
  for (int round = 0; round < 2; ++round) {  // the second finds what was kept
    for (std::uint32_t choice = 0; choice < 256; ++choice) {
      std::vector<ClassIndex> put_in;
      for (AxisIndex a = 0; a < kAxes; ++a) {
        ClassIndex value = choice >> (2 * a) & 3;
        put_in.push_back(value == kClasses ? Restriction::kFree : value);
      }
      Restriction fresh(store, put_in, none_forgotten);
      kept.begin(choice, put_in);
      for (DiagramRef at : all) {
        REQUIRE(kept.where(at) == fresh.where(at, 1));
      }
    }
  }
}

}  // namespace sojourn
