#include "engine/runtime/audit_chain.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace sojourn;

namespace {

std::vector<std::string> chain_of(std::size_t count) {
  AuditChain chain("acme", {1, 2, 3});
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < count; ++i) {
    lines.push_back(chain.append(R"({"ts":"2026-01-01T00:00:00Z","outcome":"keep"})",
                                 "8904903212345123451234567890123" + std::to_string(i)));
  }
  return lines;
}

// The message of the first line that does not verify, or "".
std::string verdict(const std::vector<std::string>& lines) {
  ChainVerifier verifier;
  for (const std::string& line : lines) {
    Status status = verifier.check(line);
    if (!status) return status.error().message;
  }
  return "";
}

}  // namespace

TEST_CASE("an untouched chain verifies") {
  CHECK(verdict(chain_of(5)) == "");
  CHECK(verdict({}) == "");
}

TEST_CASE("a line is the JSON that the library writes, whatever is in it") {
  AuditChain chain("ac\"me", {1, 2, 3});
  for (std::string record : {R"({"a":"b"})", R"({"a":"\"\\ /"})", "{\"a\":\"S\u00e3o Paulo\"}",
                             "tab\t line\n \x01 \x7f", "bad \xff\xc3"}) {
    std::string line = chain.append(record, "d \\ \"1\"");
    INFO(line);
    CHECK(nlohmann::ordered_json::parse(line).dump() == line);
    CHECK(verdict({line}).find("was changed") == std::string::npos);
  }
}

TEST_CASE("a chain continues where another process left it") {
  AuditChain first("acme", {1});
  std::vector<std::string> lines = {first.append("a", "d1"), first.append("b", "d2")};
  AuditChain second("acme", {1}, first.head(), first.sequence());
  lines.push_back(second.append("c", "d3"));
  CHECK(verdict(lines) == "");
}

TEST_CASE("a missing, reordered, repeated or foreign record is found and named") {
  auto lines = chain_of(4);
  CHECK(verdict({lines[0], lines[2], lines[3]}) == "record 1: missing: record 2 follows");
  CHECK(verdict({lines[1], lines[2]}) == "record 0: missing: record 1 follows");
  CHECK(verdict({lines[0], lines[1], lines[0]}) == "record 2: out of order: record 0 follows");
  CHECK(verdict({lines[0], lines[2], lines[1], lines[3]}) == "record 1: missing: record 2 follows");
  AuditChain other("globex", {9});
  other.append("x", "d");
  CHECK(verdict({lines[0], other.append("y", "d")}) ==
        "record 1: belongs to another tenant, `globex`");
  CHECK(verdict({lines[0], "{\"sequence\":1}"}) ==
        "record 1: the line is not a record of the chain");
}

TEST_CASE("every changed byte of a record is found") {
  auto lines = chain_of(3);
  for (std::size_t i = 0; i < lines[1].size(); ++i) {
    auto changed = lines;
    changed[1][i] = changed[1][i] == '7' ? '8' : '7';
    if (changed[1] == lines[1]) continue;
    INFO("byte " << i << ": " << changed[1]);
    CHECK(verdict(changed) != "");
  }
}

TEST_CASE("names can be taken out without breaking the chain") {
  auto lines = chain_of(3);
  auto hidden = pseudonymise(lines[1]);
  REQUIRE(hidden.ok());
  CHECK(hidden->find("8904") == std::string::npos);
  CHECK(verdict({lines[0], *hidden, lines[2]}) == "");
  CHECK_FALSE(pseudonymise("not a record").ok());
}
