// Decision tables and inventories in CSV.
#include "tests/lang/load.h"
#include "tests/lang/map_files.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

using Catch::Matchers::Contains;
using testing::load;
using testing::Loaded;
using testing::MapFiles;

constexpr std::string_view kWords = R"(
attribute type    : meter | tracker | vehicle
attribute tag     : set of text
attribute ecall   : flag
attribute battery : number in %
profile global home FR
profile vivo   home BR
profile turk   home TR
)";

Loaded load_table(std::string_view csv) {
  MapFiles files{{"t.csv", std::string(csv)}};
  return load(std::string(kWords).append("table \"t.csv\"\notherwise keep\n"), {}, &files);
}

Loaded load_rules(std::string_view rules) {
  return load(std::string(kWords).append(rules).append("\notherwise keep\n"));
}

TEST_CASE("a row means what the rule means that people would write") {
  struct Row {
    std::string_view name, header, row, rule;
  };
  const Row rows[] = {
      {"plain", "region,type,profile", "BR,meter,vivo",
       "when region in BR and type = meter then profile = vivo"},
      {"lists", "region,type,profile", "\"AR, BR\",\"meter, tracker\",vivo or global",
       "when region in AR, BR and type in meter, tracker then profile = vivo or global"},
      {"not", "region,type,profile", "not BR,not meter,global",
       "when region not in BR and type not in meter then profile = global"},
      {"anything", "region,type,profile", "BR,*,vivo", "when region in BR then profile = vivo"},
      {"nothing", "region,type,profile", "BR,,vivo", "when region in BR then profile = vivo"},
      {"comparison", "battery,profile", ">= 30%,vivo", "when battery >= 30% then profile = vivo"},
      {"flag", "ecall,type,profile", "no,meter,vivo",
       "when not ecall and type = meter then profile = vivo"},
      {"set", "tag,profile", "pilot,vivo", "when tag has pilot then profile = vivo"},
      {"sets", "tag,profile", "\"a, b\",vivo", "when tag has any of a, b then profile = vivo"},
      {"no set", "tag,profile", "\"not a, b\",vivo",
       "when tag has none of a, b then profile = vivo"},
      {"built-in", "no service,roaming,profile", "no,BR,vivo",
       "when not no service and roaming in BR then profile = vivo"},
      {"unknown", "type,profile", "unknown,global", "when type unknown then profile = global"},
      {"begun", "battery >=,battery <,profile", "30%,60%,vivo",
       "when battery >= 30% and battery < 60% then profile = vivo"},
      {"profile asked", "profile is,region,profile", "global,BR,vivo",
       "when profile = global and region in BR then profile = vivo"},
      {"days", "roaming in BR on the same network on at least,profile", "60 consecutive days,vivo",
       "when roaming in BR on the same network on at least 60 consecutive days then profile = "
       "vivo"},
      {"dates", "region,from,profile", "BR,2026-07-01,vivo",
       "when region in BR and from 2026-07-01 then profile = vivo"},
      {"whole", "when,then",
       "\"region in BR or tag has \"\"x y\"\"\",\"profile = vivo, hold 1 hour\"",
       "when region in BR or tag has \"x y\" then profile = vivo, hold 1 hour"},
      {"actions", "region,profile,hold,alert,approval", "BR,vivo,24 hours,\"moved, at last\",yes",
       "when region in BR then profile = vivo, hold 24 hours, alert \"moved, at last\", approval"},
      {"keep", "region,profile", "BR,keep", "when region in BR then keep"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    Loaded table = load_table(fmt::format("{}\n{}\n", row.header, row.row));
    Loaded rules = load_rules(row.rule);
    INFO(table.rendered() << rules.rendered());
    REQUIRE(rules.policy);
    REQUIRE(table.policy);
    CHECK(table.table().meaning_digest == rules.table().meaning_digest);
  }
}

TEST_CASE("rows are rules known by file and line") {
  Loaded loaded = load_table(
      "\xEF\xBB\xBFregion,rule,text,#note,profile\r\nBR,,,who knows,vivo\r\n\r\n,,,,\r\n"
      "TR,turkey,\"In Turkey, go local.\",,turk\r\n");
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  REQUIRE(loaded.table().rules.size() == 2);
  CHECK(loaded.table().rules[0].name == "t.csv:2");
  CHECK(loaded.table().rules[0].origin.text() == "t.csv:2");
  CHECK(loaded.table().rules[0].source ==
        "rule \"t.csv:2\"\n  when region in BR then profile = vivo");
  CHECK(loaded.table().rules[1].name == "turkey");
  CHECK(loaded.table().rules[1].text == "In Turkey, go local.");
  CHECK(loaded.table().rules[1].origin.text() == "t.csv:5");
}

TEST_CASE("rules may override rows") {
  MapFiles files{{"t.csv", "region,profile\nBR,vivo\n"}};
  Loaded loaded =
      load(std::string(kWords).append(
               "table \"t.csv\"\nrule r overrides \"t.csv:2\"\n  when ecall then keep\n"),
           {}, &files);
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  CHECK(loaded.table().rules[1].overrides == std::vector<std::uint32_t>{0});
}

TEST_CASE("mistakes point at the line and column of the CSV file") {
  struct Row {
    std::string_view name, csv, code, place, says;
  };
  const Row rows[] = {
      {"value", "region,type,profile\nBR,metre,vivo\n", "E0204", "t.csv:2:4", "meter"},
      {"second of a list", "region,type,profile\nBR,\"meter, trakker\",vivo\n", "E0204",
       "t.csv:2:12", "tracker"},
      {"doubled quotes", "tag,type,profile\n\"\"\"a\"\", b\",metre,vivo\n", "E0204", "t.csv:2:12",
       "meter"},
      {"place", "region,profile\nBRA,vivo\n", "E0203", "t.csv:2:1", "BRA"},
      {"profile", "region,profile\nBR,vivvo\n", "E0202", "t.csv:2:4", "vivo"},
      {"column", "region,tipe,profile\nBR,meter,vivo\n", "E0201", "t.csv:1:8", "type"},
      {"no actions", "region,type\nBR,meter\n", "E0233", "t.csv:1:1", "what to do"},
      {"no conditions", "profile\nvivo\n", "E0233", "t.csv:1:1", "condition"},
      {"row without condition", "region,profile\n*,vivo\n", "E0233", "t.csv:2:1", "always"},
      {"row without action", "region,profile\nBR,\n", "E0233", "t.csv:2:1", "what to do"},
      {"flag", "ecall,profile\nmaybe,vivo\n", "E0233", "t.csv:2:1", "yes nor no"},
      {"two conditions", "region,profile\nBR or tag has x,vivo\n", "E0233", "t.csv:2:1",
       "several conditions"},
      {"smuggled rule", "region,profile\nBR when ecall then keep,vivo\n", "E0233", "t.csv:2:1",
       "more than"},
      {"smuggled action", "region,profile\nBR,\"vivo, alert \"\"x\"\"\"\n", "E0233", "t.csv:2:5",
       "several actions"},
      {"half an action", "region,hold\nBR,24\n", "E0107", "t.csv:2:6", "end of the cell"},
      {"ragged", "region,profile\nBR\n", "E0232", "t.csv:2:1", "1 cell, the header 2"},
      {"too long", "region,profile\nAR, BR,vivo\n", "E0232", "t.csv:2:8", "3 cells, the header 2"},
      {"quote inside", "region,profile\nB\"R,vivo\n", "E0232", "t.csv:2:2", "middle"},
      {"quote open", "region,profile\n\"BR,vivo\n", "E0232", "t.csv:2:1", "never closed"},
      {"after quote", "region,profile\n\"BR\"x,vivo\n", "E0232", "t.csv:2:5", "closing quote"},
      {"semicolons", "region;profile\nBR;vivo\n", "E0232", "t.csv:1:1", "commas"},
      {"twice", "region,region,profile\nBR,BR,vivo\n", "E0232", "t.csv:1:8", "two columns"},
      {"no name", "region,,profile\nBR,x,vivo\n", "E0232", "t.csv:2:4", "no name"},
      {"empty", "", "E0232", "t.csv:1:1", "empty"},
      {"latin-1", "region,profile\nBR,viv\xF3\n", "E0101", "t.csv:2:7", "UTF-8"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    Loaded loaded = load_table(row.csv);
    CHECK_FALSE(loaded.policy);
    CHECK(loaded.codes() == row.code);
    CHECK_THAT(loaded.rendered(),
               Contains(std::string(row.place)) && Contains(std::string(row.says)));
  }
}

// --- inventories

constexpr std::string_view kSentence = "when region in BR and type=meter then profile=vivo-local";
constexpr std::string_view kProfiles =
    "profile,home,iccid,plmn,download,cost,#contract\n"
    "bootstrap,FR,8933*,,,0,\n"
    "vivo-local,BR,895510*,\"724-06, 724-10\",smdp.vivo.example,250,V-17\n"
    "satellite,none,,,,900,\n";
constexpr std::string_view kDevices =
    "eid,commissioned,type,battery,tag,mains,country\n"
    "89049032123451234512345678901235,2025-11-01,meter,80%,pilot,yes,BR\n"
    "89049032123451234512345678901332,,tracker,75.5%,\"pilot, vip\",no,AR\n";

TEST_CASE("the one line of the mission is a whole policy beside its inventories") {
  MapFiles files{{"profiles.csv", std::string(kProfiles)}, {"devices.csv", std::string(kDevices)}};
  Loaded loaded =
      load(std::string("profiles \"profiles.csv\"\ndevices \"devices.csv\"\n").append(kSentence),
           {}, &files);
  INFO(loaded.rendered(true));
  REQUIRE(loaded.policy);
  CHECK(loaded.codes(true) == "N0323");
  const RuleTable& table = loaded.table();
  REQUIRE(table.profiles.size() == 3);
  CHECK(table.profiles[1].name == "vivo-local");
  CHECK(table.profiles[1].plmns.size() == 2);
  CHECK(table.profiles[1].download == "smdp.vivo.example");
  CHECK(table.profiles[1].cost == 250);
  CHECK(table.profiles[2].home.empty());
  auto type_of = [&](std::string_view name) {
    return table.attributes[*table.find_attribute(name)].type;
  };
  CHECK(type_of("type") == AttributeType::choice);
  CHECK(type_of("battery") == AttributeType::number);
  CHECK(table.attributes[*table.find_attribute("battery")].unit == "%");
  CHECK(type_of("tag") == AttributeType::set_of_text);
  CHECK(type_of("mains") == AttributeType::flag);
  CHECK(type_of("country") == AttributeType::country);
  REQUIRE(loaded.policy->devices.size() == 2);
  const Observation& device = loaded.policy->devices[1];
  CHECK(device.standing);
  CHECK(device.names.eid == "89049032123451234512345678901332");
  CHECK_FALSE(device.commissioned);
  CHECK(loaded.policy->devices[0].commissioned);
  REQUIRE(device.attributes.size() == 5);
  CHECK(device.attributes[0].text == "tracker");
  CHECK(device.attributes[1].number_millionths == 75'500'000);
  CHECK(device.attributes[2].list == std::vector<std::string>{"pilot", "vip"});
  CHECK_FALSE(device.attributes[3].flag);
}

TEST_CASE("what the rule file declares takes the place of an inventory's") {
  MapFiles files{{"p.csv", "profile,home\nvivo-local,AR\n"}, {"d.csv", "device,type\nm1,meter\n"}};
  Loaded loaded = load(
      "profiles \"p.csv\"\ndevices \"d.csv\"\nattribute type : meter | tracker\n"
      "profile vivo-local home BR\n" +
          std::string(kSentence),
      {}, &files);
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  CHECK(loaded.table().profiles.size() == 1);
  CHECK(loaded.table().profiles[0].home.contains(*find_country("BR")));
  CHECK(loaded.table().attributes[0].values.size() == 2);
}

TEST_CASE("mistakes in inventories point at their cell") {
  struct Row {
    std::string_view name, profiles, devices, code, place;
  };
  const Row rows[] = {
      {"column", "profile,hom\nvivo-local,BR\n", "", "E0234", "p.csv:1:9"},
      {"no profile column", "home\nBR\n", "", "E0234", "p.csv:1:1"},
      {"no home", "profile,home\nvivo-local,\n", "", "E0210", "p.csv:2:1"},
      {"bad home", "profile,home\nvivo-local,XX\n", "", "E0203", "p.csv:2:12"},
      {"smuggled", "profile,home\nvivo-local,BR cost 5\n", "", "E0234", "p.csv:2:12"},
      {"iccid", "profile,home,iccid\nvivo-local,BR,8955\n", "", "E0212", "p.csv:2:15"},
      {"twice", "profile,home\nvivo-local,BR\nvivo-local,AR\n", "", "E0207", "p.csv:3:1"},
      {"no key", "", "type\nmeter\n", "E0234", "d.csv:1:1"},
      {"no name", "", "device,type\n,meter\n", "E0234", "d.csv:2:1"},
      {"bad eid", "", "eid,type\n8.9049E+31,meter\n", "E0234", "d.csv:2:1"},
      {"twice", "", "device,type\na,meter\na,meter\n", "E0234", "d.csv:3:1"},
      {"date", "", "device,commissioned,type\na,1.2.2026,meter\n", "E0234", "d.csv:2:3"},
      {"reserved", "", "device,network,type\na,724-05,meter\n", "E0234", "d.csv:1:8"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    MapFiles files{
        {"p.csv",
         std::string(row.profiles.empty() ? "profile,home\nvivo-local,BR\n" : row.profiles)},
        {"d.csv", std::string(row.devices.empty() ? "device,type\na,meter\n" : row.devices)}};
    Loaded loaded =
        load("profiles \"p.csv\"\ndevices \"d.csv\"\n" + std::string(kSentence), {}, &files);
    CHECK_FALSE(loaded.policy);
    CHECK(loaded.codes() == row.code);
    CHECK_THAT(loaded.rendered(), Contains(std::string(row.place)));
  }
}

TEST_CASE("values of declared attributes are checked in the inventory") {
  MapFiles files{{"d.csv", "device,type,battery\na,metre,80%\nb,meter,80 dBm\n"}};
  Loaded loaded = load(
      "devices \"d.csv\"\nattribute type : meter | tracker\nattribute battery : number in %\n"
      "profile vivo home BR\nwhen type = meter and battery > 3% then profile = vivo\n",
      {}, &files);
  CHECK(loaded.codes() == "E0234 E0234");
  CHECK_THAT(loaded.rendered(), Contains("d.csv:2:3") && Contains("d.csv:3:9"));
}

}  // namespace
}  // namespace sojourn::lang
