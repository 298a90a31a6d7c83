// Graph files: what is written is what is read, and nothing else is.
#include "engine/graph/graph_file.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>

#include "engine/base/diagnostic_code.h"
#include "tests/graph/graph_of.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

using testing::decide;
using testing::Dice;
using testing::graph_of;
using testing::PolicyShape;
using testing::RandomPolicy;
using testing::Readings;

RandomPolicy policy_from(Dice& dice, std::size_t rule_count) {
  PolicyShape shape;
  shape.rule_count = rule_count;
  shape.feature_count = 5;
  shape.ban_count = 1;
  return RandomPolicy(dice, shape);
}

Bytes small_file() {
  Dice dice(7);
  return write_graph_file(*graph_of(policy_from(dice, 2).table));
}

// A table in which no member has its default.
RuleTable full_table() {
  Country br = testing::country_named("BR"), tr = testing::country_named("TR");
  RuleTable table;
  table.settings = {
      "acme",    "2026.11", "owner@acme.example", "America/Sao_Paulo", minutes(45), days(3),
      hours(72), true,      {{{br, tr}, tr}}};
  table.attributes = {{"seen", AttributeType::set_of_country, "", {}, days(1)},
                      {"type", AttributeType::choice, "%", {"meter", "lamp"}, {}}};
  table.profiles = {{"vivo", {br}, {"895510"}, {{724, 6, 2}}, "smdp.example", {tr}, 7}};
  Area area = Area::circle(-23.96, -46.30, 12'000);
  area.name = "SANTOS";
  area.parts = {{{{1, 2}, {3, 4}, {5, 6}}}};
  table.areas = {area};
  Feature has;
  has.kind = FeatureKind::attribute_has;
  has.symbol = tr.index;
  has.identity = "seen has TR";
  Feature country;
  country.identity = "region";
  table.features = {country, has};
  Test in_brazil{0, Test::Kind::in_countries, 0, {}, {br}, "region in BR"};
  Test holds{1, Test::Kind::holds, 0, {}, {}, "seen has TR"};
  ConditionIndex here = table.conditions.test(in_brazil);
  Feature count;
  count.kind = FeatureKind::window_count;
  count.inner = here;
  count.scope = {true, true, true};
  count.window = {12, TimeUnit::month};
  count.bucket = TimeUnit::week;
  count.gap_days = 6;
  count.ahead_days = 10;
  count.event = {EventKind::rejected, {11, 13}, "named"};
  count.from_ms = 1, count.until_ms = 2;
  count.zone = "Asia/Kolkata";
  count.candidate = 0;
  count.countries = {br};
  count.other_countries = {tr};
  count.identity = "months in BR";
  table.features.push_back(count);
  Test often{2, Test::Kind::at_least, 6, {}, {}, "often"};
  ConditionIndex all = table.conditions.all_of(
      {here, table.conditions.negate(table.conditions.test(holds)), table.conditions.test(often)});
  Action action;
  action.kind = Action::Kind::profile;
  action.alternatives = {{0, true}};
  action.preload = {0};
  action.remove = {0};
  action.fallback = 0;
  action.alerts = {"look"};
  action.tasks = {"call"};
  action.hold = hours(24);
  action.approval = true;
  action.requires_condition = here;
  action.window_ms = {{100, 200}};
  action.rollout = Rollout{{10'000, 1'000'000}, hours(24)};
  Rule rule{"go", "text", {"a.sojourn", 42}, "rule go ...", all, here, action, {}, "of go"};
  Rule over{"over", "", {"a.sojourn", 50}, "", here, here, action, {0}};
  table.rules = {rule, over};
  Ban ban{"b",  "never", "law",   "reported", {"b.sojourn", 3}, {here, all}, {all, here}, true,
          true, action,  days(5), 10,         "Asia/Riyadh",    "ban b ...", "of b"};
  table.bans = {ban};
  Guard guard{Guard::Kind::abort, 200'000, 10, days(30), here, true, {1},
              {"b.sojourn", 9},   "guard"};
  table.guards = {guard};
  table.assertions = {{here, action, {"b.sojourn", 12}, "assert ..."}};
  table.otherwise = action;
  table.meaning_digest[3] = 9;
  table.text_digest[5] = 8;
  return table;
}

}  // namespace

TEST_CASE("what is written is read back, and written again byte for byte") {
  Dice dice(11);
  for (int round = 0; round < 40; ++round) {
    RandomPolicy policy = policy_from(dice, 1 + dice.below(8));
    auto graph = graph_of(policy.table);
    Bytes file = write_graph_file(*graph);
    auto read = read_graph_file(file);
    REQUIRE(read.ok());
    CHECK(write_graph_file(**read) == file);
    for (int device = 0; device < 30; ++device) {
      Readings readings;
      for (const Feature& f : graph->table().features) readings.push_back(policy.reading(f));
      CHECK(decide(**read, readings).leaf == decide(*graph, readings).leaf);
      CHECK(decide(**read, readings).also == decide(*graph, readings).also);
    }
  }
}

TEST_CASE("every member of the catalogue comes back") {
  RuleTable table = full_table();
  auto read = read_graph_file(write_graph_file(*graph_of(table)));
  REQUIRE(read.ok());
  const RuleTable& back = (*read)->table();
  CHECK(back.settings.name == "acme");
  CHECK(back.settings.version == "2026.11");
  CHECK(back.settings.owner == table.settings.owner);
  CHECK(back.settings.zone == table.settings.zone);
  CHECK(back.settings.settle == minutes(45));
  CHECK(back.settings.carry == days(3));
  CHECK(back.settings.lead == hours(72));
  CHECK(back.settings.first_match);
  CHECK(back.attributes[0].valid == days(1));
  CHECK(back.attributes[0].type == AttributeType::set_of_country);
  CHECK(back.attributes[1].values == table.attributes[1].values);
  CHECK(back.attributes[1].unit == "%");
  const Profile& profile = back.profiles[0];
  CHECK(profile.home == table.profiles[0].home);
  CHECK(profile.breakout == table.profiles[0].breakout);
  CHECK(profile.plmns == table.profiles[0].plmns);
  CHECK(profile.iccid_prefixes == table.profiles[0].iccid_prefixes);
  CHECK(profile.download == "smdp.example");
  CHECK(profile.cost == 7);
  CHECK(back.areas[0].name == "SANTOS");
  CHECK(back.areas[0].centre == table.areas[0].centre);
  CHECK(back.areas[0].radius_m == 12'000);
  CHECK(back.areas[0].parts == table.areas[0].parts);
  CHECK(back.features[1].symbol == table.features[1].symbol);
  const Feature &count = back.features[2], &was = table.features[2];
  CHECK(count.inner == was.inner);
  CHECK(count.scope == was.scope);
  CHECK(count.window == was.window);
  CHECK(count.bucket == was.bucket);
  CHECK(count.gap_days == 6);
  CHECK(count.event == was.event);
  CHECK(count.from_ms + 10 * count.until_ms == 21);
  CHECK(count.zone == was.zone);
  CHECK(count.candidate == was.candidate);
  CHECK(count.countries == was.countries);
  CHECK(count.other_countries == was.other_countries);
  CHECK(count.identity == was.identity);
  for (std::size_t i = 0; i < table.conditions.tests().size(); ++i) {
    CHECK(back.conditions.tests()[i].same_meaning(table.conditions.tests()[i]));
    CHECK(back.conditions.tests()[i].text == table.conditions.tests()[i].text);
  }
  const Rule& rule = back.rules[0];
  CHECK(rule.name == "go");
  CHECK(rule.text == "text");
  CHECK(rule.source == "rule go ...");
  CHECK(rule.digest + back.rules[1].digest + back.bans[0].digest == "of goof b");
  CHECK(rule.origin.text() == "a.sojourn:42");
  CHECK(rule.condition == table.rules[0].condition);
  CHECK(rule.action.same_effect(table.rules[0].action));
  CHECK(rule.action.alerts == table.rules[0].action.alerts);
  CHECK(rule.action.tasks == table.rules[0].action.tasks);
  CHECK(back.rules[1].overrides == table.rules[1].overrides);
  CHECK(back.bans[0].name + back.bans[0].text == "bnever");
  CHECK(back.bans[0].source + back.bans[0].certainty == "lawreported");
  CHECK(back.bans[0].bites == table.bans[0].bites);
  CHECK(back.bans[0].violated == table.bans[0].violated);
  CHECK(back.bans[0].in_doubt_counts);
  CHECK(back.bans[0].remedy->same_effect(*table.bans[0].remedy));
  CHECK(back.bans[0].origin.line == 3);
  CHECK(back.otherwise.same_effect(table.otherwise));
  CHECK(back.meaning_digest == table.meaning_digest);
  CHECK(back.text_digest == table.text_digest);
}

TEST_CASE("a file with any byte changed, missing or added is refused") {
  Bytes file = small_file();
  REQUIRE(read_graph_file(file).ok());
  for (std::size_t at = 0; at < file.size(); ++at) {
    Bytes changed = file;
    changed[at] ^= static_cast<std::uint8_t>(1u << (at % 8));
    auto read = read_graph_file(std::move(changed));
    if (read.ok() || read.error().code != Code::E0004) FAIL("byte " << at);
  }
  for (std::size_t size = 0; size < file.size(); ++size) {
    auto read = read_graph_file(Bytes(file.begin(), file.begin() + static_cast<long>(size)));
    if (read.ok() || read.error().code != Code::E0004) FAIL("cut to " << size);
  }
  file.push_back(0);
  CHECK(!read_graph_file(file).ok());
}

TEST_CASE("a file made to harm, with a digest that fits, is refused or harmless") {
  Bytes file = small_file();
  Dice dice(5);
  int harmless = 0, refused = 0;
  for (std::size_t at = 0; at < file.size(); ++at) {
    if (at >= kGraphDigestOffset && at < kGraphHeaderSize) continue;
    for (int value : {static_cast<int>(dice.below(256)), file[at] + 1}) {
      Bytes changed = file;
      changed[at] = static_cast<std::uint8_t>(value);
      seal_graph_file(changed);
      auto read = read_graph_file(std::move(changed));
      if (!read) {
        ++refused;
        continue;
      }
      ++harmless;
      Readings readings((*read)->table().features.size(), Reading::exactly(1));
      decide(**read, readings);
    }
  }
  CHECK(refused > 100);
  CHECK(harmless > 100);
}

TEST_CASE("files on disk are mapped; what cannot be is said") {
  std::string path = SOJOURN_BINARY_DIR "/graph_file_test.graph";
  Bytes bytes = small_file();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  auto graph = map_graph_file(path);
  REQUIRE(graph.ok());
  CHECK(write_graph_file(**graph) == bytes);
  std::filesystem::resize_file(path, 0);
  std::string empty = SOJOURN_BINARY_DIR "/graph_file_test.empty";
  std::ofstream(empty).flush();
  CHECK(map_graph_file(empty).error().code == Code::E0004);
  CHECK(map_graph_file(SOJOURN_BINARY_DIR "/no-such.graph").error().code == Code::E0001);
  CHECK(map_graph_file(SOJOURN_BINARY_DIR).error().code == Code::E0001);
}

TEST_CASE("a file of another format says which") {
  Bytes file = small_file();
  file[8] = kGraphFileVersion + 1;
  seal_graph_file(file);
  CHECK(read_graph_file(file).error().message ==
        "the graph file is refused: it has format 12, this program reads format 11");
}

TEST_CASE("words are used where they lie, or copied where they cannot be") {
  auto memory = std::make_shared<Bytes>(small_file());
  auto graph = read_graph_file(memory, *memory);
  REQUIRE(graph.ok());
  const void* words = (*graph)->words().data();
  CHECK(words == memory->data() + kGraphWordsOffset);
  auto odd = std::make_shared<Bytes>(*memory);
  odd->insert(odd->begin(), 0);
  auto copied = read_graph_file(odd, ByteView(*odd).subspan(1));
  REQUIRE(copied.ok());
  CHECK(write_graph_file(**copied) == *memory);
}

RuleTable dated_policy(std::int64_t day) {
  RuleTable table;
  Feature date;
  date.kind = FeatureKind::date;
  date.zone = "America/Sao_Paulo";
  date.identity = "date America/Sao_Paulo";
  FeatureIndex feature = table.intern_feature(std::move(date));
  Test from = from_day(feature, Day{0});
  from.threshold = day;
  Rule rule;
  rule.name = "dated";
  rule.condition = table.conditions.test(std::move(from));
  rule.action.kind = Action::Kind::keep;
  table.rules.push_back(std::move(rule));
  return table;
}

TEST_CASE("a date beyond all days is refused") {
  const std::int64_t last = std::numeric_limits<std::int32_t>::max();
  CHECK(read_graph_file(write_graph_file(*graph_of(dated_policy(20'500)))).ok());
  CHECK(read_graph_file(write_graph_file(*graph_of(dated_policy(last - 1)))).ok());
  for (std::int64_t day : {last, last + 1, -last - 1, std::int64_t{1} << 60}) {
    auto read = read_graph_file(write_graph_file(*graph_of(dated_policy(day))));
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == Code::E0004);
  }
}

// What is refused for its format alone tests nothing behind it.
TEST_CASE("the fuzzer's corpus is of this format") {
  std::size_t count = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(SOJOURN_SOURCE_DIR "/tests/fuzz/corpus/graph_file")) {
    if (file.path().extension() != ".graph") continue;
    INFO(file.path().filename().string());
    CHECK(map_graph_file(file.path().string()).ok());
    ++count;
  }
  CHECK(count >= 4);
}

// Hidden: a tool that writes the fuzzer's corpus anew, not a check.
TEST_CASE("write the corpus", "[.corpus]") {
  auto write = [](const std::string& name, const RuleTable& table) {
    std::string path = SOJOURN_SOURCE_DIR "/tests/fuzz/corpus/graph_file/" + name + ".graph";
    Bytes bytes = write_graph_file(*graph_of(table));
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  };
  Dice dice(7);
  for (std::size_t rules : {1u, 4u, 9u}) {
    write("rules-" + std::to_string(rules), policy_from(dice, rules).table);
  }
  write("dated", dated_policy(20'500));
}

}  // namespace sojourn
