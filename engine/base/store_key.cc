#include "engine/base/store_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "engine/base/limits.h"

namespace sojourn {
namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

void append_big_endian(Bytes& out, std::uint64_t value, int byte_count) {
  for (int i = byte_count - 1; i >= 0; --i) {
    out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
}

void append_escaped(Bytes& out, ByteView bytes) {
  while (!bytes.empty()) {
    auto zero = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
    out.insert(out.end(), bytes.begin(), zero);
    if (zero == bytes.end()) break;
    out.push_back(0);
    out.push_back(0xFF);
    bytes = bytes.subspan(static_cast<std::size_t>(zero - bytes.begin()) + 1);
  }
  out.push_back(0);
  out.push_back(0);
}

Bytes copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

// The first key that does not begin with `prefix`. No key begins with FF (there is no space 255),
// so there is always a byte to raise.
Bytes end_of_prefix(ByteView prefix) {
  Bytes end = copy(prefix);
  while (end.back() == 0xFF) end.pop_back();
  ++end.back();
  return end;
}

}  // namespace

std::string_view space_name(Space space) {
  switch (space) {
    case Space::histories:
      return "histories";
    case Space::instants:
      return "instants";
    case Space::outbox:
      return "outbox";
    case Space::audit:
      return "audit";
    case Space::orders:
      return "orders";
    case Space::inputs:
      return "inputs";
    case Space::fleet:
      return "fleet";
    case Space::settings:
      return "settings";
  }
  return "";
}

std::optional<Space> find_space(std::uint8_t number) {
  auto space = static_cast<Space>(number);
  if (space_name(space).empty()) return std::nullopt;
  return space;
}

StoreKey::StoreKey(Space space, std::string_view tenant, std::uint16_t schema_version) {
  assert(!tenant.empty() && tenant.size() <= limits::kTenantBytesMax);
  bytes_.reserve(48);
  bytes_.push_back(static_cast<std::uint8_t>(space));
  append_escaped(bytes_, as_bytes(tenant));
  append_big_endian(bytes_, schema_version, 2);
}

std::optional<StoreKey> StoreKey::from_stored(ByteView bytes) {
  StoreKeyReader reader(bytes);
  if (reader.failed_) return std::nullopt;
  return StoreKey(copy(bytes));
}

StoreKey& StoreKey::add_unsigned(std::uint64_t value) {
  append_big_endian(bytes_, value, 8);
  return *this;
}

StoreKey& StoreKey::add_signed(std::int64_t value) {
  return add_unsigned(static_cast<std::uint64_t>(value) ^ kSignBit);
}

StoreKey& StoreKey::add_eid(const Eid& eid) {
  bytes_.insert(bytes_.end(), eid.bytes.begin(), eid.bytes.end());
  return *this;
}

StoreKey& StoreKey::add_bytes(ByteView bytes) {
  append_escaped(bytes_, bytes);
  return *this;
}

std::string describe(const StoreKey& key) {
  StoreKeyReader reader(key);
  StoreKey beginning(reader.space(), reader.tenant(), reader.schema_version());
  ByteView rest = key.bytes().subspan(beginning.bytes().size());
  std::string text = fmt::format("{} of `{}` version {}", space_name(reader.space()),
                                 reader.tenant(), reader.schema_version());
  if (!rest.empty()) text += ", key " + to_hex(rest);
  return text;
}

StoreKeyReader::StoreKeyReader(const StoreKey& key) : StoreKeyReader(key.bytes()) {
  assert(!failed_);
}

StoreKeyReader::StoreKeyReader(ByteView bytes) : rest_(bytes) {
  auto space = find_space(static_cast<std::uint8_t>(read_big_endian(1)));
  space_ = space.value_or(Space{});
  tenant_ = read_text();
  schema_version_ = static_cast<std::uint16_t>(read_big_endian(2));
  if (!space || tenant_.empty() || tenant_.size() > limits::kTenantBytesMax) failed_ = true;
}

std::uint64_t StoreKeyReader::read_big_endian(std::size_t byte_count) {
  if (failed_ || rest_.size() < byte_count) {
    failed_ = true;
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < byte_count; ++i) value = value << 8 | rest_[i];
  rest_ = rest_.subspan(byte_count);
  return value;
}

std::uint64_t StoreKeyReader::read_unsigned() { return read_big_endian(8); }

std::int64_t StoreKeyReader::read_signed() {
  std::uint64_t value = read_big_endian(8);
  return failed_ ? 0 : static_cast<std::int64_t>(value ^ kSignBit);
}

Eid StoreKeyReader::read_eid() {
  Eid eid;
  if (failed_ || rest_.size() < eid.bytes.size()) {
    failed_ = true;
    return eid;
  }
  std::copy_n(rest_.begin(), eid.bytes.size(), eid.bytes.begin());
  rest_ = rest_.subspan(eid.bytes.size());
  return eid;
}

Bytes StoreKeyReader::read_bytes() {
  Bytes bytes;
  for (std::size_t i = 0; !failed_ && i < rest_.size(); ++i) {
    if (rest_[i] != 0) {
      bytes.push_back(rest_[i]);
      continue;
    }
    ++i;
    if (i == rest_.size()) break;
    if (rest_[i] == 0) {
      rest_ = rest_.subspan(i + 1);
      return bytes;
    }
    if (rest_[i] != 0xFF) break;
    bytes.push_back(0);
  }
  failed_ = true;  // no end
  return {};
}

std::string StoreKeyReader::read_text() {
  Bytes bytes = read_bytes();
  return {bytes.begin(), bytes.end()};
}

StoreRange StoreRange::with_prefix(const StoreKey& prefix) {
  return {copy(prefix.bytes()), end_of_prefix(prefix.bytes())};
}

StoreRange StoreRange::between(const StoreKey& first, const StoreKey& end) {
#ifndef NDEBUG
  StoreKeyReader a(first);
  StoreKeyReader b(end);
  assert(a.space() == b.space() && a.tenant() == b.tenant() &&
         a.schema_version() == b.schema_version());
#endif
  return {copy(first.bytes()), copy(end.bytes())};
}

StoreRange StoreRange::of_space(Space space) {
  Bytes begin{static_cast<std::uint8_t>(space)};
  Bytes end = end_of_prefix(begin);
  return {std::move(begin), std::move(end)};
}

StoreRange StoreRange::after(const StoreKey& key) const {
  Bytes next = copy(key.bytes());
  next.push_back(0);
  return {std::max(begin_, next), end_};
}

StoreRange StoreRange::before(const StoreKey& key) const {
  return {begin_, std::min(end_, copy(key.bytes()))};
}

bool StoreRange::contains(const StoreKey& key) const {
  return compare_bytes(begin_, key.bytes()) <= 0 && compare_bytes(key.bytes(), end_) < 0;
}

std::strong_ordering compare_bytes(ByteView a, ByteView b) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace sojourn
