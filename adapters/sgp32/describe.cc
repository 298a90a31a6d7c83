#include "adapters/sgp32/describe.h"

#include <fmt/format.h>

#include "adapters/sgp32/catalogue.h"
#include "adapters/sgp32/package.h"
#include "adapters/sgp32/value.h"

namespace sojourn::sgp32 {
namespace {

// --- one line per element ------------------------------------------------------------------------

std::string quoted(std::string_view text, std::size_t width) {
  std::string out = "\"";
  for (char c : text.substr(0, width)) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || c == '"' || c == '\\') {
      out += fmt::format("\\x{:02x}", byte);  // a terminal must not be told anything
    } else {
      out += c;
    }
  }
  out += text.size() > width ? "\"..." : "\"";
  return out;
}

std::string shortened(std::string hex, std::size_t width) {
  if (hex.size() <= width) return hex;
  return fmt::format("{}... ({} bytes)", hex.substr(0, width), hex.size() / 2);
}

// "0101" as the names of its bits.
std::string bit_names(const Type& type, std::string_view bits) {
  std::string out = fmt::format("'{}'B", bits);
  std::string names;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i] != '1') continue;
    for (const NamedNumber& named : type.names) {
      if (named.number != static_cast<std::int64_t>(i)) continue;
      names += names.empty() ? "" : ", ";
      names += named.name;
    }
  }
  return names.empty() ? out : out + " (" + names + ")";
}

std::string number_name(const Type& type, std::int64_t number) {
  for (const NamedNumber& named : type.names) {
    if (named.number == number) return fmt::format("{} ({})", number, named.name);
  }
  return std::to_string(number);
}

std::string octets_text(const Value& value, std::size_t width) {
  std::string hex = to_hex(value.bytes);
  WireIccid wire{};
  if (value.type->name == "Iccid" && value.bytes.size() == wire.size()) {
    std::copy(value.bytes.begin(), value.bytes.end(), wire.begin());
    if (std::optional<Iccid> iccid = from_wire(wire)) {
      return fmt::format("{} (ICCID {})", hex, iccid->text());
    }
  }
  return shortened(std::move(hex), width);
}

// Empty for what has parts of its own.
std::string value_text(const Value& value, std::size_t width) {
  switch (value.type->kind) {
    case Kind::boolean:
      return value.number != 0 ? "TRUE" : "FALSE";
    case Kind::integer:
      return number_name(*value.type, value.number);
    case Kind::null:
      return "present";
    case Kind::octets:
      return value.bytes.empty() ? "empty" : octets_text(value, width);
    case Kind::x509:
      return shortened(to_hex(value.bytes), width);
    case Kind::utf8:
      return quoted(value.text, width);
    case Kind::bits:
      return bit_names(*value.type, value.text);
    case Kind::oid:
      return oid_text(value.bytes);
    case Kind::sequence:
    case Kind::sequence_of:
    case Kind::choice:
      return {};
  }
  return {};
}

class Dump {
 public:
  Dump(ByteView message, Version version, std::size_t width)
      : message_(message), version_(version), width_(width) {}

  void add(const Value& value, int depth, std::string_view name) {
    bool untagged_choice = value.type != nullptr && value.type->kind == Kind::choice &&
                           !value.children.empty() && value.children.front().offset == value.offset;
    bool written = value.header_size > 0;
    std::string shown(name);
    if (value.type == nullptr) {
      shown = "unknown member, ignored: " + shortened(to_hex(value.bytes), width_);
    } else if (std::string text = value_text(value, width_); !text.empty()) {
      shown += ": " + text;
    }
    if (untagged_choice) {
      // The alternative's line is the choice's.
      add(value.children.front(), depth, name_of(value.children.front(), name));
      return;
    }
    if (written) {
      std::string header = to_hex(message_.subspan(value.offset, tag_length(value)));
      lines_ += fmt::format("{:>7}  {:<14}", value.offset,
                            fmt::format("{} {}", header, value.content_size));
    } else {
      lines_ += fmt::format("{:>7}  {:<14}", "", value.member != nullptr ? "default" : "");
    }
    lines_ += std::string(static_cast<std::size_t>(2 * depth), ' ') + shown + '\n';
    for (const Value& child : value.children) add(child, depth + 1, name_of(child, {}));
  }
  std::string take() { return std::move(lines_); }

 private:
  std::string_view name_of(const Value& value, std::string_view otherwise) const {
    if (value.member != nullptr) return value.member->name_in(version_);
    if (!otherwise.empty()) return otherwise;
    return value.type != nullptr ? value.type->name : std::string_view{};
  }
  std::size_t tag_length(const Value& value) const {
    if ((message_[value.offset] & 0x1F) != 0x1F) return 1;
    std::size_t length = 2;
    while (length < value.header_size && (message_[value.offset + length - 1] & 0x80) != 0) {
      ++length;
    }
    return length;
  }

  ByteView message_;
  Version version_;
  std::size_t width_;
  std::string lines_;
};

// --- which type, which version -------------------------------------------------------------------

struct Reading1 {
  const CatalogueEntry* entry = nullptr;
  Version version = Version::v1_2;
  PartlyDecoded partly;
};

std::size_t unknown_count(const Value& value) {
  std::size_t count = value.type == nullptr ? 1 : 0;
  for (const Value& child : value.children) count += unknown_count(child);
  return count;
}

bool fits_better(const Reading1& a, const Reading1& b) {
  if (a.partly.refusal.has_value() != b.partly.refusal.has_value()) {
    return !a.partly.refusal.has_value();
  }
  if (a.partly.refusal && a.partly.refusal->offset != b.partly.refusal->offset) {
    return a.partly.refusal->offset > b.partly.refusal->offset;
  }
  return unknown_count(a.partly.value) < unknown_count(b.partly.value);
}

std::optional<Reading1> best_reading(ByteView message, const DescribeOptions& options) {
  std::optional<Reading1> best;
  for (const CatalogueEntry& entry : catalogue()) {
    if (!options.type_name.empty() && entry.name() != options.type_name) continue;
    for (Version version : {Version::v1_2, Version::v1_0}) {
      if (options.version && *options.version != version) continue;
      const Type* type = entry.type(version);
      if (type == nullptr) continue;
      Reading1 one{&entry, version,
                   decode_as_far_as_possible(*type, message, version, options.reading)};
      bool told = options.type_name.empty() && one.partly.refusal &&
                  one.partly.refusal->flaw == Flaw::wrong_tag && one.partly.refusal->offset == 0;
      if (told) continue;  // begins with another tag: not a candidate
      if (!best || fits_better(one, *best)) best = std::move(one);
    }
  }
  return best;
}

}  // namespace

std::string describe(ByteView message, const DescribeOptions& options) {
  std::optional<Reading1> best = best_reading(message, options);
  if (!best) {
    if (!options.type_name.empty()) {
      return fmt::format("no message `{}` in SGP.32\n", options.type_name);
    }
    return fmt::format("{} bytes that begin like no message of SGP.32: {}\n", message.size(),
                       shortened(to_hex(message), options.value_width));
  }
  std::string out = fmt::format("{}, SGP.32 {}, {} bytes\n", best->entry->name(),
                                version_text(best->version), message.size());
  const Value& root = best->partly.value;
  if (root.header_size > 0) {
    Dump dump(message, best->version, options.value_width);
    dump.add(root, 0, best->entry->name());
    out += dump.take();
  }
  for (const Finding& oddity : best->partly.oddities) {
    out += "note: " + to_text(oddity) + '\n';
  }
  if (best->partly.refusal) {
    const Finding& refusal = *best->partly.refusal;
    out += "error: " + to_text(refusal) + '\n';
    std::size_t first = refusal.offset < 8 ? 0 : refusal.offset - 8;
    std::size_t count = std::min<std::size_t>(message.size() - std::min(first, message.size()), 24);
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) {
      bytes += fmt::format("{:02x} ", message[first + i]);
    }
    out += fmt::format("{:>7}  {}\n         {:>{}}\n", first, bytes, "^",
                       3 * (refusal.offset - first) + 1);
  }
  return out;
}

}  // namespace sojourn::sgp32
