// Value: any SGP.32 message as a tree that knows its schema and its place in the input.
//
//   Result<Decoded> message = decode(*find_type("EuiccPackageResult", v), bytes, v,
//   Reading::tolerant); Bytes again = encode(message->value, v).value();
//
// The general path: complete, used by the JSON binding, the dump and the tests. What the eIM does
// thousands of times a second goes through messages.h, which reads the same tables.
#pragma once

#include <vector>

#include "adapters/sgp32/schema.h"

namespace sojourn::sgp32 {

struct Value {
  const Type* type = nullptr;      // null: a member that the schema does not know, kept as it is
  const Member* member = nullptr;  // what its parent calls it; null for the root and for elements
  std::int64_t number = 0;         // INTEGER; BOOLEAN as 0 or 1
  Bytes bytes;       // OCTET STRING; OID content; x509 with its 30; unknown: whole element
  std::string text;  // UTF8String; BIT STRING as "0101" without trailing zeros
  std::vector<Value> children;  // members in order; elements; the one alternative of a CHOICE

  // Where it stood in the input: header and content. No size: a DEFAULT that was not written.
  std::size_t offset = 0;
  std::size_t header_size = 0;
  std::size_t content_size = 0;

  // The member of that name, or null. Names are those of `version`.
  const Value* find(std::string_view name, Version version = Version::v1_2) const;
};

struct Decoded {
  Value value;
  std::vector<Finding> oddities;  // taken, but not DER
};

// Reads one whole message. Requires nothing of the bytes.
Result<Decoded> decode(const Type& type, ByteView message, Version version, Reading reading);

// The same, keeping what was read up to the refusal: for showing where a message goes wrong.
struct PartlyDecoded {
  Value value;
  std::vector<Finding> oddities;
  std::optional<Finding> refusal;
};
PartlyDecoded decode_as_far_as_possible(const Type& type, ByteView message, Version version,
                                        Reading reading);

// DER of the value. E0804 when it is not a value of its type: a member missing, a size out of
// range.
Result<Bytes> encode(const Value& value, Version version);

}  // namespace sojourn::sgp32
