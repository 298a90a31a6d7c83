// Policies of several files.
#include "engine/base/file_limits.h"
#include "engine/base/limits.h"
#include "tests/lang/load.h"
#include "tests/lang/map_files.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

using Catch::Matchers::Contains;
using testing::load;
using testing::Loaded;
using testing::MapFiles;

constexpr std::string_view kShared =
    "attribute type : meter | tracker\nprofile local home BR\nregion SOUTH = BR, UY\n";
constexpr std::string_view kRule = "when region in SOUTH and type = meter then profile = local\n";

TEST_CASE("an import brings the declarations of another file") {
  MapFiles files{{"team/shared.sojourn", std::string(kShared)}};
  Loaded loaded =
      load(std::string("import \"shared.sojourn\"\n").append(kRule).append("otherwise keep\n"), {},
           &files, "team/policy.sojourn");
  INFO(loaded.rendered(true));
  REQUIRE(loaded.policy);
  CHECK(loaded.rendered(true).empty());
  Loaded one = load(std::string(kShared).append(kRule).append("otherwise keep\n"));
  REQUIRE(one.policy);
  CHECK(loaded.table().meaning_digest == one.table().meaning_digest);
  CHECK(loaded.table().text_digest != one.table().text_digest);
}

TEST_CASE("rules of an imported file decide, and are known by their own line") {
  MapFiles files{{"br.sojourn", std::string(kShared).append("\n").append(kRule)}};
  Loaded loaded = load("import \"br.sojourn\"\notherwise keep\n", {}, &files);
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  REQUIRE(loaded.table().rules.size() == 1);
  CHECK(loaded.table().rules[0].origin.text() == "br.sojourn:5");
}

TEST_CASE("a file named twice counts once, however its path is written") {
  MapFiles files{{"a.sojourn", "import \"c.sojourn\"\n"},
                 {"b.sojourn", "import \"./x/../c.sojourn\"\n"},
                 {"c.sojourn", std::string(kShared).append(kRule)}};
  Loaded loaded =
      load("import \"a.sojourn\"\nimport \"b.sojourn\"\nimport \"a.sojourn\"\n", {}, &files);
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  CHECK(loaded.table().rules.size() == 1);
  CHECK(files.read_count() == 3);
}

TEST_CASE("a circle of imports names the chain") {
  MapFiles files{{"a.sojourn", "import \"b.sojourn\"\n"},
                 {"b.sojourn", "# first\nimport \"a.sojourn\"\n"},
                 {"self.sojourn", "import \"policy.sojourn\"\n"}};
  Loaded loaded = load("import \"a.sojourn\"\n", {}, &files);
  CHECK(loaded.codes() == "E0230");
  CHECK_THAT(
      loaded.rendered(),
      Contains("b.sojourn:2:8") && Contains("`a.sojourn` imports `b.sojourn` imports `a.sojourn`"));
  Loaded itself = load("import \"self.sojourn\"\n", {}, &files);
  CHECK(itself.codes() == "E0230");
}

TEST_CASE("mistakes are shown in the file that has them") {
  MapFiles files{{"lib.sojourn", "attribute type : meter\n\nprofile local home XX\n"}};
  Loaded loaded =
      load("import \"lib.sojourn\"\nwhen type = metre then profile = local\n", {}, &files);
  CHECK(loaded.codes() == "E0204 E0203");
  CHECK_THAT(loaded.rendered(), Contains("lib.sojourn:3:20") && Contains("policy.sojourn:2:13"));
}

TEST_CASE("the same declaration in two files counts once, different ones are an error") {
  MapFiles files{{"same.sojourn", "attribute type :  meter |\n  tracker\n"},
                 {"other.sojourn", "attribute type : meter | car\n"}};
  std::string own =
      "attribute type : meter | tracker\nprofile local home BR\n"
      "when type = meter then profile = local\n";
  CHECK(load("import \"same.sojourn\"\n" + own, {}, &files).policy);
  Loaded differs = load("import \"other.sojourn\"\n" + own, {}, &files);
  CHECK(differs.codes() == "E0207");
  CHECK_THAT(differs.rendered(), Contains("other.sojourn:1:11"));
  // In one file it is a slip, even when nothing differs.
  CHECK(load(own + "attribute type : meter | tracker\n").codes() == "E0207");
}

TEST_CASE("tests and the policy line stay in their file; other settings are refused") {
  std::string lib = std::string("policy lib\n  timezone UTC\n")
                        .append(kShared)
                        .append(kRule)
                        .append(
                            "otherwise keep\ntest \"t\"\n  given type = meter\n"
                            "  at 2026-01-01 10:00 network 724-05\n  expect keep\n");
  MapFiles files{{"lib.sojourn", lib}};
  Loaded loaded = load("policy whole\nimport \"lib.sojourn\"\notherwise keep\n", {}, &files);
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  CHECK(loaded.policy->tests.empty());
  CHECK(loaded.table().settings.name == "whole");
  Loaded zone =
      load("policy whole timezone America/Sao_Paulo\nimport \"lib.sojourn\"\n", {}, &files);
  CHECK(zone.codes() == "E0231");
  CHECK_THAT(zone.rendered(), Contains("lib.sojourn:2:12"));
  Loaded settle = load("policy whole settle 1 hour\nimport \"lib.sojourn\"\n", {}, &files);
  CHECK(settle.codes() == "E0231");
}

TEST_CASE("the number and the depth of imports have limits") {
  MapFiles files;
  for (std::size_t i = 0; i <= limits::kImportDepthMax + 1; ++i) {
    files.add(fmt::format("{}.sojourn", i), fmt::format("import \"{}.sojourn\"\n", i + 1));
  }
  files.add(fmt::format("{}.sojourn", limits::kImportDepthMax + 2), "");
  CHECK(load("import \"3.sojourn\"\n", {}, &files).codes().empty());
  CHECK(load("import \"2.sojourn\"\n", {}, &files).codes() == "E0901");
  std::string many;
  for (std::size_t i = 0; i <= limits::kNamedFilesMax; ++i) {
    files.add(fmt::format("n{}.sojourn", i), "");
    many += fmt::format("import \"n{}.sojourn\"\n", i);
  }
  CHECK(load(many, {}, &files).codes() == "E0901");
}

TEST_CASE("a missing file is reported where it is named") {
  MapFiles files;
  Loaded loaded = load("\nimport \"gone.sojourn\"\n", {}, &files);
  CHECK(loaded.codes() == "E0001");
  CHECK_THAT(loaded.rendered(), Contains("policy.sojourn:2:8"));
}

constexpr std::string_view kBans =
    "attribute type : meter | tracker\nattribute unused : flag\nregion FAR = BR, AR\n"
    "set slow = meter\ndefine settled = type in slow\nprofile other home DE\n"
    "ban far\n  never roaming in FAR and settled\nban near\n  never roaming in UY\n"
    "rule theirs when type = meter then keep\n";

TEST_CASE("use takes one ban and what it speaks of") {
  MapFiles files{{"bans/x.sojourn", std::string(kBans)}};
  Loaded loaded = load(
      "profile local home BR\nuse ban far from \"bans/x.sojourn\"\n"
      "use ban far from \"bans/x.sojourn\"\notherwise keep\n",
      {}, &files);
  INFO(loaded.rendered(true));
  REQUIRE(loaded.policy);
  CHECK(loaded.table().bans.size() == 1);
  CHECK(loaded.table().bans[0].name == "far");
  CHECK(loaded.table().bans[0].origin.text() == "bans/x.sojourn:7");
  CHECK(loaded.table().rules.empty());
  CHECK(loaded.table().profiles.size() == 1);
  CHECK(loaded.table().attributes.size() == 1);
}

TEST_CASE("two bans of one file share what both speak of; a wrong name is told") {
  MapFiles files{{"x.sojourn", std::string(kBans)}};
  Loaded both = load(
      "profile local home BR\nuse ban far from \"x.sojourn\"\n"
      "use ban near from \"x.sojourn\"\n",
      {}, &files);
  INFO(both.rendered());
  REQUIRE(both.policy);
  CHECK(both.table().bans.size() == 2);
  Loaded wrong = load("use ban fur from \"x.sojourn\"\n", {}, &files);
  CHECK(wrong.codes() == "E0235");
  CHECK_THAT(wrong.rendered(), Contains("policy.sojourn:1:9") && Contains("did you mean `far`?"));
}

TEST_CASE("a policy adds its own notice and remedy to a ban of a file, and leaves its reading") {
  MapFiles files{{"x.sojourn",
                  "ban far\n  notice 3 days\n"
                  "  never roaming in BR on more than 90 consecutive days\n"}};
  std::string policy = "profile local home BR\nuse ban far from \"x.sojourn\"\n";
  Loaded own = load(policy + "  notice 10 days\n  remedy profile = local\n", {}, &files);
  INFO(own.rendered());
  REQUIRE(own.policy);
  REQUIRE(own.table().bans.size() == 1);
  CHECK(own.table().bans[0].notice_days == 10);
  CHECK(own.table().bans[0].remedy.has_value());
  CHECK(own.table().bans[0].origin.text() == "x.sojourn:1");
  Loaded as_it_is = load(policy, {}, &files);
  REQUIRE(as_it_is.policy);
  CHECK(as_it_is.table().bans[0].notice_days == 3);
  Loaded another = load(policy + "  never roaming in BR\n", {}, &files);
  CHECK(another.codes() == "E0210");
  CHECK_THAT(another.rendered(), Contains("policy.sojourn:3:3"));
  std::string again = "  notice 10 days\nuse ban far from \"x.sojourn\"\n";
  CHECK(load(policy + again + "  notice 10 days\n", {}, &files).policy);
  Loaded twice = load(policy + again + "  notice 4 days\n", {}, &files);
  CHECK(twice.codes() == "E0207");
  CHECK_THAT(twice.rendered(), Contains("policy.sojourn:4:9") && Contains("the first time"));
}

TEST_CASE("fmt keeps what is named") {
  SourceMap sources;
  DiagnosticList diagnostics;
  std::string text =
      "import \"a b.sojourn\"  # ours\n\nuse ban no-roaming from \"bans/x.sojourn\"\n"
      "  notice 10 days  # ours\n\n"
      "table \"t.csv\"\nprofiles \"p.csv\"\ndevices \"d.csv\"\n";
  CHECK(format("p.sojourn", text, sources, diagnostics) == text);
}

}  // namespace
}  // namespace sojourn::lang
