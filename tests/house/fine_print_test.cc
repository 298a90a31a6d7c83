// Every line of the fine print has a test that is named for it; the check of it can fail.
#include "tests/house/fine_print.h"

#include "tests/support/catch.h"

using namespace sojourn::house;

namespace {

SourceFile whole_map() {
  SourceFile map{"SEMANTICS.md", "# Lines\n"};
  for (const std::string& line : fine_print_lines()) {
    map.text += "| " + line + " | what | `lang/laws/all.sojourn` \"" + line + ": it `is` so\" |\n";
  }
  return map;
}

SourceFile whole_test() {
  SourceFile file{"tests/lang/laws/all.sojourn", ""};
  for (const std::string& line : fine_print_lines())
    file.text += "test \"" + line + ": it `is` so\"\n";
  return file;
}

std::string found(const SourceFile& map, const std::vector<SourceFile>& tests) {
  return to_text(check_fine_print(map, tests));
}

// The map with `from` written as `to`.
SourceFile map_with(const std::string& from, const std::string& to) {
  SourceFile map = whole_map();
  std::size_t at = map.text.find(from);
  REQUIRE(at != std::string::npos);
  map.text.replace(at, from.size(), to);
  return map;
}

}  // namespace

TEST_CASE("every clause of the fine print is mapped to tests that are there") {
  std::vector<SourceFile> maps = read_tree({"tests/lang/SEMANTICS.md"}, {".md"});
  REQUIRE(maps.size() == 1);
  std::vector<SourceFile> tests = read_tree({"tests"}, {".cc", ".sojourn", ".h"});
  std::string what = found(maps[0], tests);
  INFO(what);
  CHECK(what.empty());
}

TEST_CASE("a test is named for the lines with whose numbers its name begins") {
  auto in_cc = [](const std::string& text) { return lines_tested_in({"a_test.cc", text}); };
  CHECK(in_cc("TEST_CASE(\"9a: it is so\") {\n") == std::set<std::string>{"9a"});
  CHECK(in_cc("TEST_CASE(\n    \"2, 22a: it is so\") {\n") == std::set<std::string>{"2", "22a"});
  CHECK(in_cc("TEST_CASE(\"27 devices: many\") {\n").empty());
  CHECK(in_cc("// TEST_CASE(\"9: not one\")\n").empty());
  CHECK(lines_tested_in({"a.sojourn", "test \"30: IN\" obeying\n"}) == std::set<std::string>{"30"});
  CHECK(lines_tested_in({"a.sojourn", "test \"S4: no line\"\n"}).empty());
}

TEST_CASE("a test's name is what its literals join to") {
  SourceFile file{"a_test.cc", "TEST_CASE(\"a \\\"b\\\" \"\n    \"c\", \"[slow]\") {\n"};
  CHECK(tests_in(file) == std::set<std::string>{"a \"b\" c"});
}

TEST_CASE("a line without a row or without a test is found") {
  CHECK(found(whole_map(), {whole_test()}).empty());
  const std::string row = "| 9a | what | `lang/laws/all.sojourn` \"9a: it `is` so\" |\n";
  CHECK(found(map_with(row, ""), {whole_test()}) ==
        "SEMANTICS.md: line 9a of the fine print has no row in its place; add one\n");
  SourceFile test = whole_test();
  test.text.erase(test.text.find("test \"30"));
  SourceFile map = map_with("30: it", "29: it");
  CHECK(found(map, {test}) ==
        "SEMANTICS.md: no test is named for line 30; begin a test's name with \"30: \"\n");
  map = whole_map();
  map.text += row;
  CHECK(found(map, {whole_test()}) ==
        "SEMANTICS.md:34: a row of line 9a stands out of order; put it in its place\n");
  CHECK(found(map_with("| 30 ", "| 31 "), {whole_test()}) ==
        "SEMANTICS.md:33: a row of line 31 stands out of order; put it in its place\n"
        "SEMANTICS.md: line 30 of the fine print has no row in its place; add one\n");
}

TEST_CASE("a row that cites a test which is not there is found") {
  const std::string cited = "`lang/laws/all.sojourn` \"1: it `is` so\"";
  CHECK(
      found(map_with(cited, cited + "; `lang/laws/all.sojourn` \"2: it `is` so\""), {whole_test()})
          .empty());
  CHECK(found(map_with(cited, "`lang/laws/all.sojourn` \"1: it is so\""), {whole_test()}) ==
        "SEMANTICS.md:2: `lang/laws/all.sojourn` has no test \"1: it is so\"; name one that is "
        "there\n");
  CHECK(found(map_with(cited, "`lang/laws/gone.sojourn` \"1: it `is` so\""), {whole_test()}) ==
        "SEMANTICS.md:2: there is no `lang/laws/gone.sojourn`; name one that is there\n");
  CHECK(found(map_with(cited, "`lang/laws/all.sojourn`"), {whole_test()}) ==
        "SEMANTICS.md:2: `lang/laws/all.sojourn` has no test \"\"; name one that is there\n");
  for (const char* wrong :
       {"somewhere", "`lang/laws/all.sojourn` 1", "`lang/laws/all.sojourn", ""}) {
    CHECK(found(map_with(cited, wrong), {whole_test()}) ==
          "SEMANTICS.md:2: the row ends with its tests: `path` \"name\", separated by `; `\n");
  }
}
