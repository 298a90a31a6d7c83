// The tree keeps the table of rooms; the check of it can fail.
#include "tests/house/include_rules.h"

#include "tests/support/catch.h"

using namespace sojourn::house;

namespace {

const std::vector<std::string> kPaths = {
    "engine/base/result.h",     "engine/graph/graph.h",     "engine/device/device.h",
    "engine/proof/build.h",     "engine/runtime/loop.h",    "lang/check.h",
    "lang/testing/run.h",       "lang/testing/test_case.h", "lang/server/serve.h",
    "adapters/geo/index.h",     "adapters/sgp32/der.h",     "adapters/eim/order.h",
    "adapters/simulator/ipa.h", "adapters/service/rest.h",  "adapters/cli/main.cc",
    "tests/support/catch.h"};

std::string findings(const std::string& path, const std::string& text) {
  return to_text(check_includes({{path, text}}, kPaths));
}

bool allowed(const std::string& path, const std::string& include) {
  return findings(path, "#include " + include + "\n").empty();
}

}  // namespace

TEST_CASE("the tree's includes keep to the table of rooms") {
  std::vector<SourceFile> files = read_tree({"engine", "lang", "adapters"}, {".h", ".hpp", ".cc"});
  REQUIRE(files.size() > 10);
  std::vector<std::string> paths;
  for (const SourceFile& file :
       read_tree({"engine", "lang", "adapters"}, {".h", ".hpp", ".cc", ".def", ".inc"})) {
    paths.push_back(file.path);
  }
  std::string found = to_text(check_includes(files, paths));
  INFO(found);
  CHECK(found.empty());
}

TEST_CASE("a room includes itself and what its row names") {
  CHECK(allowed("engine/base/a.h", "\"engine/base/result.h\""));
  CHECK(allowed("engine/graph/a.cc", "\"engine/base/result.h\""));
  CHECK(allowed("engine/proof/a.cc", "\"engine/device/device.h\""));
  CHECK(allowed("lang/a.cc", "\"engine/proof/build.h\""));
  CHECK(allowed("lang/testing/a.cc", "\"engine/runtime/loop.h\""));
  CHECK(allowed("lang/server/a.cc", "\"lang/testing/run.h\""));
  CHECK(allowed("adapters/eim/a.cc", "\"adapters/sgp32/der.h\""));
  CHECK(allowed("adapters/service/a.cc", "\"adapters/eim/order.h\""));
  CHECK(allowed("adapters/cli/explain.cc", "\"adapters/service/rest.h\""));
}

TEST_CASE("a room includes nothing above it or beside it") {
  CHECK(
      findings("engine/base/a.h", "#pragma once\n\n  # include \"engine/graph/graph.h\"\n") ==
      "engine/base/a.h:3: engine/base may not include engine/graph but only itself; move the code "
      "to the room that may, or turn the dependency round with a port in engine/base\n");
  CHECK_FALSE(allowed("engine/graph/a.cc", "\"engine/device/device.h\""));
  CHECK_FALSE(allowed("engine/device/a.cc", "\"engine/proof/build.h\""));
  CHECK_FALSE(allowed("engine/device/a.cc", "\"engine/runtime/loop.h\""));
  CHECK_FALSE(allowed("engine/runtime/a.cc", "\"engine/proof/build.h\""));
  CHECK_FALSE(allowed("engine/proof/a.cc", "\"lang/check.h\""));
  CHECK_FALSE(allowed("lang/a.cc", "\"engine/runtime/loop.h\""));
  CHECK_FALSE(allowed("lang/a.cc", "\"lang/testing/run.h\""));
  CHECK_FALSE(allowed("lang/testing/a.cc", "\"lang/server/serve.h\""));
  CHECK_FALSE(allowed("lang/a.cc", "\"adapters/geo/index.h\""));
  CHECK_FALSE(allowed("adapters/geo/a.cc", "\"engine/device/device.h\""));
  CHECK_FALSE(allowed("adapters/sgp32/a.cc", "\"adapters/eim/order.h\""));
  CHECK_FALSE(allowed("adapters/simulator/a.cc", "\"adapters/eim/order.h\""));
  CHECK_FALSE(allowed("adapters/service/a.cc", "\"adapters/cli/main.cc\""));
  CHECK_FALSE(allowed("engine/base/a.cc", "\"tests/support/catch.h\""));
}

TEST_CASE("a file may belong to another room than its folder") {
  CHECK(allowed("lang/lang.h", "\"lang/testing/test_case.h\""));
  CHECK(allowed("lang/testing/run.h", "\"lang/testing/test_case.h\""));
  CHECK_FALSE(allowed("lang/testing/test_case.h", "\"engine/runtime/loop.h\""));
  CHECK_FALSE(allowed("adapters/geo/a.cc", "\"lang/testing/test_case.h\""));
}

TEST_CASE("an include names a file of the tree from its root") {
  CHECK_FALSE(allowed("engine/base/a.cc", "\"result.h\""));
  CHECK_FALSE(allowed("engine/base/a.cc", "\"../base/result.h\""));
  CHECK_FALSE(allowed("engine/base/a.cc", "\"engine/base/gone.h\""));
}

TEST_CASE("a file in no room is found") {
  CHECK_FALSE(allowed("adapters/new_one/a.cc", "<vector>"));
  CHECK_FALSE(allowed("engine/a.cc", "<vector>"));
}

TEST_CASE("libraries stay in the .cc files of the rooms built on them") {
  CHECK(allowed("engine/base/instant.cc", "<fmt/format.h>"));
  CHECK_FALSE(allowed("engine/base/instant.h", "<fmt/format.h>"));
  CHECK(allowed("engine/base/bytes.cc", "<openssl/sha.h>"));
  CHECK_FALSE(allowed("engine/base/source.cc", "<openssl/sha.h>"));
  CHECK(allowed("engine/base/time_zone.cc", "<date/tz.h>"));
  CHECK_FALSE(allowed("lang/parse.cc", "<date/tz.h>"));
  CHECK(allowed("lang/parse.cc", "<tao/pegtl.hpp>"));
  CHECK_FALSE(allowed("lang/parse.h", "<tao/pegtl.hpp>"));
  CHECK_FALSE(allowed("lang/testing/parse.cc", "<tao/pegtl.hpp>"));
  CHECK(allowed("adapters/geo/a.cc", "<boost/geometry.hpp>"));
  CHECK_FALSE(allowed("adapters/geo/a.h", "<boost/geometry.hpp>"));
  CHECK_FALSE(allowed("engine/base/a.cc", "<boost/geometry.hpp>"));
  CHECK_FALSE(allowed("engine/device/a.cc", "<GeographicLib/Geodesic.hpp>"));
  CHECK_FALSE(allowed("engine/base/a.cc", "<nlohmann/json.hpp>"));
  CHECK_FALSE(allowed("adapters/sgp32/a.h", "<nlohmann/json.hpp>"));
  CHECK_FALSE(allowed("adapters/service/a.cc", "<simdjson.h>"));
  CHECK_FALSE(allowed("adapters/service/a.cc", "<coap3/coap.h>"));
  CHECK_FALSE(allowed("adapters/sgp32/a.cc", "<openssl/evp.h>"));
  CHECK_FALSE(allowed("engine/base/a.cc", "<sqlite3.h>"));
  CHECK(allowed("adapters/cli/main.cc", "<CLI/CLI.hpp>"));
  CHECK_FALSE(allowed("adapters/cli/explain.cc", "<CLI/CLI.hpp>"));
  CHECK_FALSE(allowed("adapters/geo/a.cc", "<boost/spirit.hpp>"));
}

TEST_CASE("a library spreads over no more files than its row says") {
  std::vector<SourceFile> files = {{"lang/a.cc", "#include <tao/pegtl.hpp>\n"},
                                   {"lang/b.cc", "\n#include <tao/pegtl/contrib/analyze.hpp>\n"}};
  CHECK(
      to_text(check_includes(files, kPaths)) ==
      "lang/b.cc:2: <tao/pegtl/contrib/analyze.hpp> is in lang/a.cc already; keep it in 1 files of "
      "a room\n");
}

TEST_CASE("no <regex> anywhere, no clock, chance or thread in engine and lang") {
  CHECK_FALSE(allowed("adapters/cli/a.cc", "<regex>"));
  for (const char* header : {"<chrono>", "<random>", "<thread>", "<future>", "<ctime>"}) {
    INFO(header);
    CHECK_FALSE(allowed("engine/device/a.cc", header));
    CHECK_FALSE(allowed("lang/server/a.cc", header));
    CHECK(allowed("adapters/service/a.cc", header));
  }
  CHECK_FALSE(allowed("engine/base/a.cc", "<sys/stat.h>"));
  CHECK_FALSE(allowed("engine/base/a.cc", "<string.h>"));
  CHECK(allowed("engine/base/a.cc", "<mutex>"));
}

TEST_CASE("lines that include nothing are passed over") {
  CHECK(findings("engine/base/a.cc",
                 "// #include <regex>\n#define X\n#include\n#include <\n#if 0\ninclude <regex>\n")
            .empty());
}
