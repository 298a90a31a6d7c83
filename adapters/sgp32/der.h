// Tag, length, value: the reader and the writer under every SGP.32 message.
//
//   DerWriter out(bytes);                     Context context{Reading::tolerant};
//   auto package = out.open(0xBF51);          Cursor in(bytes, context);
//   out.octets(0x5F37, signature);            Element package;
//   out.close(package);                       if (in.next(package)) use(package.content);
//
// The writer writes DER (X.690) and nothing else. The reader has two modes: `strict` refuses what
// is not DER; `tolerant` takes what is unambiguous and notes it in the context: non-minimal
// definite lengths and integers, any non-zero TRUE, padding bits that are set. Both take trailing
// zero bits of a named bit string and a DEFAULT that is written out, and note them: eUICCs in the
// field sign such bytes. Both refuse indefinite lengths and constructed strings.
//
// Everything here is linear in the input, allocates nothing but what it returns, and reads no byte
// outside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace sojourn::sgp32 {

// The identifier octets as they stand on the wire: 0x80, 0x5F37, 0xBF51, 0x9F8148. No SGP.32 tag
// needs more than three; a fourth is the most the reader takes.
using Tag = std::uint32_t;

inline constexpr Tag kNoTag = 0;
inline constexpr Tag kTagBoolean = 0x01, kTagInteger = 0x02, kTagBits = 0x03, kTagOctets = 0x04,
                     kTagNull = 0x05, kTagOid = 0x06, kTagUtf8 = 0x0C, kTagSequence = 0x30;

constexpr int tag_size(Tag tag) {
  return tag > 0xFFFFFF ? 4 : tag > 0xFFFF ? 3 : tag > 0xFF ? 2 : 1;
}
// The bit that says "constructed", in the first identifier octet.
constexpr Tag form_bit(Tag tag) { return Tag{0x20} << (8 * (tag_size(tag) - 1)); }
constexpr bool is_constructed(Tag tag) { return (tag & form_bit(tag)) != 0; }

enum class Reading : std::uint8_t { tolerant, strict };

// What can be wrong with a message, or, where it was taken all the same, what was odd about it.
enum class Flaw : std::uint8_t {
#define SOJOURN_FLAW(name, kind, text) name,
#include "adapters/sgp32/flaws.def"
#undef SOJOURN_FLAW
};

// One flaw at its place: the byte in the message, and the member or type it was found in.
struct Finding {
  Flaw flaw{};
  std::size_t offset = 0;
  std::string_view name;  // static text of the schema; may be empty
};
std::string to_text(const Finding& finding);       // "byte 17: `eidValue` is missing"
Diagnostic to_diagnostic(const Finding& finding);  // E0801 to E0803, or E0901 for a limit

// How one message is being read, and what was found. The first refusal wins.
struct Context {
  Reading reading = Reading::tolerant;
  const std::uint8_t* origin = nullptr;  // first byte of the message: offsets count from here
  bool failed = false;
  Finding refusal;
  std::vector<Finding> oddities;
  std::size_t element_count = 0;  // values built so far, against kDerElementsMax

  std::size_t offset_of(const std::uint8_t* at) const {
    return origin == nullptr ? 0 : static_cast<std::size_t>(at - origin);
  }
  // Both return what the caller should return: false for a refusal.
  bool refuse(Flaw flaw, const std::uint8_t* at, std::string_view name = {});
  bool note(Flaw flaw, const std::uint8_t* at, std::string_view name = {});
  bool count_element(const std::uint8_t* at, std::string_view name);
  // Not DER, yet unambiguous: refused in strict mode, noted in tolerant mode.
  bool not_der(Flaw flaw, const std::uint8_t* at, std::string_view name = {}) {
    return reading == Reading::strict ? refuse(flaw, at, name) : note(flaw, at, name);
  }
};

struct Element {
  Tag tag = kNoTag;
  ByteView encoding;  // with the header: what a signature covers
  ByteView content;
};

// Walks the elements of a byte string, one after the other.
class Cursor {
 public:
  Cursor(ByteView bytes, Context& context)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()), context_(&context) {}

  bool at_end() const { return at_ == end_; }
  const std::uint8_t* at() const { return at_; }
  // The next element, or false with the context's refusal set. Requires: !at_end().
  bool next(Element& element);

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  Context* context_;
};

// --- contents, by type ---------------------------------------------------------------------------
// Each reads the content octets of a primitive element; false means refused.
bool read_integer(ByteView content, Context& context, std::string_view name, std::int64_t& value);
bool read_boolean(ByteView content, Context& context, std::string_view name, bool& value);
bool read_null(ByteView content, Context& context, std::string_view name);
// Valid UTF-8 (no over-long forms, no surrogates)? Yields the number of characters.
bool read_utf8(ByteView content, Context& context, std::string_view name, std::size_t& char_count);
// Bits, first bit first, without trailing zero bits; at most 64 are kept, more are refused when
// set.
bool read_bits(ByteView content, Context& context, std::string_view name, std::string& bits);
bool check_oid(ByteView content, Context& context, std::string_view name);

// A Certificate or SubjectPublicKeyInfo under any tag: yields it whole, with its 30. One that kept
// its 30 inside the tag is taken as not quite DER.
bool read_x509(const Element& element, Context& context, std::string_view name, Bytes& der);

std::string oid_text(ByteView content);                          // "2.999.10"; empty when malformed
std::optional<Bytes> oid_content(std::string_view dotted_text);  // absent when not an OID

// The content octets of the shortest two's complement form, in `buffer`.
struct IntegerContent {
  std::uint8_t bytes[8];
  std::uint8_t size;
  ByteView view() const { return {bytes, size}; }
};
IntegerContent integer_content(std::int64_t value);
Bytes bits_content(std::string_view bits);  // "0101": named bits; trailing zeros are cut

// Appends DER to a byte string that it does not own.
class DerWriter {
 public:
  explicit DerWriter(Bytes& out) : out_(&out) {}

  // An element whose length is not known yet: write its content, then close it. Elements nest.
  struct Open {
    std::size_t length_at;
  };
  Open open(Tag tag);
  void close(Open element);

  void octets(Tag tag, ByteView content);
  void integer(Tag tag, std::int64_t value) { octets(tag, integer_content(value).view()); }
  void boolean(Tag tag, bool value);
  void null(Tag tag) { octets(tag, {}); }
  void utf8(Tag tag, std::string_view text) { octets(tag, as_bytes(text)); }
  void raw(ByteView encoding) { out_->insert(out_->end(), encoding.begin(), encoding.end()); }

 private:
  void identifier(Tag tag);
  Bytes* out_;
};

}  // namespace sojourn::sgp32
