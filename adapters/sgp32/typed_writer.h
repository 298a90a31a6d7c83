// Private. The bodies of TypedWriter: how each C++ type of a field is written.
#pragma once

#include "adapters/sgp32/codec.h"
#include "adapters/sgp32/fields.h"

namespace sojourn::sgp32 {

template <class T>
bool TypedWriter::value(const Type& type, Tag tag, const T& x, std::string_view name) {
  if constexpr (std::same_as<T, std::int64_t>) {
    IntegerContent content = integer_content(x);
    return octets(type, tag, content.view(), name);
  } else if constexpr (std::same_as<T, bool>) {
    type.kind == Kind::null ? out_.null(tag) : out_.boolean(tag, x);
    return true;
  } else if constexpr (std::same_as<T, std::string>) {
    return text(type, tag, x, name);
  } else if constexpr (std::same_as<T, Bytes> || IsByteArray<T>::value) {
    return octets(type, tag, x, name);
  } else if constexpr (std::same_as<T, Eid>) {
    return octets(type, tag, x.bytes, name);
  } else if constexpr (std::same_as<T, TransactionId>) {
    return octets(type, tag, x.view(), name);
  } else if constexpr (std::same_as<T, BitString>) {
    out_.octets(tag, bits_content(x.bits));
    return true;
  } else if constexpr (std::same_as<T, Raw>) {
    out_.raw(x.encoding);
    return true;
  } else if constexpr (std::same_as<T, PublicKey> || std::same_as<T, Certificate>) {
    return x509(tag, x.der, name);
  } else if constexpr (std::same_as<T, OperationResult>) {
    return operation_result(type, x);
  } else if constexpr (std::same_as<T, PendingLists>) {
    return pending_lists(type, tag, x, name);
  } else if constexpr (IsSigned<T>::value) {
    if (x.encoding.empty()) return value(type, tag, x.value, name);
    out_.raw(x.encoding);
    return true;
  } else if constexpr (IsVector<T>::value) {
    const Member& each = *type.element;
    DerWriter::Open list = out_.open(tag);
    for (const auto& element : x) {
      if (!value(*each.type, each.tag(), element, each.name)) return false;
    }
    out_.close(list);
    return true;
  } else if constexpr (IsVariant<T>::value) {
    const Member* row = row_of_alternative(type, x.index(), version_);
    if (row == nullptr) return refuse(name, "has an alternative that this version does not know");
    auto write_chosen = [&](const auto& chosen) {
      return value(*row->type, row->tag(), chosen, row->name);
    };
    if (tag == kNoTag) return std::visit(write_chosen, x);
    DerWriter::Open element = out_.open(tag);
    if (!std::visit(write_chosen, x)) return false;
    out_.close(element);
    return true;
  } else {
    if constexpr (std::same_as<T, ProvideEimPackageResult>) {
      // 1.0: the result alone, as a CHOICE with this tag.
      if (type.kind == Kind::choice) return value(type, tag, x.result, name);
    }
    DerWriter::Open element = out_.open(tag);
    if (!fields(*this, x)) return false;
    out_.close(element);
    return true;
  }
}

}  // namespace sojourn::sgp32
