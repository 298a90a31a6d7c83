// Every line of the fine print has a test that is named for it; the check of it can fail.
#include "tests/house/fine_print.h"

#include "tests/support/catch.h"

using namespace sojourn::house;

namespace {

SourceFile whole_table() {
  SourceFile table{"README.md", "# Lines\n"};
  for (const std::string& line : fine_print_lines()) table.text += "| " + line + " what | a |\n";
  return table;
}

SourceFile whole_test() {
  SourceFile file{"tests/lang/laws/all.sojourn", ""};
  for (const std::string& line : fine_print_lines())
    file.text += "test \"" + line + ": it is so\"\n";
  return file;
}

}  // namespace

TEST_CASE("every line of the fine print has a row in the table and a test of its name") {
  std::vector<SourceFile> tables = read_tree({"tests/lang/README.md"}, {".md"});
  REQUIRE(tables.size() == 1);
  std::vector<SourceFile> tests = read_tree({"tests"}, {".cc", ".sojourn", ".h"});
  std::string found = to_text(check_fine_print(tables[0], tests));
  INFO(found);
  CHECK(found.empty());
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

TEST_CASE("a line without a row or without a test is found, and a row of nothing") {
  CHECK(check_fine_print(whole_table(), {whole_test()}).empty());
  SourceFile table = whole_table();
  table.text.erase(table.text.find("| 9a"), std::string("| 9a what | a |\n").size());
  CHECK(to_text(check_fine_print(table, {whole_test()})) ==
        "README.md: line 9a of the fine print has no row; add one\n");
  SourceFile test = whole_test();
  test.text.erase(test.text.find("test \"30"));
  CHECK(to_text(check_fine_print(whole_table(), {test})) ==
        "README.md: no test is named for line 30; begin a test's name with \"30: \"\n");
  table = whole_table();
  table.text += "| 1 | `laws/all` `laws/gone` |\n";
  CHECK(to_text(check_fine_print(table, {whole_test()})) ==
        "README.md:34: `laws/gone` is no test; name one that is there\n");
}
