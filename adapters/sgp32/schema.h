// Types of SGP.32 as data: the language that the tables in schema_*.h are written in.
//
//   inline constexpr Member kEnableMembers[] = {
//       must("iccid", kNoTag, kIccid),
//       may("rollbackFlag", kNoTag, kNull),
//   };
//   inline constexpr Type kEnable = sequence("Enable", kTagSequence, kEnableMembers);
//
// One description drives the generic encoder and decoder, the JSON binding, the readable dump, and
// (by `row`) the typed codec. Tags are the identifier octets of the wire, never numbers to be
// combined by rules: what automatic tagging makes of the ASN.1 (X.680 24.2) is already worked out.
//
// How an element is tagged, in one rule: its tag is the member's, or else the type's own. A CHOICE
// with a tag holds exactly one alternative; a CHOICE without one (kNoTag) is that alternative
// itself.
//
// SGP.32 1.0 and 1.2 share the tables: a member may exist in one of them only, or have another name
// in 1.0. 1.1 encodes as 1.2; 1.3 only adds members at the end, which a reader of 1.2 ignores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "adapters/sgp32/der.h"

namespace sojourn::sgp32 {

enum class Version : std::uint8_t { v1_0, v1_2 };
std::string_view version_text(Version version);  // "1.0", "1.2"

enum class Kind : std::uint8_t {
  boolean,
  integer,
  null,
  octets,
  utf8,
  bits,  // named bits
  oid,
  x509,  // a Certificate or SubjectPublicKeyInfo: opaque; a tag replaces its leading 30
  sequence,
  sequence_of,
  choice,
};

// What an INTEGER's value or a BIT STRING's bit is called.
struct NamedNumber {
  std::int64_t number;
  std::string_view name;
};

// Octets of an OCTET STRING or of an INTEGER's content, characters of a UTF8String.
struct Size {
  std::uint32_t min = 0;
  std::uint32_t max = std::numeric_limits<std::uint32_t>::max();
  bool since_1_1 = false;  // 1.0 does not constrain
};

struct Member;

struct Type {
  std::string_view name;
  Kind kind{};
  Tag tag = kNoTag;
  Size size{};
  std::span<const Member> members{};  // of a sequence, in order; the alternatives of a choice
  const Member* element = nullptr;    // of a sequence_of
  std::span<const NamedNumber> names{};
};

enum class Presence : std::uint8_t { required, optional, defaulted };

struct Member {
  std::string_view name;
  Tag own_tag = kNoTag;  // kNoTag: the type's
  const Type* type = nullptr;
  Presence presence = Presence::required;
  std::int64_t default_value = 0;  // INTEGER or BOOLEAN
  bool in_1_0 = true;
  bool in_1_2 = true;
  std::string_view name_in_1_0{};  // empty: the same

  constexpr Tag tag() const { return own_tag != kNoTag ? own_tag : type->tag; }
  constexpr bool exists(Version version) const {
    return version == Version::v1_0 ? in_1_0 : in_1_2;
  }
  constexpr std::string_view name_in(Version version) const {
    return version == Version::v1_0 && !name_in_1_0.empty() ? name_in_1_0 : name;
  }

  // Modifiers, for the tables.
  constexpr Member since_1_1() const {
    Member m = *this;
    m.in_1_0 = false;
    return m;
  }
  constexpr Member only_1_0() const {
    Member m = *this;
    m.in_1_2 = false;
    return m;
  }
  constexpr Member called_in_1_0(std::string_view other_name) const {
    Member m = *this;
    m.name_in_1_0 = other_name;
    return m;
  }
};

constexpr Member must(std::string_view name, Tag tag, const Type& type) {
  return {name, tag, &type};
}
constexpr Member may(std::string_view name, Tag tag, const Type& type) {
  return {name, tag, &type, Presence::optional};
}
constexpr Member with_default(std::string_view name, Tag tag, const Type& type,
                              std::int64_t value) {
  return {name, tag, &type, Presence::defaulted, value};
}
constexpr Member each(Tag tag, const Type& type) { return {type.name, tag, &type}; }

constexpr Type sequence(std::string_view name, Tag tag, std::span<const Member> members) {
  return {.name = name, .kind = Kind::sequence, .tag = tag, .members = members};
}
constexpr Type choice(std::string_view name, Tag tag, std::span<const Member> alternatives) {
  return {.name = name, .kind = Kind::choice, .tag = tag, .members = alternatives};
}
constexpr Type sequence_of(std::string_view name, Tag tag, const Member& element) {
  return {.name = name, .kind = Kind::sequence_of, .tag = tag, .element = &element};
}
constexpr Type octets(std::string_view name, Tag tag = kTagOctets, Size size = {}) {
  return {.name = name, .kind = Kind::octets, .tag = tag, .size = size};
}
constexpr Type utf8(std::string_view name, Size size = {}) {
  return {.name = name, .kind = Kind::utf8, .tag = kTagUtf8, .size = size};
}
constexpr Type integer(std::string_view name, std::span<const NamedNumber> names, Size size = {}) {
  return {.name = name, .kind = Kind::integer, .tag = kTagInteger, .size = size, .names = names};
}
constexpr Type bits(std::string_view name, std::span<const NamedNumber> names) {
  return {.name = name, .kind = Kind::bits, .tag = kTagBits, .names = names};
}

// The member of that name, found while compiling: row(kEuiccPackageSigned, "eimId").
consteval const Member& row(const Type& type, std::string_view name) {
  for (const Member& member : type.members) {
    if (member.name == name) return member;
  }
  throw "no member of this name";  // not a constant: stops the compiler here
}
// The same, where 1.0 and 1.2 have a row each.
consteval const Member& row(const Type& type, std::string_view name, Version version) {
  for (const Member& member : type.members) {
    if (member.name == name && member.exists(version)) return member;
  }
  throw "no member of this name in this version";
}

// Can an element with `tag` begin a value of the member?
constexpr bool begins(const Member& member, Tag tag, Version version) {
  if (member.tag() != kNoTag) return member.tag() == tag;
  for (const Member& alternative : member.type->members) {
    if (alternative.exists(version) && begins(alternative, tag, version)) return true;
  }
  return false;
}

// The row of an alternative that begins with `tag`, or null.
constexpr const Member* alternative_of(const Type& type, Tag tag, Version version) {
  for (const Member& alternative : type.members) {
    if (alternative.exists(version) && begins(alternative, tag, version)) return &alternative;
  }
  return nullptr;
}

// An element left over after the last member: of a later version when its tag is none of the
// type's. Otherwise a member is doubled or out of place, or in the wrong form, and the member is
// named.
struct LeftOver {
  const Member* member;  // null: unknown, to be ignored
  Flaw flaw;
};
constexpr LeftOver left_over(const Type& type, Tag tag, Version version) {
  for (const Member& member : type.members) {
    if (!member.exists(version)) continue;
    if (begins(member, tag, version)) return {&member, Flaw::misplaced};
    if (begins(member, tag ^ form_bit(tag), version)) return {&member, Flaw::wrong_form};
  }
  return {nullptr, Flaw::misplaced};
}

}  // namespace sojourn::sgp32
