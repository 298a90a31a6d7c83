#include "adapters/sgp32/der.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::sgp32 {
namespace {

enum class FlawKind : std::uint8_t { syntax, schema, size, limit, form };

struct FlawRow {
  FlawKind kind;
  std::string_view text;
};
constexpr FlawRow kFlaws[] = {
#define SOJOURN_FLAW(name, kind, text) {FlawKind::kind, text},
#include "adapters/sgp32/flaws.def"
#undef SOJOURN_FLAW
};

const FlawRow& row(Flaw flaw) { return kFlaws[static_cast<std::size_t>(flaw)]; }

}  // namespace

std::string to_text(const Finding& finding) {
  std::string text = "byte " + std::to_string(finding.offset) + ": ";
  if (finding.name.empty()) {
    text += "the message";
  } else {
    text += '`';
    text += finding.name;
    text += '`';
  }
  text += ' ';
  text += row(finding.flaw).text;
  return text;
}

Diagnostic to_diagnostic(const Finding& finding) {
  Code code = Code::E0801;
  switch (row(finding.flaw).kind) {
    case FlawKind::syntax:
    case FlawKind::form:
      code = Code::E0801;
      break;
    case FlawKind::schema:
      code = Code::E0802;
      break;
    case FlawKind::size:
      code = Code::E0803;
      break;
    case FlawKind::limit:
      code = Code::E0901;
      break;
  }
  return make_diagnostic(code, to_text(finding));
}

bool Context::refuse(Flaw flaw, const std::uint8_t* at, std::string_view name) {
  if (!failed) {
    failed = true;
    refusal = {flaw, offset_of(at), name};
  }
  return false;
}

bool Context::note(Flaw flaw, const std::uint8_t* at, std::string_view name) {
  oddities.push_back({flaw, offset_of(at), name});
  return true;
}

bool Context::count_element(const std::uint8_t* at, std::string_view name) {
  return ++element_count <= limits::kDerElementsMax || refuse(Flaw::too_many_elements, at, name);
}

bool Cursor::next(Element& element) {
  const std::uint8_t* start = at_;
  const std::uint8_t* p = at_;
  Tag tag = *p++;
  if (tag == 0) return context_->refuse(Flaw::end_of_contents, start);
  if ((tag & 0x1F) == 0x1F) {
    // X.690 8.1.2.4: seven bits a byte; a number below 31 or a leading zero is not its shortest
    // form.
    if (p == end_) return context_->refuse(Flaw::cut_short, start);
    if (*p == 0x80 || *p < 0x1F) return context_->refuse(Flaw::tag_form, start);
    for (;;) {
      if (p == end_) return context_->refuse(Flaw::cut_short, start);
      if (p - start == 4) return context_->refuse(Flaw::tag_too_long, start);
      tag = tag << 8 | *p;
      if ((*p++ & 0x80) == 0) break;
    }
  }
  if (p == end_) return context_->refuse(Flaw::cut_short, start);
  std::size_t length = *p++;
  if (length >= 0x80) {
    std::size_t count = length & 0x7F;
    if (count == 0) return context_->refuse(Flaw::indefinite_length, start);
    if (count == 0x7F) return context_->refuse(Flaw::length_form, start);
    if (static_cast<std::size_t>(end_ - p) < count) return context_->refuse(Flaw::cut_short, start);
    const std::uint8_t* first = p;
    length = 0;
    for (; count > 0; --count) {
      if (length >> 32 != 0) return context_->refuse(Flaw::too_long_for_parent, start);
      length = length << 8 | *p++;
    }
    if ((*first == 0 || length < 0x80) && !context_->not_der(Flaw::length_not_minimal, start)) {
      return false;
    }
  }
  if (static_cast<std::size_t>(end_ - p) < length) {
    return context_->refuse(Flaw::too_long_for_parent, start);
  }
  element.tag = tag;
  element.content = {p, length};
  at_ = p + length;
  element.encoding = {start, static_cast<std::size_t>(at_ - start)};
  return true;
}

bool read_integer(ByteView content, Context& context, std::string_view name, std::int64_t& value) {
  const std::uint8_t* start = content.data();
  if (content.empty()) return context.refuse(Flaw::integer_empty, start, name);
  auto redundant = [](ByteView c) {
    return c.size() > 1 && ((c[0] == 0 && c[1] < 0x80) || (c[0] == 0xFF && c[1] >= 0x80));
  };
  if (redundant(content)) {
    if (!context.not_der(Flaw::integer_not_minimal, start, name)) return false;
    while (redundant(content)) content = content.subspan(1);
  }
  if (content.size() > 8) return context.refuse(Flaw::integer_too_large, start, name);
  std::uint64_t bits = content[0] >= 0x80 ? ~std::uint64_t{0} : 0;
  for (std::uint8_t byte : content) bits = bits << 8 | byte;
  value = static_cast<std::int64_t>(bits);
  return true;
}

bool read_boolean(ByteView content, Context& context, std::string_view name, bool& value) {
  if (content.size() != 1) return context.refuse(Flaw::boolean_size, content.data(), name);
  value = content[0] != 0;
  if (value && content[0] != 0xFF) return context.not_der(Flaw::true_not_ff, content.data(), name);
  return true;
}

bool read_null(ByteView content, Context& context, std::string_view name) {
  return content.empty() || context.refuse(Flaw::null_size, content.data(), name);
}

bool read_utf8(ByteView content, Context& context, std::string_view name, std::size_t& char_count) {
  char_count = 0;
  for (std::size_t i = 0; i < content.size(); ++char_count) {
    std::uint8_t lead = content[i];
    if (lead < 0x80) {
      ++i;
      continue;
    }
    int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || content.size() - i <= static_cast<std::size_t>(more)) {
      return context.refuse(Flaw::utf8_form, content.data() + i, name);
    }
    std::uint32_t code = lead & (0x3Fu >> more);
    for (int k = 1; k <= more; ++k) {
      std::uint8_t next = content[i + static_cast<std::size_t>(k)];
      if ((next & 0xC0) != 0x80) {
        return context.refuse(Flaw::utf8_form, content.data() + i, name);
      }
      code = code << 6 | (next & 0x3F);
    }
    // Over-long forms, UTF-16 surrogates and what lies beyond Unicode.
    bool shortest = more == 1 || (more == 2 ? code >= 0x800 : code >= 0x10000);
    if (!shortest || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) {
      return context.refuse(Flaw::utf8_form, content.data() + i, name);
    }
    i += static_cast<std::size_t>(more) + 1;
  }
  return true;
}

bool read_bits(ByteView content, Context& context, std::string_view name, std::string& bits) {
  constexpr std::size_t kBytesMax = 256;  // far more than any named bit string has
  bits.clear();
  if (content.empty() || content[0] > 7 || (content.size() == 1 && content[0] != 0)) {
    return context.refuse(Flaw::bits_form, content.data(), name);
  }
  if (content.size() > kBytesMax) {
    return context.refuse(Flaw::too_many_bits, content.data(), name);
  }
  std::size_t bit_count = (content.size() - 1) * 8 - content[0];
  if (content[0] != 0 && (content.back() & ((1u << content[0]) - 1)) != 0 &&
      !context.not_der(Flaw::bits_padding, content.data(), name)) {
    return false;
  }
  for (std::size_t i = 0; i < bit_count; ++i) {
    bits += (content[1 + i / 8] >> (7 - i % 8) & 1) != 0 ? '1' : '0';
  }
  std::size_t kept = bits.find_last_of('1');
  kept = kept == std::string::npos ? 0 : kept + 1;
  if (kept != bits.size()) {
    bits.resize(kept);
    return context.note(Flaw::bits_trailing_zeros, content.data(), name);
  }
  return true;
}

bool check_oid(ByteView content, Context& context, std::string_view name) {
  return !oid_text(content).empty() || context.refuse(Flaw::oid_form, content.data(), name);
}

bool read_x509(const Element& element, Context& context, std::string_view name, Bytes& der) {
  ByteView content = element.content;
  if (element.tag != kTagSequence) {
    // The tag replaces the structure's 30. Content that is one SEQUENCE and no more has kept it.
    Cursor in(content, context);
    Element inner;
    if (in.at_end()) return context.refuse(Flaw::cut_short, in.at(), name);
    if (!in.next(inner)) return false;
    if (in.at_end() && inner.tag == kTagSequence) {
      if (!context.not_der(Flaw::kept_sequence_tag, content.data(), name)) return false;
      content = inner.content;
    }
  }
  DerWriter(der).octets(kTagSequence, content);
  return true;
}

std::string oid_text(ByteView content) {
  std::string text;
  std::uint64_t arc = 0;
  bool inside = false;
  for (std::uint8_t byte : content) {
    if (!inside && byte == 0x80) return {};                               // not its shortest form
    if (arc > std::numeric_limits<std::uint64_t>::max() >> 7) return {};  // beyond 64 bits
    arc = arc << 7 | (byte & 0x7F);
    inside = (byte & 0x80) != 0;
    if (inside) continue;
    if (text.empty()) {
      // X.690 8.19.4: the first two arcs share a number; the first is 0, 1 or 2.
      std::uint64_t root = std::min<std::uint64_t>(arc / 40, 2);
      text = std::to_string(root) + '.' + std::to_string(arc - root * 40);
    } else {
      text += '.' + std::to_string(arc);
    }
    arc = 0;
  }
  return inside ? std::string{} : text;
}

std::optional<Bytes> oid_content(std::string_view dotted_text) {
  std::vector<std::uint64_t> arcs;
  while (true) {
    std::size_t dot = dotted_text.find('.');
    std::string_view digits = dotted_text.substr(0, dot);
    std::uint64_t arc = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), arc);
    bool padded = digits.size() > 1 && digits[0] == '0';
    if (error != std::errc{} || end != digits.data() + digits.size() || padded) return std::nullopt;
    arcs.push_back(arc);
    if (dot == std::string_view::npos) break;
    dotted_text.remove_prefix(dot + 1);
  }
  if (arcs.size() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39)) return std::nullopt;
  if (arcs[1] > std::numeric_limits<std::uint64_t>::max() - 80) return std::nullopt;
  arcs[1] += arcs[0] * 40;
  Bytes content;
  for (std::size_t i = 1; i < arcs.size(); ++i) {
    int groups = 1;
    while (groups < 10 && arcs[i] >> (7 * groups) != 0) ++groups;
    for (int group = groups - 1; group >= 0; --group) {
      auto bits = static_cast<std::uint8_t>(arcs[i] >> (7 * group) & 0x7F);
      content.push_back(group > 0 ? bits | 0x80 : bits);
    }
  }
  return content;
}

IntegerContent integer_content(std::int64_t value) {
  IntegerContent content{};
  auto bits = static_cast<std::uint64_t>(value);
  int size = 1;
  // Shortest size whose sign bit tells the value's sign.
  while (size < 8 && value >> (8 * size - 1) != (value < 0 ? -1 : 0)) ++size;
  content.size = static_cast<std::uint8_t>(size);
  for (int i = 0; i < size; ++i) {
    content.bytes[i] = static_cast<std::uint8_t>(bits >> (8 * (size - 1 - i)));
  }
  return content;
}

Bytes bits_content(std::string_view bits) {
  std::size_t last = bits.find_last_of('1');
  std::size_t count = last == std::string_view::npos ? 0 : last + 1;
  Bytes content(1 + (count + 7) / 8, 0);
  content[0] = static_cast<std::uint8_t>((8 - count % 8) % 8);
  for (std::size_t i = 0; i < count; ++i) {
    if (bits[i] == '1') content[1 + i / 8] |= static_cast<std::uint8_t>(0x80 >> i % 8);
  }
  return content;
}

void DerWriter::identifier(Tag tag) {
  for (int i = tag_size(tag) - 1; i >= 0; --i) {
    out_->push_back(static_cast<std::uint8_t>(tag >> (8 * i)));
  }
}

DerWriter::Open DerWriter::open(Tag tag) {
  identifier(tag);
  out_->push_back(0);
  return {out_->size() - 1};
}

void DerWriter::close(Open element) {
  std::size_t length = out_->size() - element.length_at - 1;
  if (length < 0x80) {
    (*out_)[element.length_at] = static_cast<std::uint8_t>(length);
    return;
  }
  // One byte was kept for the length; make room for the others.
  std::size_t count = 1;
  while (length >> (8 * count) != 0) ++count;
  out_->insert(out_->begin() + static_cast<std::ptrdiff_t>(element.length_at) + 1, count, 0);
  (*out_)[element.length_at] = static_cast<std::uint8_t>(0x80 | count);
  for (std::size_t i = 0; i < count; ++i) {
    (*out_)[element.length_at + count - i] = static_cast<std::uint8_t>(length >> (8 * i));
  }
}

void DerWriter::octets(Tag tag, ByteView content) {
  identifier(tag);
  if (content.size() < 0x80) {
    out_->push_back(static_cast<std::uint8_t>(content.size()));
  } else {
    std::size_t count = 1;
    while (content.size() >> (8 * count) != 0) ++count;
    out_->push_back(static_cast<std::uint8_t>(0x80 | count));
    for (std::size_t i = count; i > 0; --i) {
      out_->push_back(static_cast<std::uint8_t>(content.size() >> (8 * (i - 1))));
    }
  }
  raw(content);
}

void DerWriter::boolean(Tag tag, bool value) {
  std::uint8_t content = value ? 0xFF : 0x00;
  octets(tag, {&content, 1});
}

}  // namespace sojourn::sgp32
