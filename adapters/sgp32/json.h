// Messages as JSON and back.
//
//   Result<Bytes> der = encode_json("EimAcknowledgements", "[7, 8]");
//   Result<std::string> text = decode_json("EimAcknowledgements", *der);
//
// SEQUENCE is an object keyed by ASN.1 identifiers, SEQUENCE OF an array, CHOICE an object with one
// key, INTEGER a number, BOOLEAN true or false, NULL null, OCTET STRING lower-case hex, UTF8String
// a string, OBJECT IDENTIFIER dotted text, BIT STRING `'0101'B` with the first bit first and no
// trailing zeros, a certificate or key the hex of the whole X.509 structure. Absent members are
// left out; members with a DEFAULT are always written by decode_json and may be left out for
// encode_json.
#pragma once

#include "adapters/sgp32/schema.h"

namespace sojourn::sgp32 {

struct JsonOptions {
  Version version = Version::v1_2;
  Reading reading = Reading::tolerant;
  int indent = -1;  // blanks per level; -1 for one line
};

// Errors: E0805 no such type in this version, E0806 not JSON, E0804 not a value of the type.
Result<Bytes> encode_json(std::string_view type_name, std::string_view json_text,
                          const JsonOptions& options = {});
// Errors: E0805, or what the reader found (E0801 to E0803, E0901).
Result<std::string> decode_json(std::string_view type_name, ByteView message,
                                const JsonOptions& options = {});

}  // namespace sojourn::sgp32
