// Writes a Value as DER, checking it against its type on the way.
#include <algorithm>

#include "adapters/sgp32/value.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::sgp32 {
namespace {

class Encoder {
 public:
  Encoder(Bytes& out, Version version) : out_(out), version_(version) {}

  bool write(const Type& type, Tag tag, const Value& value, std::string_view name);
  const std::optional<Diagnostic>& error() const { return error_; }

 private:
  bool write_members(const Type& type, Tag tag, const Value& value);
  bool write_elements(const Type& type, Tag tag, const Value& value);
  bool write_choice(const Type& type, Tag tag, const Value& value, std::string_view name);
  bool check_size(const Type& type, std::size_t size, std::string_view name);
  bool refuse(std::string_view name, std::string_view what) {
    std::string message = "`";
    message += name;
    message += "` ";
    message += what;
    error_ = make_diagnostic(Code::E0804, std::move(message));
    return false;
  }

  DerWriter out_;
  Version version_;
  std::optional<Diagnostic> error_;
};

bool Encoder::check_size(const Type& type, std::size_t size, std::string_view name) {
  if (type.size.since_1_1 && version_ == Version::v1_0) return true;
  if (size >= type.size.min && size <= type.size.max) return true;
  return refuse(name, "is shorter or longer than its type allows");
}

bool Encoder::write(const Type& type, Tag tag, const Value& value, std::string_view name) {
  if (value.type != &type) return refuse(name, "is a value of another type");
  switch (type.kind) {
    case Kind::boolean:
      out_.boolean(tag, value.number != 0);
      return true;
    case Kind::integer: {
      IntegerContent content = integer_content(value.number);
      if (!check_size(type, content.size, name)) return false;
      out_.octets(tag, content.view());
      return true;
    }
    case Kind::null:
      out_.null(tag);
      return true;
    case Kind::octets:
      if (!check_size(type, value.bytes.size(), name)) return false;
      out_.octets(tag, value.bytes);
      return true;
    case Kind::utf8: {
      Context context;
      std::size_t char_count = 0;
      if (!read_utf8(as_bytes(value.text), context, name, char_count)) {
        return refuse(name, "is not UTF-8");
      }
      if (!check_size(type, char_count, name)) return false;
      out_.utf8(tag, value.text);
      return true;
    }
    case Kind::bits:
      out_.octets(tag, bits_content(value.text));
      return true;
    case Kind::oid:
      if (oid_text(value.bytes).empty()) return refuse(name, "is not an object identifier");
      out_.octets(tag, value.bytes);
      return true;
    case Kind::x509: {
      Context context;
      Element element;
      Cursor in(value.bytes, context);
      if (in.at_end() || !in.next(element) || !in.at_end() || element.tag != kTagSequence) {
        return refuse(name, "is not one X.509 structure that begins with 30");
      }
      out_.octets(tag, element.content);
      return true;
    }
    case Kind::sequence:
      return write_members(type, tag, value);
    case Kind::sequence_of:
      return write_elements(type, tag, value);
    case Kind::choice:
      return write_choice(type, tag, value, name);
  }
  return false;
}

bool Encoder::write_members(const Type& type, Tag tag, const Value& value) {
  DerWriter::Open element = out_.open(tag);
  for (const Member& member : type.members) {
    if (!member.exists(version_)) continue;
    auto child = std::find_if(value.children.begin(), value.children.end(),
                              [&](const Value& v) { return v.member == &member; });
    if (child == value.children.end()) {
      if (member.presence == Presence::required) {
        return refuse(member.name_in(version_), "is missing");
      }
      continue;
    }
    bool left_out = member.presence == Presence::defaulted && child->number == member.default_value;
    if (!left_out && !write(*member.type, member.tag(), *child, member.name_in(version_))) {
      return false;
    }
  }
  for (const Value& child : value.children) {
    if (child.member == nullptr) out_.raw(child.bytes);  // of a later version
    if (child.member != nullptr && !child.member->exists(version_)) {
      return refuse(child.member->name, "does not exist in this version");
    }
  }
  out_.close(element);
  return true;
}

bool Encoder::write_elements(const Type& type, Tag tag, const Value& value) {
  const Member& each = *type.element;
  DerWriter::Open list = out_.open(tag);
  for (const Value& child : value.children) {
    if (!write(*each.type, each.tag(), child, each.type->name)) return false;
  }
  out_.close(list);
  return true;
}

bool Encoder::write_choice(const Type& type, Tag tag, const Value& value, std::string_view name) {
  if (value.children.size() != 1) return refuse(name, "needs exactly one alternative");
  const Value& chosen = value.children.front();
  const Member* alternative = chosen.member;
  bool known = alternative != nullptr && alternative->exists(version_) &&
               alternative >= type.members.data() &&
               alternative < type.members.data() + type.members.size();
  if (!known) return refuse(name, "is none of the alternatives");
  std::string_view chosen_name = alternative->name_in(version_);
  if (tag == kNoTag) return write(*alternative->type, alternative->tag(), chosen, chosen_name);
  DerWriter::Open element = out_.open(tag);
  if (!write(*alternative->type, alternative->tag(), chosen, chosen_name)) return false;
  out_.close(element);
  return true;
}

}  // namespace

Result<Bytes> encode(const Value& value, Version version) {
  if (value.type == nullptr) return make_diagnostic(Code::E0804, "the value has no type");
  Bytes out;
  Encoder encoder(out, version);
  if (!encoder.write(*value.type, value.type->tag, value, value.type->name)) {
    return *encoder.error();
  }
  if (out.size() > limits::kDerBytesMax) {
    return make_diagnostic(Code::E0901, "the message is larger than kDerBytesMax");
  }
  return out;
}

}  // namespace sojourn::sgp32
