// No EID leaves the house with a log.
#include "adapters/service/log.h"

#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <string>

#include "engine/base/diagnostic_code.h"
#include "tests/cli/run_program.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::testing;
using service::Log;

TEST_CASE("messages that quote EIDs are logged without them") {
  ScratchFolder scratch;
  const std::string path = scratch.file("log");
  const std::string eid = "89049032000000000000000000000066";
  const std::string digest(64, '7');
  {
    auto log = std::move(Log::open(path)).value();
    log->error(make_diagnostic(Code::E0234, "the device `" + eid + "` is listed twice", eid));
    log->warn("`" + eid + "1` or " + eid.substr(1) + "O", {{"value", "x=" + eid}});
    log->info("iccid 89550000000000000001", {{"policy", "sha256:" + digest}});
  }
  const std::string text = read_whole(path);
  CHECK(text.find(eid.substr(0, 12)) == std::string::npos);
  CHECK(text.find(eid.substr(1, 12)) == std::string::npos);
  CHECK(text.find("the device `an EID` is listed twice") != std::string::npos);
  CHECK(text.find("`an EID` or an EID\",\"value\":\"x=an EID\"") != std::string::npos);
  CHECK(text.find("iccid 89550000000000000001") != std::string::npos);
  CHECK(text.find(digest) != std::string::npos);
}

TEST_CASE("a pipe that nobody reads is told, not waited for") {
  ScratchFolder scratch;
  const std::string path = scratch.file("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  auto log = Log::open(path);
  REQUIRE_FALSE(log);
  CHECK(log.error().message.find("nobody reads") != std::string::npos);
}
