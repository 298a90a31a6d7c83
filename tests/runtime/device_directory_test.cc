#include "engine/runtime/device_directory.h"

#include "tests/support/catch.h"

using namespace sojourn;

TEST_CASE("a device is its EID, else its IMEI, else its name") {
  DeviceDirectory directory;
  const std::string eid = "89049032123451234512345678901235";
  DeviceIndex by_eid = directory.find_or_add({eid, "356938035643809", "m1"});
  CHECK(directory.label(by_eid) == eid);
  CHECK(directory.find_or_add({eid, "", ""}) == by_eid);

  SECTION("a line with only an IMEI belongs to the EID last seen with it") {
    CHECK(directory.find_or_add({"", "356938035643809", ""}) == by_eid);
    const std::string other = "89049032005675368283150513175643";
    DeviceIndex moved = directory.find_or_add({other, "356938035643809", ""});
    CHECK(moved != by_eid);
    CHECK(directory.find_or_add({"", "356938035643809", ""}) == moved);
  }
  SECTION("an inventory names the EID beside an IMEI until a line does") {
    DeviceDirectory told(
        [&](const std::string& imei) { return imei == "356938035643809" ? eid : std::string(); });
    DeviceIndex first = told.find_or_add({"", "356938035643809", ""});
    CHECK(told.label(first) == eid);
    CHECK(told.find_or_add({eid, "", ""}) == first);
    CHECK(told.label(told.find_or_add({"", "111111111111111", ""})) == "111111111111111");
    const std::string other = "89049032005675368283150513175643";
    DeviceIndex moved = told.find_or_add({other, "356938035643809", ""});
    CHECK(told.find_or_add({"", "356938035643809", ""}) == moved);
    CHECK(told.find_or_add({eid, "", ""}) == first);
  }
  SECTION("an IMEI nobody was seen with is a device") {
    DeviceIndex by_imei = directory.find_or_add({"", "111111111111111", "x"});
    CHECK(directory.label(by_imei) == "111111111111111");
    CHECK(directory.find_or_add({"", "111111111111111", "y"}) == by_imei);
  }
  SECTION("a name alone is a device of its own, even when it looks like another's EID name") {
    DeviceIndex by_name = directory.find_or_add({"", "", "m1"});
    CHECK(by_name != by_eid);
    CHECK(directory.find_or_add({"", "", "m1"}) == by_name);
    CHECK(directory.size() == 2);
  }
}
