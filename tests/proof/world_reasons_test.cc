// Where the world refuses a box, it says on which axes that depends: with the same classes on these
// and any on the others it must refuse as well.
#include <cstdlib>

#include "engine/proof/policy_model.h"
#include "tests/graph/random_policy.h"
#include "tests/proof/checked_policy.h"

namespace sojourn::lang {
namespace {

using sojourn::testing::Dice;

const std::string kProfiles = R"(
profile global home FR iccid 8933*
profile local home BR iccid 895510* download "b.example"
profile mint home TR iccid 899028* download "t.example"
attribute type : meter | tracker
attribute battery : number in %
)";

const char* kPolicies[] = {
    "ban a never roaming in BR on at least 90 days within 120 days notice 7 days remedy profile = "
    "local\n"
    "ban b never roaming in TR on more than 120 days within 365 days notice 7 days remedy profile "
    "= mint\n"
    "rule br when region in BR and battery > 20% then profile = local\n"
    "rule tr when region in TR then profile = mint\notherwise profile = global\n",
    "ban a never roaming in BR for 90 days remedy profile = local\n"
    "ban b never roaming in TR and no service for 5 hours remedy profile = mint\n"
    "rule old when (type = meter for 2 hours) within 10 days and type = tracker then profile = "
    "mint\n"
    "otherwise keep\n",
    "ban a in doubt counts never (network in BR and type = meter) on the same network on more than "
    "9 "
    "consecutive days remedy profile = local\n"
    "ban b never not (((plmn = 724-06 or type = meter) for 45 minutes) per imei within 2 months)\n"
    "rule move when roaming in BR on at least 5 days within 30 days and not (region in BR on at "
    "least 5 days within "
    "28 days) "
    "then profile = local\n"
    "rule late when not (profile in global, local, mint) and roaming in TR then profile = "
    "mint\notherwise profile "
    "= global\n",
};

std::uint64_t seed() {
  const char* given = std::getenv("SOJOURN_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 20261129;
}

class Boxes {
 public:
  Boxes(const World& world, std::uint64_t seed)
      : world_(world), whole_(world.whole()), dice_(seed) {}

  // Some axes narrowed; with an identity, to what it may have.
  Box narrow(const World::Identity* of) {
    Box box = whole_;
    std::uint64_t one_in = 1 + dice_.below(12);
    for (AxisIndex axis = 0; axis < box.size(); ++axis) {
      auto own = of ? world_.choice_of(*of, axis) : std::nullopt;
      if (own && !own->any) {
        bool other = dice_.one_in(2);
        ClassIndex value = other ? own->other : own->usual;
        box[axis] = {value, value + 1};
      } else if (dice_.one_in(one_in)) {
        ClassIndex begin = static_cast<ClassIndex>(dice_.below(box[axis].end));
        ClassIndex end = begin + 1 + static_cast<ClassIndex>(dice_.below(box[axis].end - begin));
        box[axis] = {begin, end};
      }
    }
    return box;
  }

  // The same with everything on the other axes that the identity may have.
  Box widen(const Box& box, const std::vector<AxisIndex>& axes, const World::Identity* of) const {
    Box wide = whole_;
    for (AxisIndex axis : axes) wide[axis] = box[axis];
    for (AxisIndex axis = 0; of && axis < box.size(); ++axis) {
      auto own = world_.choice_of(*of, axis);
      if (own && !own->any && own->usual == own->other) wide[axis] = box[axis];
    }
    return wide;
  }

  const World::Identity& one_of(const std::vector<World::Identity>& all) {
    return all[dice_.below(all.size())];
  }

 private:
  const World& world_;
  Box whole_;
  Dice dice_;
};

}  // namespace

TEST_CASE("what the world refuses it refuses with anything on the axes that it does not name") {
  INFO("SOJOURN_SEED=" << seed());
  std::size_t refused = 0, widened = 0;
  for (const char* rules : kPolicies) {
    std::string text = kProfiles + rules;
    INFO(text);
    testing::Loaded loaded = testing::load(text);
    INFO(loaded.rendered());
    REQUIRE(loaded.policy);
    const Gazetteer& gazetteer = testing::small_world();
    auto locator = bind_areas(gazetteer, loaded.table());
    PolicyModel model(loaded.table(), gazetteer.claims(), &(*locator)->situations());
    const World& world = model.world();
    const std::vector<World::Identity> identities = world.identities();
    REQUIRE_FALSE(identities.empty());
    Boxes boxes(world, seed());
    for (int round = 0; round < 3'000; ++round) {
      INFO("round " << round);
      const World::Identity& one = boxes.one_of(identities);
      const World::Identity* of = round % 3 == 0 ? nullptr : &one;
      Box box = boxes.narrow(of);
      World::Realised found = world.realise(box, of);
      if (found.witness || !found.decided) continue;
      ++refused;
      Box wide = boxes.widen(box, found.refused_by, of);
      bool same = std::equal(box.begin(), box.end(), wide.begin(),
                             [](auto& a, auto& b) { return a.begin == b.begin && a.end == b.end; });
      if (!same) ++widened;
      REQUIRE_FALSE(world.realise(wide, of).witness);
      Box other = boxes.narrow(of);
      for (AxisIndex axis : found.refused_by) other[axis] = box[axis];
      REQUIRE_FALSE(world.realise(other, of).witness);
    }
  }
  CHECK(refused > 1'000);
  CHECK(widened > 500);
}

}  // namespace sojourn::lang
