// Private. The typed codec: one list of fields per struct (fields.h) both writes and reads it.
//
// A field is tied to its row of the schema, so tags, presence, sizes and versions come from the
// same tables as in the general path; what the C++ type of the field adds is only where the value
// lives:
//
//   template <class Codec>
//   bool fields(Codec& c, like<Enable> auto& x) {
//     return c.member(row(kEnable, "iccid"), x.iccid) && c.member(row(kEnable, "rollbackFlag"),
//     x.rollback);
//   }
//
// A std::variant is a CHOICE: its alternatives are the rows in order, where rows of one name (a
// member that the versions tag differently) count once.
#pragma once

#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "adapters/sgp32/esipa.h"
#include "adapters/sgp32/schema.h"

namespace sojourn::sgp32 {

template <class T, class U>
concept like = std::same_as<std::remove_const_t<T>, U>;

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::bool_constant<!std::same_as<T, std::uint8_t>> {};
template <class T>
struct IsVariant : std::false_type {};
template <class... T>
struct IsVariant<std::variant<T...>> : std::true_type {};
template <class T>
struct IsSigned : std::false_type {};
template <class T>
struct IsSigned<Signed<T>> : std::true_type {};
template <class T>
struct IsByteArray : std::false_type {};
template <std::size_t N>
struct IsByteArray<std::array<std::uint8_t, N>> : std::true_type {};

// Rows of one name stand together and are one alternative.
constexpr std::size_t alternative_index(const Type& type, const Member& row) {
  std::size_t index = 0;
  for (const Member* member = type.members.data(); member != &row; ++member) {
    if (member[1].name != member->name) ++index;
  }
  return index;
}
constexpr const Member* row_of_alternative(const Type& type, std::size_t index, Version version) {
  for (const Member& member : type.members) {
    if (member.exists(version) && alternative_index(type, member) == index) return &member;
  }
  return nullptr;
}

// --- writing -------------------------------------------------------------------------------------

class TypedWriter {
 public:
  TypedWriter(Bytes& out, Version version) : out_(out), version_(version) {}

  template <class T>
  bool member(const Member& row, const T& field) {
    if (!row.exists(version_)) return true;
    if (!is_present(row, field)) {
      return row.presence != Presence::required || refuse(row.name, "is missing");
    }
    if constexpr (IsOptional<T>::value) {
      return value(*row.type, row.tag(), *field, row.name);
    } else {
      return value(*row.type, row.tag(), field, row.name);
    }
  }

  template <class T>
  bool value(const Type& type, Tag tag, const T& x, std::string_view name);

  Version version() const { return version_; }
  bool refuse(std::string_view name, std::string_view what);
  const std::optional<Diagnostic>& error() const { return error_; }

 private:
  template <class T>
  static bool is_present(const Member& row, const T& field) {
    if constexpr (IsOptional<T>::value) {
      return field.has_value();
    } else if constexpr (std::same_as<T, bool>) {
      if (row.type->kind == Kind::null) return field;
      return row.presence != Presence::defaulted || field != (row.default_value != 0);
    } else if constexpr (std::same_as<T, TransactionId>) {
      return row.presence == Presence::required || field.size > 0;
    } else {
      return true;
    }
  }
  bool octets(const Type& type, Tag tag, ByteView bytes, std::string_view name) {
    if (!size_fits(type, bytes.size())) return refuse(name, "has the wrong size");
    out_.octets(tag, bytes);
    return true;
  }
  bool text(const Type& type, Tag tag, std::string_view text, std::string_view name);
  bool x509(Tag tag, ByteView der, std::string_view name);
  bool operation_result(const Type& type, const OperationResult& x);
  bool pending_lists(const Type& type, Tag tag, const PendingLists& x, std::string_view name);
  bool size_fits(const Type& type, std::size_t size) const {
    return (type.size.since_1_1 && version_ == Version::v1_0) ||
           (size >= type.size.min && size <= type.size.max);
  }

  DerWriter out_;
  Version version_;
  std::optional<Diagnostic> error_;
};

// --- reading -------------------------------------------------------------------------------------

class TypedReader {
 public:
  TypedReader(Context& context, Version version) : context_(context), version_(version) {}

  template <class T>
  bool value(const Type& type, Tag tag, const Element& element, T& x, std::string_view name);

  Context& context() { return context_; }
  Version version() const { return version_; }

 private:
  template <class T>
  bool choice(const Type& type, Tag tag, const Element& element, T& x, std::string_view name);
  template <class T>
  bool alternative(const Type& type, const Element& element, T& x, std::string_view name);
  template <class T>
  bool elements(const Type& type, const Element& element, std::vector<T>& x, std::string_view name);
  // The element inside a tagged CHOICE; takes a doubled tag where the reading allows it.
  bool inside_choice(const Type& type, Tag tag, const Element& element, Element& inner,
                     std::string_view name);
  bool octets(const Type& type, ByteView content, std::string_view name) {
    return size_fits(type, content.size()) ||
           context_.refuse(Flaw::wrong_size, content.data(), name);
  }
  bool text(const Type& type, ByteView content, std::string_view name, std::string& x);
  bool x509(const Element& element, std::string_view name, Bytes& x);
  bool operation_result(const Type& type, const Element& element, OperationResult& x);
  bool pending_lists(const Type& type, const Element& element, PendingLists& x,
                     std::string_view name);
  bool size_fits(const Type& type, std::size_t size) const {
    return (type.size.since_1_1 && version_ == Version::v1_0) ||
           (size >= type.size.min && size <= type.size.max);
  }

  Context& context_;
  Version version_;
};

// The members of one SEQUENCE, offered row after row by fields().
class MemberReader {
 public:
  MemberReader(TypedReader& reader, ByteView content)
      : reader_(reader), in_(content, reader.context()) {}

  template <class T>
  bool member(const Member& row, T& field) {
    if (!row.exists(reader_.version())) return true;
    if (!pending_ && !in_.at_end()) {
      if (!in_.next(next_)) return false;
      pending_ = true;
    }
    std::string_view name = row.name_in(reader_.version());
    if (!pending_ || !begins(row, next_.tag, reader_.version())) {
      if (row.presence != Presence::required) return true;
      const std::uint8_t* at = pending_ ? next_.encoding.data() : in_.at();
      return reader_.context().refuse(Flaw::missing, at, name);
    }
    pending_ = false;
    if constexpr (IsOptional<T>::value) {
      return reader_.value(*row.type, row.tag(), next_, field.emplace(), name);
    } else {
      return reader_.value(*row.type, row.tag(), next_, field, name) && note_default(row, field);
    }
  }
  // What is left must be of a later version.
  bool finish(const Type& type);

 private:
  template <class T>
  bool note_default(const Member& row, const T& field) {
    if constexpr (std::same_as<T, bool>) {
      if (row.presence == Presence::defaulted && field == (row.default_value != 0)) {
        return reader_.context().note(Flaw::default_written, next_.encoding.data(), row.name);
      }
    }
    return true;
  }

  TypedReader& reader_;
  Cursor in_;
  Element next_;
  bool pending_ = false;
};

}  // namespace sojourn::sgp32
