// What a single test says, row by row: boundary values in threes, unknown in every domain.
#include "engine/base/gazetteer.h"
#include "engine/graph/condition.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

Country named(std::string_view code) { return *find_country(code); }

Reading network(std::string_view code) { return Reading::exactly(pack(*parse_plmn(code))); }

Truth judge_kind(FeatureKind kind, const Test& test, const Reading& reading) {
  Feature feature;
  feature.kind = kind;
  return judge(test, feature, reading);
}

}  // namespace

TEST_CASE("numbers: at least is inclusive, unknown stays unknown") {
  Test test;
  test.kind = Test::Kind::at_least;
  test.threshold = 30;
  for (FeatureKind kind : {FeatureKind::attribute_number, FeatureKind::speed}) {
    CHECK(judge_kind(kind, test, Reading::exactly(29)) == Truth::no);
    CHECK(judge_kind(kind, test, Reading::exactly(30)) == Truth::yes);
    CHECK(judge_kind(kind, test, Reading::exactly(31)) == Truth::yes);
    CHECK(judge_kind(kind, test, Reading::unknown()) == Truth::unknown);
  }
}

TEST_CASE("counts: certain when both bounds agree") {
  struct Row {
    std::int64_t lower, upper;
    Truth truth;
  };
  Test test;
  test.kind = Test::Kind::at_least;
  test.threshold = 60;
  for (const Row& row : {Row{59, 59, Truth::no}, Row{60, 60, Truth::yes}, Row{61, 61, Truth::yes},
                         Row{0, 59, Truth::no}, Row{0, 60, Truth::unknown},
                         Row{59, 100, Truth::unknown}, Row{60, 100, Truth::yes}}) {
    INFO(row.lower << " to " << row.upper);
    CHECK(judge_kind(FeatureKind::consecutive_days, test, Reading::between(row.lower, row.upper)) ==
          row.truth);
  }
}

TEST_CASE("country claims: any claimant counts") {
  Test test;
  test.kind = Test::Kind::in_countries;
  test.countries = {named("MA"), named("BR")};
  auto claim = [](CountrySet set) { return Reading::exactly(CountryClaim::of(set).packed()); };
  CHECK(judge_kind(FeatureKind::country, test, claim({named("MA")})) == Truth::yes);
  CHECK(judge_kind(FeatureKind::country, test, claim({named("EH"), named("MA")})) == Truth::yes);
  CHECK(judge_kind(FeatureKind::country, test, claim({named("EH")})) == Truth::no);
  CHECK(judge_kind(FeatureKind::country, test, claim({})) == Truth::no);
  CHECK(judge_kind(FeatureKind::country, test, Reading::unknown()) == Truth::unknown);
}

TEST_CASE("networks: all candidates, none, or some") {
  Test test;
  test.kind = Test::Kind::in_countries;
  test.countries = {named("BR"), named("GP")};
  CHECK(judge_kind(FeatureKind::network, test, network("724-06")) == Truth::yes);
  CHECK(judge_kind(FeatureKind::network, test, network("722-310")) == Truth::no);
  CHECK(judge_kind(FeatureKind::network, test, network("901-01")) == Truth::no);
  CHECK(judge_kind(FeatureKind::network, test, Reading::exactly(kNoSymbol)) == Truth::no);
  CHECK(judge_kind(FeatureKind::network, test, Reading::unknown()) == Truth::unknown);
  // 340 is used in GP and its neighbours.
  CHECK(judge_kind(FeatureKind::network, test, network("340")) == Truth::unknown);
}

TEST_CASE("symbols, flags and known") {
  Test one_of;
  one_of.kind = Test::Kind::one_of;
  one_of.symbols = {1, 3};
  CHECK(judge_kind(FeatureKind::rat, one_of, Reading::exactly(0)) == Truth::no);
  CHECK(judge_kind(FeatureKind::rat, one_of, Reading::exactly(1)) == Truth::yes);
  CHECK(judge_kind(FeatureKind::rat, one_of, Reading::exactly(2)) == Truth::no);
  CHECK(judge_kind(FeatureKind::profile, one_of, Reading::exactly(kOtherSymbol)) == Truth::no);
  CHECK(judge_kind(FeatureKind::rat, one_of, Reading::unknown()) == Truth::unknown);
  Test holds;
  CHECK(judge_kind(FeatureKind::no_service, holds, Reading::exactly(1)) == Truth::yes);
  CHECK(judge_kind(FeatureKind::no_service, holds, Reading::exactly(0)) == Truth::no);
  CHECK(judge_kind(FeatureKind::no_service, holds, Reading::unknown()) == Truth::unknown);
  Test known;
  known.kind = Test::Kind::known;
  CHECK(judge_kind(FeatureKind::rat, known, Reading::exactly(0)) == Truth::yes);
  CHECK(judge_kind(FeatureKind::rat, known, Reading::unknown()) == Truth::no);
}

}  // namespace sojourn
