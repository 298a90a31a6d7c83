// Whoever is in memory is found there, whatever came and went beside it.
#include "adapters/service/device_table.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "adapters/service/device_row.h"
#include "tests/service/little_service.h"

using namespace sojourn;
using namespace sojourn::testing;
using service::DeviceTable;
using service::LiveDevice;

TEST_CASE("a table of devices knows who is in it, and nobody else") {
  LittleService service(
      "policy p\ntimezone UTC\nprofile global home FR iccid 8933*\notherwise keep\n");
  auto policy = service.tenant().policy();
  DeviceTable table;
  CHECK(table.find("d1") == nullptr);
  std::set<std::string> known;
  std::mt19937 random(7);
  // So few names that each comes and goes often, in a table that grows to a few hundred places.
  for (int step = 0; step < 20'000; ++step) {
    std::string label = "d" + std::to_string(random() % 200);
    bool is_known = known.contains(label);
    LiveDevice* found = table.find(label);
    REQUIRE((found != nullptr) == is_known);
    if (is_known) {
      REQUIRE(found->label == label);
      table.erase(found->label);
      known.erase(label);
    } else {
      LiveDevice* added = table.add(std::make_unique<LiveDevice>(policy, label, LoopOptions()));
      REQUIRE(table.find(label) == added);
      known.insert(label);
    }
    REQUIRE(table.size() == known.size());
    if (step % 1'000 != 0) continue;
    for (int n = 0; n < 200; ++n) {
      std::string one = "d" + std::to_string(n);
      REQUIRE(table.contains(one) == known.contains(one));
    }
  }
  table.clear();
  CHECK(table.size() == 0);
  CHECK(table.find("d1") == nullptr);
}

TEST_CASE("what a stored row says of policies and reasons is read again as it was written") {
  service::DeviceRow row;
  row.policy = sha256({});
  for (int n = 0; n <= static_cast<int>(WaitReason::report); ++n) {
    row.waits_for = static_cast<WaitReason>(n);
    auto again = service::device_row_from(to_bytes(row));
    REQUIRE(again.ok());
    CHECK(*again == row);
  }
  CHECK(*service::device_row_from(to_bytes(service::DeviceRow())) == service::DeviceRow());
  std::string text = service::digest_text(*row.policy);
  CHECK(service::digest_from(text) == row.policy);
  CHECK(!service::digest_from("none yet"));
  CHECK(!service::digest_from(text.substr(0, text.size() - 1)));
}
