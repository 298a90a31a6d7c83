// A file that others write is followed: what is appended counts, whoever renames or empties it.
#include "adapters/service/feed.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/cli/run_program.h"
#include "tests/service/little_service.h"

using namespace sojourn;
using namespace sojourn::testing;

namespace {

std::string said_by(const std::string& device, int second = 0) {
  return R"({"ts":"2026-01-01T00:00:0)" + std::to_string(second) + R"(Z","device":")" + device +
         R"(","network":"208-01"})";
}

struct Fed {
  Fed() { service.set_clock("2026-01-01T00:01:00Z"); }
  void start() { feed.start(); }
  void append(const std::string& text) { std::ofstream(path, std::ios::app) << text; }
  // Is so much known of the device, and so many reports taken in all?
  bool knows(const std::string& device) {
    return service.until([&] { return service.row(device).policy.has_value(); });
  }
  std::string log() const { return read_whole(scratch.file("log")); }

  ScratchFolder scratch;
  std::string path = scratch.file("reports");
  LittleService service{"policy p\ntimezone UTC\nprofile global home FR\notherwise keep\n"};
  std::unique_ptr<service::Log> out = std::move(service::Log::open(scratch.file("log"))).value();
  service::Feed feed{{path}, service.engine(), *out};
};

}  // namespace

TEST_CASE("what is appended to a file of observations is taken in") {
  Fed fed;
  fed.append(said_by("d1") + "\n");
  fed.start();
  REQUIRE(fed.knows("d1"));
  fed.append(said_by("d2") + "\n");
  REQUIRE(fed.knows("d2"));
  SECTION("a line that is written in two pieces is one") {
    std::string line = said_by("d3");
    fed.append(said_by("d4") + "\n" + line.substr(0, 40));
    REQUIRE(fed.knows("d4"));
    fed.append(line.substr(40) + "\n");
    REQUIRE(fed.knows("d3"));
  }
  SECTION("the last line needs no end") {
    fed.append(said_by("d3"));
    REQUIRE(fed.knows("d3"));
    fed.append("\n" + said_by("d4") + "\n");
    REQUIRE(fed.knows("d4"));
  }
  SECTION("it is renamed, and another has its name") {
    std::ofstream writer(fed.path, std::ios::app);
    std::filesystem::rename(fed.path, fed.path + ".1");
    writer << said_by("d3") << std::endl;
    fed.append(said_by("d4") + "\n");
    REQUIRE(fed.knows("d3"));
    writer << said_by("d5") << std::endl;  // it has not noticed
    REQUIRE(fed.knows("d4"));
    REQUIRE(fed.knows("d5"));
  }
  SECTION("it is emptied") {
    std::ofstream(fed.path, std::ios::trunc) << said_by("d3") << "\n";
    REQUIRE(fed.knows("d3"));
  }
  fed.feed.stop();
  CHECK(fed.log().empty());
}

TEST_CASE("a file of observations that is not there yet is told, and read when it is") {
  Fed fed;
  fed.start();
  REQUIRE(fed.service.until([&] { return !fed.log().empty(); }));
  fed.append(said_by("d1") + "\n");
  REQUIRE(fed.knows("d1"));
  // An EID with a digit too many: the log says where it stands, and not what it is.
  const std::string mistyped = "890490320000000000000000000000661";
  fed.append(R"({"ts":"2026-01-01T00:00:00Z","eid":")" + mistyped + "\"}\nnonsense\n");
  fed.append(said_by("d2") + "\n");
  REQUIRE(fed.knows("d2"));
  fed.feed.stop();
  std::string log = fed.log();
  std::size_t first = log.find("cannot read");
  REQUIRE(first != std::string::npos);
  CHECK(log.find("cannot read", first + 1) == std::string::npos);  // once
  CHECK(log.find("lines refused") != std::string::npos);
  CHECK(log.find("line 2: E0632: line without a device") != std::string::npos);
  CHECK(log.find("8904903") == std::string::npos);
}
