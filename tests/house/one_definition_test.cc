// No two classes share a name that the linker sees; the check of it can fail.
#include "tests/house/one_definition.h"

#include "tests/support/catch.h"

using namespace sojourn::house;

namespace {

std::string names(const std::string& text) {
  std::string all;
  for (const Definition& one : definitions_in({"a.cc", text})) {
    all += (all.empty() ? "" : " ") + one.name + ":" + std::to_string(one.line);
  }
  return all;
}

}  // namespace

TEST_CASE("no two files of a program define one name") {
  std::vector<SourceFile> files = read_tree({"engine", "lang", "adapters", "tests"}, {".h", ".cc"});
  REQUIRE(files.size() > 100);
  std::size_t defined = 0;
  for (const SourceFile& file : files) defined += definitions_in(file).size();
  CHECK(defined > 500);
  std::string found = to_text(check_one_definition(files));
  INFO(found);
  CHECK(found.empty());
}

TEST_CASE("a definition is known by the namespaces around it") {
  CHECK(names("namespace a {\nstruct B { int x; };\nclass C final : public B {};\n}\n") ==
        "a::B:2 a::C:3");
  CHECK(names("namespace a::b {\ninline namespace c {\nenum class D : int { x };\n}\n}\n") ==
        "a::b::c::D:3");
  CHECK(names("namespace a {\nunion U { int x; };\nenum E { one };\n}\nstruct Out {};\n") ==
        "a::U:2 a::E:3 Out:5");
  CHECK(names("namespace a {\ntemplate <class T, template <class> class X>\nstruct B {};\n"
              "template <>\nstruct B<int> {};\nstruct B<int>::In {};\n}\n") ==
        "a::B:3 a::B<int>:5");
  CHECK(names("namespace a {\nstruct Device::State { int x; };\n}\n") == "a::Device::State:2");
  CHECK(names("namespace a {\nstruct [[nodiscard]] B {};\n}\n") == "a::B:2");
}

TEST_CASE("what is no definition of a name of its own is none") {
  CHECK(names("namespace a {\nstruct B;\nclass C;\nstruct B make(int x) { return {}; }\n}\n")
            .empty());
  CHECK(names("namespace {\nstruct B {};\n}\nnamespace a {\nnamespace {\nclass C {};\n}\n}\n")
            .empty());
  CHECK(names("namespace a {\nvoid f() {\n  struct B {};\n}\nstruct B x{1};\n}\n").empty());
  CHECK(names("namespace a {\nstruct B {\n  struct C {};\n};\n}\n") == "a::B:2");
  CHECK(
      names("namespace a {\n// struct B {};\n/* struct C {}; */\nconst char* x = \"struct D {\";\n"
            "const char* y = R\"(\nstruct E {\n)\";\nchar z = '{';\nint n = 86'400;\n"
            "#define F struct G { \\\n  int x; }\nauto h = [] { return 1; };\nstruct I {};\n}\n") ==
      "a::I:13");
  CHECK(names("namespace a {\nenum Kind f(enum Kind x) { return x; }\n}\n").empty());
}

TEST_CASE("two definitions of one name in a program are found") {
  SourceFile one{"engine/base/a.h", "namespace a {\nstruct B { int x; };\n}\n"};
  SourceFile other{"adapters/cli/b.cc", "namespace a {\n\nstruct B { long y; };\n}\n"};
  CHECK(to_text(check_one_definition({one, other})) ==
        "adapters/cli/b.cc:3: `a::B` is defined in engine/base/a.h:2 as well, and the linker keeps "
        "one of the two; rename it, or put it into an unnamed namespace\n");
  auto finds = [&](const std::string& path, const std::string& text) {
    return check_one_definition({one, {path, text}}).size();
  };
  CHECK(finds("lang/b.cc", "namespace a {\nnamespace {\nstruct B { long y; };\n}\n}\n") == 0);
  CHECK(finds("lang/b.cc", "namespace b {\nstruct B { long y; };\n}\n") == 0);
  CHECK(finds("tests/lang/b_test.cc", "namespace a {\nstruct B {};\n}\n") == 1);
  // The same file twice, as a header is read in many.
  CHECK(check_one_definition({one, one}).empty());
}

TEST_CASE("tests of different folders do not meet, those of one do") {
  auto in = [](const std::string& path) {
    return SourceFile{path, "namespace a {\nstruct World {};\n}\n"};
  };
  CHECK(check_one_definition({in("tests/lang/a.cc"), in("tests/geo/b.cc")}).empty());
  CHECK(check_one_definition({in("tests/lang/a.cc"), in("tests/lang/b.h")}).size() == 1);
  CHECK(check_one_definition({in("tests/support/a.h"), in("tests/lang/b.h")}).size() == 1);
}
