// Rows of a host's own columns are decided as the rules read.
#include <sojourn/sojourn.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "engine/graph/graph_file.h"
#include "engine/proof/compile.h"
#include "tests/proof/policy_builder.h"
#include "tests/support/catch.h"
#include "tests/support/fake_gazetteer.h"

namespace sojourn {
namespace {

using embed::Policy;
using embed::Situations;

// The policy as a host maps it; the file is gone afterwards.
Policy mapped(const RuleTable& table) {
  CompileOptions options;
  auto graph = compile(std::make_shared<const RuleTable>(table), options);
  REQUIRE(graph.ok());
  auto path = std::filesystem::temp_directory_path() /
              fmt::format("situations-{}-{}.graph", ::getpid(), table.rules.size());
  Bytes bytes = write_graph_file(**graph);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  auto policy = Policy::map(path.string(), std::make_shared<testing::FakeGazetteer>());
  std::filesystem::remove(path);
  REQUIRE(policy);
  return policy.value();
}

std::size_t column(const Situations& situations, const std::string& question) {
  const std::vector<std::string>& all = situations.questions();
  auto at = std::find(all.begin(), all.end(), question);
  REQUIRE(at != all.end());
  return static_cast<std::size_t>(at - all.begin());
}

}  // namespace

TEST_CASE("a row of values is decided as the rules read") {
  testing::PolicyBuilder builder;
  ConditionIndex meter = builder.choice("type", {"meter", "lamp"}, "meter");
  ConditionIndex full = builder.number_at_least("battery", "%", 30);
  builder.rule("full-meters", builder.all({meter, full}), "a");
  builder.rule("brazil", builder.all({builder.in("BR"), builder.no(meter)}), "b");
  Situations situations(mapped(builder.table));
  std::size_t columns = situations.questions().size();
  std::size_t type = column(situations, "type"), battery = column(situations, "battery");

  struct Row {
    embed::AttributeValue type, battery;
    std::string profile, rule;
  };
  const std::vector<Row> rows = {{"meter", 29.9, "", ""},
                                 {"meter", 30.0, "a", "full-meters"},
                                 {"meter", 100.0, "a", "full-meters"},
                                 {std::monostate(), 100.0, "", ""},
                                 {"meter", std::monostate(), "", ""},
                                 {"lamp", 50.0, "b", "brazil"}};
  std::vector<std::uint16_t> codes;
  for (const Row& row : rows) {
    for (std::size_t q = 0; q < columns; ++q) {
      embed::AttributeValue value;
      if (q == type) value = row.type;
      if (q == battery) value = row.battery;
      if (situations.questions()[q] == "region") value = std::string("BR");
      if (situations.questions()[q].starts_with("installed")) value = true;
      if (situations.questions()[q].starts_with("quarantined")) value = false;
      auto code = situations.code(q, value);
      INFO(situations.questions()[q]);
      REQUIRE(code);
      codes.push_back(code.value());
    }
  }
  std::vector<std::uint32_t> found = situations.decide(codes);
  REQUIRE(found.size() == rows.size());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    INFO("row " << r);
    CHECK(situations.outcome(found[r]).profile == rows[r].profile);
    CHECK(situations.outcome(found[r]).rule == rows[r].rule);
  }
}

TEST_CASE("what is no answer to a question is told") {
  testing::PolicyBuilder builder;
  ConditionIndex meter = builder.choice("type", {"meter", "lamp"}, "meter");
  builder.rule("meters", builder.all({meter, builder.number_at_least("battery", "%", 30)}), "a");
  Situations situations(mapped(builder.table));
  std::size_t type = column(situations, "type");
  CHECK(!situations.code(type, std::string("tractor")));
  CHECK(!situations.code(type, 1.0));
  CHECK(!situations.code(type, std::vector<std::string>{"meter"}));
  CHECK(!situations.code(situations.questions().size(), true));
  CHECK(situations.code(type, std::string("lamp")));
}

}  // namespace sojourn
