// The tree keeps the house style; the check of it can fail.
#include "tests/house/style_rules.h"

#include "tests/support/catch.h"

using namespace sojourn::house;

namespace {

std::string form(const std::string& path, const std::string& text) {
  return to_text(check_form({{path, text}}));
}

std::string wording(const std::string& text) { return to_text(check_wording({{"a.cc", text}})); }

std::string repeated(const std::string& line, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += line;
  return text;
}

}  // namespace

TEST_CASE("the tree's files have the form of the house") {
  std::string found = to_text(check_form(
      read_tree({"engine", "lang", "adapters", "geodata", "tests"}, {".h", ".hpp", ".cc"})));
  INFO(found);
  CHECK(found.empty());
}

TEST_CASE("the tree's texts are finished and tied to no machine") {
  std::vector<SourceFile> files = read_tree(
      {"engine", "lang", "adapters", "geodata", "rules-examples", "tests", "dev", "CMakeLists.txt",
       "README.md", "CONTRIBUTING.md", "CHANGELOG.md"},
      {".h", ".hpp", ".cc", ".def", ".md", ".sojourn", ".py", ".sh", ".cmake", "CMakeLists.txt"});
  REQUIRE(files.size() > 10);
  std::string found = to_text(check_wording(files));
  INFO(found);
  CHECK(found.empty());
}

TEST_CASE("a header begins with a comment and guards itself") {
  CHECK(form("a.h", "// What it is.\n#pragma once\n").empty());
  CHECK(form("a.h", "#pragma once\n") ==
        "a.h:1: a header begins with a comment that says what it is; write it\n");
  CHECK(form("a.h", "// What it is.\n") ==
        "a.h:1: no `#pragma once`; write it below the first comment\n");
  CHECK_FALSE(form("a.h", "").empty());
  CHECK(form("a.cc", "#include \"a.h\"\n").empty());
  CHECK(form("a.cc", "int a;") == "a.cc:1: the last line has no end; add a line break\n");
}

TEST_CASE("a file has at most 700 lines") {
  CHECK(form("a.cc", repeated("\n", 699)).empty());
  CHECK(form("a.cc", repeated("\n", 700)).empty());
  CHECK(form("a.cc", repeated("\n", 701)) ==
        "a.cc:701: longer than 700 lines; it holds two ideas: give each its own file\n");
}

TEST_CASE("words that no text may hold") {
  const std::string mark =
      "TO"
      "DO";
  CHECK(wording("fine\n// " + mark + ": later\n") ==
        "a.cc:2: `" + mark + "`; do it, or leave it out\n");
  CHECK_FALSE(wording(mark).empty());
  CHECK(wording(mark + "S and a " + mark + "_LIST").empty());
  CHECK(wording(std::string("89") + "XX"
                                    "XX")
            .empty());
  CHECK_FALSE(wording("open(\"/ho"
                      "me/me/x\")")
                  .empty());
  CHECK_FALSE(wording("/wo"
                      "rk/shared")
                  .empty());
  CHECK(wording("adapters/wo"
                "rk/shared and ../wo"
                "rk/x")
            .empty());
  CHECK_FALSE(wording("get it from crates"
                      ".io")
                  .empty());
}
