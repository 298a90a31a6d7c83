// Private to the engine: primitive stored forms, written and read alike.
//
//   void code(auto& archive, Like<Period> auto& period) {
//     auto& [count, unit] = period;
//     archive.integer(count);
//     archive.choice(unit, 5);
//   }
//
// A reader that meets anything wrong remembers it and yields empty values from there on; lists
// never grow beyond the bytes that are left, so hostile lengths cost nothing.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/country.h"

// The describing functions live in this namespace, so that a list's elements find theirs.
namespace sojourn::archive {

template <class S, class T>
concept Like = std::same_as<std::remove_const_t<S>, T>;

class Writer {
 public:
  static constexpr bool kReads = false;
  Bytes take() { return std::move(bytes_); }
  bool ok() const { return true; }
  void fail() {}

  void byte(std::uint8_t value) { bytes_.push_back(value); }
  void unsigned_integer(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  template <std::integral T>
  void integer(const T& value) {
    if constexpr (std::is_signed_v<T>) {
      auto wide = static_cast<std::uint64_t>(std::int64_t{value});
      unsigned_integer((wide << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
    } else {
      unsigned_integer(value);
    }
  }
  void flag(const bool& value) { byte(value ? 1 : 0); }
  template <class Enum>
  void choice(const Enum& value, std::uint8_t) {
    byte(static_cast<std::uint8_t>(value));
  }
  void real(const double& value) {
    auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) byte(static_cast<std::uint8_t>(bits >> shift));
  }
  void text(std::string_view value) {
    unsigned_integer(value.size());
    ByteView bytes = as_bytes(value);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  void country(const Country& value) {
    for (char letter : code_of(value)) byte(static_cast<std::uint8_t>(letter));
  }
  void countries(const CountrySet& value) {
    std::vector<Country> members = value.members();
    list(members, [&](const Country& member) { country(member); });
  }
  template <class List, class CodeElement>
  void list(const List& values, const CodeElement& code_element) {
    unsigned_integer(values.size());
    for (const auto& value : values) code_element(value);
  }
  template <class T, class CodeValue>
  void maybe(const std::optional<T>& value, const CodeValue& code_value) {
    flag(value.has_value());
    if (value) code_value(*value);
  }

 private:
  Bytes bytes_;
};

class Reader {
 public:
  static constexpr bool kReads = true;
  explicit Reader(ByteView bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  void fail() { ok_ = false, rest_ = {}; }

  std::uint8_t byte() {
    if (rest_.empty()) return fail(), std::uint8_t{0};
    std::uint8_t value = rest_[0];
    rest_ = rest_.subspan(1);
    return value;
  }
  std::uint64_t unsigned_integer() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      std::uint8_t part = byte();
      bool overflows = shift == 63 && part > 1;
      bool padded = shift > 0 && part == 0;  // one form for each number
      if (overflows || padded) return fail(), 0;
      value |= std::uint64_t{part & 0x7Fu} << shift;
      if (part < 0x80) return value;
    }
    return fail(), 0;
  }
  template <std::integral T>
  void integer(T& value) {
    std::uint64_t coded = unsigned_integer();
    if constexpr (std::is_signed_v<T>) {
      auto wide = static_cast<std::int64_t>((coded >> 1) ^ (~(coded & 1) + 1));
      if (!std::in_range<T>(wide)) fail();
      value = static_cast<T>(wide);
    } else {
      if (!std::in_range<T>(coded)) fail();
      value = static_cast<T>(coded);
    }
  }
  void flag(bool& value) {
    std::uint8_t coded = byte();
    if (coded > 1) fail();
    value = coded == 1;
  }
  template <class Enum>
  void choice(Enum& value, std::uint8_t count) {
    std::uint8_t coded = byte();
    if (coded >= count) fail(), coded = 0;
    value = static_cast<Enum>(coded);
  }
  void real(double& value) {
    std::uint64_t bits = 0;
    for (int shift = 0; shift < 64; shift += 8) bits |= std::uint64_t{byte()} << shift;
    value = std::bit_cast<double>(bits);
    if (!std::isfinite(value)) fail(), value = 0;
  }
  void text(std::string& value) {
    std::uint64_t size = unsigned_integer();
    if (size > rest_.size()) fail(), size = 0;
    value.assign(reinterpret_cast<const char*>(rest_.data()), size);
    rest_ = rest_.subspan(size);
  }
  void country(Country& value) {
    std::string code;
    for (int i = 0; i < 2; ++i) code.push_back(static_cast<char>(byte()));
    std::optional<Country> found = find_country(code);
    if (!found) fail();
    value = found.value_or(Country{});
  }
  void countries(CountrySet& value) {
    std::vector<Country> members;
    list(members, [&](Country& member) { country(member); });
    for (Country member : members) value.insert(member);
  }
  template <class List, class CodeElement>
  void list(List& values, const CodeElement& code_element) {
    std::uint64_t size = unsigned_integer();
    if (size > rest_.size()) fail(), size = 0;  // an element takes a byte at least
    values.clear();
    for (std::uint64_t i = 0; i < size && ok_; ++i) code_element(values.emplace_back());
  }
  template <class T, class CodeValue>
  void maybe(std::optional<T>& value, const CodeValue& code_value) {
    bool given = false;
    flag(given);
    value.reset();
    if (given && ok_) code_value(value.emplace(T{}));
  }

 private:
  ByteView rest_;
  bool ok_ = true;
};

}  // namespace sojourn::archive
