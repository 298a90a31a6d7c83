// Private. The bodies of TypedReader: how each C++ type of a field is read.
#pragma once

#include "adapters/sgp32/codec.h"
#include "adapters/sgp32/fields.h"

namespace sojourn::sgp32 {

template <class T>
bool TypedReader::value(const Type& type, Tag tag, const Element& element, T& x,
                        std::string_view name) {
  ByteView content = element.content;
  if constexpr (std::same_as<T, std::int64_t>) {
    return (content.empty() || octets(type, content, name)) &&
           read_integer(content, context_, name, x);
  } else if constexpr (std::same_as<T, bool>) {
    if (type.kind != Kind::null) return read_boolean(content, context_, name, x);
    x = true;
    return read_null(content, context_, name);
  } else if constexpr (std::same_as<T, std::string>) {
    return text(type, content, name, x);
  } else if constexpr (std::same_as<T, Bytes>) {
    if (type.kind == Kind::oid && !check_oid(content, context_, name)) return false;
    if (!octets(type, content, name)) return false;
    x.assign(content.begin(), content.end());
    return true;
  } else if constexpr (IsByteArray<T>::value) {
    if (content.size() != x.size()) {
      return context_.refuse(Flaw::wrong_size, content.data(), name);
    }
    std::copy(content.begin(), content.end(), x.begin());
    return true;
  } else if constexpr (std::same_as<T, Eid>) {
    return value(type, tag, element, x.bytes, name);
  } else if constexpr (std::same_as<T, TransactionId>) {
    if (!octets(type, content, name)) return false;  // at most 16
    std::copy(content.begin(), content.end(), x.bytes.begin());
    x.size = static_cast<std::uint8_t>(content.size());
    return true;
  } else if constexpr (std::same_as<T, BitString>) {
    return read_bits(content, context_, name, x.bits);
  } else if constexpr (std::same_as<T, Null>) {
    return type.kind != Kind::null || read_null(content, context_, name);
  } else if constexpr (std::same_as<T, Raw>) {
    x.encoding.assign(element.encoding.begin(), element.encoding.end());
    return true;
  } else if constexpr (std::same_as<T, PublicKey> || std::same_as<T, Certificate>) {
    return x509(element, name, x.der);
  } else if constexpr (std::same_as<T, OperationResult>) {
    return operation_result(type, element, x);
  } else if constexpr (std::same_as<T, PendingLists>) {
    return pending_lists(type, element, x, name);
  } else if constexpr (IsSigned<T>::value) {
    x.encoding.assign(element.encoding.begin(), element.encoding.end());
    return value(type, tag, element, x.value, name);
  } else if constexpr (IsVector<T>::value) {
    return elements(type, element, x, name);
  } else if constexpr (IsVariant<T>::value) {
    return choice(type, tag, element, x, name);
  } else {
    if constexpr (std::same_as<T, ProvideEimPackageResult>) {
      // 1.0: the result alone, as a CHOICE with this tag.
      if (type.kind == Kind::choice) return choice(type, tag, element, x.result, name);
    }
    MemberReader members(*this, content);
    return fields(members, x) && members.finish(type);
  }
}

template <class T>
bool TypedReader::elements(const Type& type, const Element& element, std::vector<T>& x,
                           std::string_view name) {
  const Member& each = *type.element;
  Cursor in(element.content, context_);
  Element next;
  while (!in.at_end()) {
    if (!in.next(next) || !context_.count_element(next.encoding.data(), name)) return false;
    Tag tag = each.tag();
    if (!begins(each, next.tag, version_)) {
      bool bare = each.type->kind == Kind::choice &&
                  alternative_of(*each.type, next.tag, version_) != nullptr;
      if (!bare) {
        return context_.refuse(Flaw::unknown_alternative, next.encoding.data(), each.name);
      }
      if (!context_.not_der(Flaw::bare_alternative, next.encoding.data(), each.name)) {
        return false;
      }
      tag = kNoTag;
    }
    if (!value(*each.type, tag, next, x.emplace_back(), each.name)) return false;
  }
  return true;
}

template <class T>
bool TypedReader::choice(const Type& type, Tag tag, const Element& element, T& x,
                         std::string_view name) {
  if (tag == kNoTag) return alternative(type, element, x, name);
  Element inner;
  return inside_choice(type, tag, element, inner, name) && alternative(type, inner, x, name);
}

template <class T>
bool TypedReader::alternative(const Type& type, const Element& element, T& x,
                              std::string_view name) {
  const Member* row = alternative_of(type, element.tag, version_);
  if (row == nullptr) {
    return context_.refuse(Flaw::unknown_alternative, element.encoding.data(), name);
  }
  std::size_t index = alternative_index(type, *row);
  auto read_at = [&]<std::size_t... I>(std::index_sequence<I...>) {
    bool good = false;
    bool found = ((I == index && (good = value(*row->type, row->tag(), element,
                                               x.template emplace<I>(), row->name_in(version_)),
                                  true)) ||
                  ...);
    return found && good;
  };
  return read_at(std::make_index_sequence<std::variant_size_v<T>>{});
}

}  // namespace sojourn::sgp32
