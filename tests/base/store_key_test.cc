// Keys order as their parts do, read back as they were put together, and never mix tenants.
#include "engine/base/store_key.h"

#include <limits>
#include <random>
#include <tuple>
#include <vector>

#include "engine/base/limits.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

StoreKey acme() { return StoreKey(Space::instants, "acme", 1); }

std::string hex(const StoreKey& key) { return to_hex(key.bytes()); }

// Parts with many equal, neighbouring and extreme values.
struct Parts {
  std::string tenant;
  std::uint16_t schema_version = 0;
  std::int64_t number = 0;
  std::string text;
  std::uint64_t count = 0;

  StoreKey key() const {
    return StoreKey(Space::orders, tenant, schema_version)
        .add_signed(number)
        .add_text(text)
        .add_unsigned(count);
  }
  auto tied() const { return std::tie(tenant, schema_version, number, text, count); }
};

Parts random_parts(std::mt19937_64& random) {
  static constexpr std::int64_t kNumbers[] = {
      std::numeric_limits<std::int64_t>::min(), -256, -1, 0, 1, 255, 256,
      std::numeric_limits<std::int64_t>::max()};
  static constexpr std::uint64_t kCounts[] = {0, 1, 255, 256, ~std::uint64_t{0}};
  static const std::string kLetters(
      "\x00\x01"
      "a\xFE\xFF",
      5);
  auto text = [&](std::size_t size_min) {
    std::string made;
    for (std::size_t i = size_min + random() % 3; i > 0; --i) made += kLetters[random() % 5];
    return made;
  };
  return {text(1), static_cast<std::uint16_t>(random() % 2 * 256 + random() % 2),
          kNumbers[random() % std::size(kNumbers)], text(0),
          kCounts[random() % std::size(kCounts)]};
}

// std::string compares as unsigned bytes, as keys must.
std::strong_ordering order_of(const Parts& a, const Parts& b) { return a.tied() <=> b.tied(); }

}  // namespace

TEST_CASE("a key is these bytes, for ever") {
  // space, tenant, its end, schema version, then the parts
  CHECK(hex(StoreKey(Space::histories, "a", 258)) ==
        "01"
        "61"
        "0000"
        "0102");
  CHECK(hex(acme().add_unsigned(1)) ==
        "02"
        "61636d65"
        "0000"
        "0001"
        "0000000000000001");
  CHECK(hex(acme().add_signed(-1)) ==
        "02"
        "61636d65"
        "0000"
        "0001"
        "7fffffffffffffff");
  CHECK(hex(acme().add_signed(0)) ==
        "02"
        "61636d65"
        "0000"
        "0001"
        "8000000000000000");
  CHECK(hex(acme().add_text(std::string_view("x\0", 2))) ==
        "02"
        "61636d65"
        "0000"
        "0001"
        "7800ff"
        "0000");
  CHECK(space_name(Space::settings) == "settings");
  CHECK(find_space(8) == Space::settings);
  CHECK_FALSE(find_space(0));
  CHECK_FALSE(find_space(9));
}

TEST_CASE("keys order as their parts do") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    Parts a = random_parts(random);
    Parts b = random_parts(random);
    if (i % 2 == 0) b.tenant = a.tenant;
    if (i % 4 == 0) std::tie(b.schema_version, b.number) = std::tie(a.schema_version, a.number);
    bool agree = (a.key() <=> b.key()) == order_of(a, b) &&
                 compare_bytes(a.key().bytes(), b.key().bytes()) == order_of(a, b);
    if (!agree) FAIL("pair " << i << ": " << hex(a.key()) << " against " << hex(b.key()));
  }
}

TEST_CASE("a key reads back as it was put together") {
  Eid eid{{0x89, 0x04, 0x90, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0}};
  StoreKey key = acme()
                     .add_instant(kBeginning)
                     .add_eid(eid)
                     .add_bytes(Bytes{0, 255, 0})
                     .add_text("")
                     .add_unsigned(7);
  StoreKeyReader parts(key);
  CHECK(parts.space() == Space::instants);
  CHECK(parts.tenant() == "acme");
  CHECK(parts.schema_version() == 1);
  CHECK_FALSE(parts.complete());
  CHECK(parts.read_instant() == kBeginning);
  CHECK(parts.read_eid() == eid);
  CHECK(parts.read_bytes() == Bytes{0, 255, 0});
  CHECK(parts.read_text().empty());
  CHECK(parts.read_unsigned() == 7);
  CHECK(parts.complete());
  CHECK(StoreKey::from_stored(key.bytes()) == key);
}

TEST_CASE("a part that is not there reads as nothing, once and for all") {
  StoreKey key = acme().add_unsigned(5);
  StoreKeyReader eid(key);
  CHECK(eid.read_eid() == Eid{});
  CHECK(eid.read_unsigned() == 0);  // though eight bytes are left
  CHECK_FALSE(eid.complete());
  StoreKeyReader too_much(key);
  CHECK(too_much.read_unsigned() == 5);
  CHECK(too_much.read_signed() == 0);
  CHECK_FALSE(too_much.complete());
  StoreKey endless = acme().add_unsigned(~std::uint64_t{0});
  StoreKeyReader no_end(endless);
  CHECK(no_end.read_text().empty());
  CHECK_FALSE(no_end.complete());
}

TEST_CASE("bytes that do not begin as every key does are no key") {
  for (const char* bytes : {"", "01", "0161", "016100", "01610000", "0161000000",
                            "0000610000"
                            "0001",
                            "09610000"
                            "0001",
                            "010000"
                            "0001",
                            "016100"
                            "01"
                            "0000"
                            "0001"}) {
    INFO(bytes);
    CHECK_FALSE(StoreKey::from_stored(*from_hex(bytes)));
  }
  CHECK(
      StoreKey::from_stored(*from_hex("01610000"
                                      "0001")));
  for (std::size_t size : {limits::kTenantBytesMax - 1, limits::kTenantBytesMax}) {
    StoreKey key(Space::audit, std::string(size, 't'), 1);
    CHECK(StoreKey::from_stored(key.bytes()));
  }
  Bytes too_long(limits::kTenantBytesMax + 2, 't');
  too_long[0] = 1;
  too_long.insert(too_long.end(), {0, 0, 0, 1});
  CHECK_FALSE(StoreKey::from_stored(too_long));
}

TEST_CASE("a prefix holds what goes on from it, and nothing else") {
  StoreRange acme_first = StoreRange::with_prefix(acme());
  CHECK(acme_first.contains(acme()));
  CHECK(acme_first.contains(acme().add_unsigned(~std::uint64_t{0})));
  CHECK_FALSE(acme_first.contains(StoreKey(Space::instants, "acme", 2)));
  CHECK_FALSE(acme_first.contains(StoreKey(Space::instants, "acme", 0)));
  CHECK_FALSE(acme_first.contains(StoreKey(Space::instants, "acmes", 1)));
  CHECK_FALSE(acme_first.contains(StoreKey(Space::outbox, "acme", 1)));
  // The end of a prefix of FF bytes.
  StoreKey last = StoreKey(Space::instants, "\xFF", 0xFFFF).add_unsigned(~std::uint64_t{0});
  CHECK(StoreRange::with_prefix(last).contains(StoreKey(last).add_unsigned(~std::uint64_t{0})));
  CHECK_FALSE(StoreRange::with_prefix(last).contains(StoreKey(Space::outbox, "a", 0)));

  StoreKey ten = acme().add_unsigned(10);
  CHECK_FALSE(acme_first.after(ten).contains(ten));
  CHECK(acme_first.after(ten).contains(StoreKey(ten).add_text("")));
  CHECK(acme_first.after(acme()).contains(ten));
  CHECK_FALSE(acme_first.before(ten).contains(ten));
  CHECK(acme_first.before(ten).contains(acme().add_unsigned(9).add_unsigned(1)));
  // Never beyond the range itself.
  CHECK_FALSE(acme_first.after(StoreKey(Space::audit, "z", 1)).contains(ten));
  CHECK_FALSE(
      acme_first.before(StoreKey(Space::audit, "z", 1)).contains(StoreKey(Space::orders, "a", 1)));
}

TEST_CASE("a key describes itself") {
  CHECK(describe(acme()) == "instants of `acme` version 1");
  CHECK(describe(acme().add_unsigned(1)) == "instants of `acme` version 1, key 0000000000000001");
}

}  // namespace sojourn
