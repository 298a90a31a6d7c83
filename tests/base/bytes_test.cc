// Hexadecimal, base64, SHA-256.
#include "engine/base/bytes.h"

#include <random>

#include "tests/support/catch.h"

using namespace sojourn;

namespace {

Bytes bytes_of(std::string_view text) {
  ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

std::string hash(std::string_view text) { return to_hex(sha256(as_bytes(text))); }

}  // namespace

TEST_CASE("hexadecimal") {
  CHECK(to_hex({}).empty());
  CHECK(to_hex(Bytes{0x00, 0x09, 0xAF, 0xFF}) == "0009afff");
  CHECK(from_hex("") == Bytes{});
  CHECK(from_hex("0009aFfF") == Bytes{0x00, 0x09, 0xAF, 0xFF});
  for (std::string_view wrong : {"0", "000", "0g", "g0", " 0", "0x", "0:", "0/", "0@", "0`", "é"}) {
    INFO(wrong);
    CHECK_FALSE(from_hex(wrong).has_value());
  }
}

TEST_CASE("base64: the vectors of RFC 4648 section 10") {
  struct Row {
    std::string_view text;
    std::string_view base64;
  };
  for (const Row& row : std::initializer_list<Row>{{"", ""},
                                                   {"f", "Zg=="},
                                                   {"fo", "Zm8="},
                                                   {"foo", "Zm9v"},
                                                   {"foob", "Zm9vYg=="},
                                                   {"fooba", "Zm9vYmE="},
                                                   {"foobar", "Zm9vYmFy"}}) {
    CHECK(to_base64(as_bytes(row.text)) == row.base64);
    CHECK(from_base64(row.base64) == bytes_of(row.text));
  }
  CHECK(to_base64(Bytes{0xFB, 0xFF, 0xBF}) == "+/+/");
}

TEST_CASE("base64 has one spelling: everything else is refused") {
  for (std::string_view wrong :
       {"Z", "Zg", "Zg=", "=", "====", "Z===", "=g==", "Zm=v", "Zg==Zg==", "Zm8=Zm9v",
        "Zh==",  // stray bits below one byte
        "Zm9=",  // stray bits below two bytes
        "Zm9v\n", " Zm9", "Zm9v Zm9v", "Zm-v", "Zm_v", "Zm9v====", "Zm9vYg=a"}) {
    INFO(wrong);
    CHECK_FALSE(from_base64(wrong).has_value());
  }
}

TEST_CASE("bytes survive both written forms") {
  std::mt19937 random(20260401);
  for (std::size_t size = 0; size < 70; ++size) {
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    CHECK(from_hex(to_hex(bytes)) == bytes);
    CHECK(from_base64(to_base64(bytes)) == bytes);
  }
}

TEST_CASE("SHA-256: the examples of FIPS 180-4") {
  CHECK(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hash(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
