// Random values of every type: written, read, written again. The generator walks the same tables as
// the codec, but knows nothing of bytes.
#include <random>

#include "adapters/sgp32/catalogue.h"
#include "adapters/sgp32/json.h"
#include "adapters/sgp32/value.h"
#include "engine/base/diagnostic_code.h"
#include "tests/support/catch.h"

using namespace sojourn;
using namespace sojourn::sgp32;

namespace {

class Generator {
 public:
  Generator(unsigned seed, Version version) : random_(seed), version_(version) {}

  Value make(const Type& type) {
    Value value;
    value.type = &type;
    switch (type.kind) {
      case Kind::boolean:
        value.number = static_cast<std::int64_t>(below(2));
        break;
      case Kind::integer:
        value.number = type.size.max <= 2 ? static_cast<std::int64_t>(below(128)) : integer();
        break;
      case Kind::null:
        break;
      case Kind::octets:
        value.bytes = bytes(length(type, 40));
        break;
      case Kind::utf8:
        value.text = text(length(type, 40));
        break;
      case Kind::bits:
        for (std::size_t i = below(10); i > 0; --i) value.text += below(2) != 0 ? '1' : '0';
        if (!value.text.empty()) value.text.back() = '1';
        break;
      case Kind::oid:
        value.bytes = *oid_content("2.999." + std::to_string(below(1u << 30)));
        break;
      case Kind::x509:
        DerWriter(value.bytes).octets(kTagSequence, *from_hex("3003020101300003020001"));
        break;
      case Kind::sequence:
        make_members(type, value);
        break;
      case Kind::sequence_of:
        for (std::size_t i = below(4); i > 0; --i)
          value.children.push_back(make(*type.element->type));
        break;
      case Kind::choice:
        make_alternative(type, value);
        break;
    }
    return value;
  }

 private:
  void make_members(const Type& type, Value& value) {
    for (const Member& member : type.members) {
      if (!member.exists(version_)) continue;
      if (member.presence == Presence::optional && below(2) == 0) continue;
      value.children.push_back(make(*member.type));
      value.children.back().member = &member;
    }
  }
  void make_alternative(const Type& type, Value& value) {
    const Member* chosen = nullptr;
    while (chosen == nullptr) {
      const Member& candidate = type.members[below(type.members.size())];
      if (candidate.exists(version_)) chosen = &candidate;
    }
    value.children.push_back(make(*chosen->type));
    value.children.back().member = chosen;
  }
  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::size_t length(const Type& type, std::size_t usual_max) {
    std::size_t most = std::min<std::size_t>(type.size.max, type.size.min + usual_max);
    // The ends of the range are the values that break things.
    switch (below(4)) {
      case 0:
        return type.size.min;
      case 1:
        return most;
      default:
        return type.size.min + below(most - type.size.min + 1);
    }
  }
  std::int64_t integer() {
    auto value = static_cast<std::int64_t>(std::uniform_int_distribution<std::uint64_t>()(random_));
    return value >> below(64);
  }
  Bytes bytes(std::size_t size) {
    Bytes out(size);
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(below(256));
    return out;
  }
  std::string text(std::size_t char_count) {
    static const char* const kCharacters[] = {
        "a", "7", ".", "\xC3\xA9", "\xE4\xB8\xAD", "\xF0\x9F\x98\x80"};
    std::string out;
    while (char_count-- > 0) out += kCharacters[below(std::size(kCharacters))];
    return out;
  }

  std::mt19937 random_;
  Version version_;
};

bool same(const Value& a, const Value& b) {
  if (a.type != b.type || a.number != b.number || a.bytes != b.bytes || a.text != b.text) {
    return false;
  }
  return std::equal(
      a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
      [](const Value& x, const Value& y) { return x.member == y.member && same(x, y); });
}

}  // namespace

TEST_CASE("random values of every type survive DER and JSON") {
  unsigned seed = Catch::rngSeed() != 0 ? Catch::rngSeed() : 20261125u;
  INFO("seed " << seed);
  for (const CatalogueEntry& entry : catalogue()) {
    for (Version version : {Version::v1_0, Version::v1_2}) {
      const Type* type = entry.type(version);
      if (type == nullptr) continue;
      INFO(entry.name() << " " << version_text(version));
      Generator generator(seed, version);
      for (int round = 0; round < 20; ++round) {
        Value value = generator.make(*type);
        Result<Bytes> der = encode(value, version);
        if (!der) FAIL(der.error().message);
        Result<Decoded> again = decode(*type, *der, version, Reading::strict);
        if (!again) FAIL(again.error().message << " in " << to_hex(*der));
        CHECK(again->oddities.empty());
        if (!same(value, again->value)) FAIL_CHECK("another value from " << to_hex(*der));
        JsonOptions options{.version = version, .reading = Reading::strict};
        std::string json = *decode_json(entry.name(), *der, options);
        CHECK(*encode_json(entry.name(), json, options) == *der);
      }
    }
  }
}

TEST_CASE("values that are none are not written") {
  struct Row {
    const char* type;
    const char* json;
    Code code;
    const char* part;  // of the message
  };
  const Row rows[] = {
      {"GetEimPackageRequest", "{}", Code::E0804, "`eidValue` is missing"},
      {"GetEimPackageRequest", R"({"eidValue": "89"})", Code::E0804, "`eidValue` is shorter"},
      {"GetEimPackageRequest", R"({"eidValue": 7})", Code::E0804, "hex"},
      {"GetEimPackageRequest", R"({"eidValu": ""})", Code::E0804, "has no member `eidValu`"},
      {"EimAcknowledgements", "[1.5]", Code::E0804, "whole number"},
      {"EimAcknowledgements", "[18446744073709551615]", Code::E0804, "64 bits"},
      {"EimAcknowledgements", "[1", Code::E0806, "JSON"},
      {"EimAcknowledgments", "[]", Code::E0805, "EimAcknowledgments"},
      {"CancelSessionResponseEsipa", "{}", Code::E0804, "exactly one alternative"},
      {"NotificationMetadata",
       R"({"seqNumber": 1, "profileManagementOperation": "01", "notificationAddress": ""})",
       Code::E0804, "bit string"},
  };
  for (const Row& one : rows) {
    INFO(one.json);
    Result<Bytes> der = encode_json(one.type, one.json);
    REQUIRE(!der.ok());
    CHECK(der.error().code == one.code);
    CHECK(der.error().message.find(one.part) != std::string::npos);
  }
  CHECK(encode_json("GetEimPackageRequest", R"({"eidValu": ""})").error().help ==
        "did you mean `eidValue`?");
}

TEST_CASE("limits") {
  // One element more than the limit: refused; the limit itself: taken.
  for (std::size_t count : {std::size_t{65'535}, std::size_t{65'536}}) {
    Bytes message;
    DerWriter out(message);
    DerWriter::Open list = out.open(0xBF53);
    for (std::size_t i = 0; i < count; ++i) out.integer(0x80, 1);
    out.close(list);
    Result<Decoded> decoded = decode(*find_type("EimAcknowledgements", Version::v1_2), message,
                                     Version::v1_2, Reading::strict);
    CHECK(decoded.ok() == (count == 65'535));  // the list is an element too
    if (!decoded) CHECK(decoded.error().code == Code::E0901);
  }
  Bytes large(std::size_t{4} << 20, 0);
  large.push_back(0);
  CHECK(decode(*find_type("EimAcknowledgements", Version::v1_2), large, Version::v1_2,
               Reading::tolerant)
            .error()
            .code == Code::E0901);
}
