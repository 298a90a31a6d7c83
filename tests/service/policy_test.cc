// A policy as the service reads it: from a folder of this machine that nobody else hears of.
#include "adapters/service/policy.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "adapters/service/files.h"
#include "tests/support/catch.h"
#include "tests/support/fake_gazetteer.h"

namespace sojourn::service {
namespace {

namespace fs = std::filesystem;

struct Folder {
  Folder() { fs::create_directories(path / "policies"); }
  ~Folder() { fs::remove_all(path); }
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(path / name) << text;
  }
  fs::path path = fs::temp_directory_path() / ("policy-test-" + std::to_string(::getpid()));
};

constexpr std::string_view kPolicy = R"(import "../common.sojourn"
attribute type : meter | tracker
rule meters when region in BR and type = meter then profile = local
otherwise keep
)";

}  // namespace

TEST_CASE("records and findings name files as seen from the policy, not this machine's folders") {
  Folder folder;
  folder.write("common.sojourn",
               "profile local home BR download \"smdp.example.com\"\n"
               "rule far when region in AR then profile = local\n");
  std::string path = (folder.path / "policies/main.sojourn").string();
  sojourn::testing::FakeGazetteer world;
  PolicyCheck check = check_policy(path, kPolicy, DiskFiles(), world);
  for (const PolicyFinding& finding : check.findings) {
    INFO(finding.rendered);
    CHECK(finding.rendered.find(folder.path.string()) == std::string::npos);
  }
  REQUIRE(check.runnable);
  std::vector<std::string> files;
  for (const Rule& rule : check.runnable.prepared->table().rules) files.push_back(rule.origin.path);
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  CHECK(files == std::vector<std::string>{"../common.sojourn", "main.sojourn"});

  // What came over the network is kept to the folder, by whatever name.
  PolicyCheck sent =
      check_policy(path, kPolicy, FolderFiles((folder.path / "policies").string()), world);
  CHECK(!sent.runnable);
  REQUIRE(!sent.findings.empty());
  CHECK(sent.findings[0].code == "E0001");
}

}  // namespace sojourn::service
