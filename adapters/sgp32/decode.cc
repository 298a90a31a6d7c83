// Reads any type of the schema into a Value.
//
// Members are taken in the order of the table: one that does not begin with the next element's tag
// is absent. What remains after the last member belongs to a later version and is kept unread,
// unless it has a tag of this type: then a member is doubled or out of place, and the message is
// refused.
#include "adapters/sgp32/value.h"

#include "engine/base/limits.h"

namespace sojourn::sgp32 {
namespace {

class Decoder {
 public:
  Decoder(Context& context, Version version) : context_(context), version_(version) {}

  // One element as a value of `type`, whose tag has been matched by the caller (kNoTag: an untagged
  // CHOICE, of which the element is an alternative).
  bool read(const Type& type, Tag tag, const Element& element, Value& out);
  bool read_root(const Type& type, ByteView message, Value& out);

 private:
  bool read_content(const Type& type, const Element& element, Value& out);
  bool read_members(const Type& type, const Element& element, Value& out);
  bool read_elements(const Type& type, const Element& element, Value& out);
  bool read_alternative(const Type& type, const Element& element, Value& out);
  bool read_tagged_choice(const Type& type, Tag tag, const Element& element, Value& out);
  bool check_size(const Type& type, std::size_t size, const Element& element);
  bool keep_unknown(const Type& type, const Element& element, Value& parent);
  void place(const Element& element, Value& out) const;
  // A damaged element is a finding in the member that holds it.
  bool advance(Cursor& in, Element& element, std::string_view holder) {
    if (in.next(element)) return true;
    if (context_.refusal.name.empty()) context_.refusal.name = holder;
    return false;
  }
  bool refuse(Flaw flaw, const std::uint8_t* at) { return context_.refuse(flaw, at, name_); }

  Context& context_;
  Version version_;
  int depth_ = 0;
  std::string_view name_;  // the member being read, for findings
};

void Decoder::place(const Element& element, Value& out) const {
  out.offset = context_.offset_of(element.encoding.data());
  out.content_size = element.content.size();
  out.header_size = element.encoding.size() - out.content_size;
}

bool Decoder::read_root(const Type& type, ByteView message, Value& out) {
  name_ = type.name;
  out.type = &type;
  if (message.size() > limits::kDerBytesMax) {
    return refuse(Flaw::message_too_large, message.data());
  }
  if (message.empty()) return refuse(Flaw::cut_short, message.data());
  Cursor in(message, context_);
  Element element;
  if (!advance(in, element, name_)) return false;
  Tag tag = type.tag;
  if (element.tag != tag) {
    // Some peers send an alternative without the tag of its CHOICE.
    bool bare = type.kind == Kind::choice && alternative_of(type, element.tag, version_) != nullptr;
    if (!bare) return refuse(Flaw::wrong_tag, message.data());
    if (!context_.not_der(Flaw::bare_alternative, message.data(), name_)) return false;
    tag = kNoTag;
  }
  if (!read(type, tag, element, out)) return false;
  return in.at_end() || refuse(Flaw::trailing_bytes, in.at());
}

bool Decoder::read(const Type& type, Tag tag, const Element& element, Value& out) {
  out.type = &type;
  place(element, out);
  if (!context_.count_element(element.encoding.data(), name_)) return false;
  if (++depth_ > limits::kDerDepthMax) return refuse(Flaw::too_deep, element.encoding.data());
  bool good = type.kind != Kind::choice ? read_content(type, element, out)
              : tag == kNoTag           ? read_alternative(type, element, out)
                                        : read_tagged_choice(type, tag, element, out);
  --depth_;
  return good;
}

bool Decoder::check_size(const Type& type, std::size_t size, const Element& element) {
  if (type.size.since_1_1 && version_ == Version::v1_0) return true;
  if (size >= type.size.min && size <= type.size.max) return true;
  return refuse(Flaw::wrong_size, element.content.data());
}

bool Decoder::read_content(const Type& type, const Element& element, Value& out) {
  ByteView content = element.content;
  switch (type.kind) {
    case Kind::boolean: {
      bool value = false;
      if (!read_boolean(content, context_, name_, value)) return false;
      out.number = value ? 1 : 0;
      return true;
    }
    case Kind::integer:
      if (!content.empty() && !check_size(type, content.size(), element)) return false;
      return read_integer(content, context_, name_, out.number);
    case Kind::null:
      return read_null(content, context_, name_);
    case Kind::octets:
      if (!check_size(type, content.size(), element)) return false;
      out.bytes.assign(content.begin(), content.end());
      return true;
    case Kind::utf8: {
      std::size_t char_count = 0;
      if (!read_utf8(content, context_, name_, char_count)) return false;
      if (!check_size(type, char_count, element)) return false;
      out.text.assign(content.begin(), content.end());
      return true;
    }
    case Kind::bits:
      return read_bits(content, context_, name_, out.text);
    case Kind::oid:
      if (!check_oid(content, context_, name_)) return false;
      out.bytes.assign(content.begin(), content.end());
      return true;
    case Kind::x509:
      return read_x509(element, context_, name_, out.bytes);
    case Kind::sequence:
      return read_members(type, element, out);
    case Kind::sequence_of:
      return read_elements(type, element, out);
    case Kind::choice:
      break;  // read() has seen to it
  }
  return refuse(Flaw::wrong_tag, element.encoding.data());
}

bool Decoder::read_members(const Type& type, const Element& element, Value& out) {
  std::string_view outer = name_;
  Cursor in(element.content, context_);
  Element next;
  bool pending = false;  // `next` is read and not used yet
  for (const Member& member : type.members) {
    if (!member.exists(version_)) continue;
    if (!pending && !in.at_end()) {
      if (!advance(in, next, outer)) return false;
      pending = true;
    }
    std::string_view member_name = member.name_in(version_);
    if (pending && begins(member, next.tag, version_)) {
      name_ = member_name;
      Value& child = out.children.emplace_back();
      child.member = &member;
      if (!read(*member.type, member.tag(), next, child)) return false;
      pending = false;
      bool default_written =
          member.presence == Presence::defaulted && child.number == member.default_value;
      if (default_written &&
          !context_.note(Flaw::default_written, next.encoding.data(), member_name)) {
        return false;
      }
    } else if (member.presence == Presence::required) {
      name_ = member_name;
      return refuse(Flaw::missing, pending ? next.encoding.data() : in.at());
    } else if (member.presence == Presence::defaulted) {
      Value& child = out.children.emplace_back();
      child.type = member.type;
      child.member = &member;
      child.number = member.default_value;
    }
  }
  name_ = outer;
  if (pending && !keep_unknown(type, next, out)) return false;
  while (!in.at_end()) {
    if (!advance(in, next, outer) || !keep_unknown(type, next, out)) return false;
  }
  return true;
}

bool Decoder::keep_unknown(const Type& type, const Element& element, Value& parent) {
  LeftOver left = left_over(type, element.tag, version_);
  if (left.member != nullptr) {
    name_ = left.member->name_in(version_);
    return refuse(left.flaw, element.encoding.data());
  }
  if (!context_.count_element(element.encoding.data(), name_)) return false;
  Value& child = parent.children.emplace_back();
  child.bytes.assign(element.encoding.begin(), element.encoding.end());
  place(element, child);
  return true;
}

bool Decoder::read_elements(const Type& type, const Element& element, Value& out) {
  std::string_view outer = name_;
  const Member& each = *type.element;
  Cursor in(element.content, context_);
  Element next;
  while (!in.at_end()) {
    if (!advance(in, next, name_)) return false;
    Tag tag = each.tag();
    if (!begins(each, next.tag, version_)) {
      name_ = each.type->name;
      bool bare = each.type->kind == Kind::choice &&
                  alternative_of(*each.type, next.tag, version_) != nullptr;
      if (!bare) return refuse(Flaw::unknown_alternative, next.encoding.data());
      if (!context_.not_der(Flaw::bare_alternative, next.encoding.data(), name_)) return false;
      tag = kNoTag;
    }
    Value& child = out.children.emplace_back();
    if (!read(*each.type, tag, next, child)) return false;
    name_ = outer;
  }
  return true;
}

bool Decoder::read_alternative(const Type& type, const Element& element, Value& out) {
  const Member* alternative = alternative_of(type, element.tag, version_);
  if (alternative == nullptr) return refuse(Flaw::unknown_alternative, element.encoding.data());
  name_ = alternative->name_in(version_);
  Value& child = out.children.emplace_back();
  child.member = alternative;
  return read(*alternative->type, alternative->tag(), element, child);
}

bool Decoder::read_tagged_choice(const Type& type, Tag tag, const Element& element, Value& out) {
  Cursor in(element.content, context_);
  Element next;
  if (in.at_end()) return refuse(Flaw::unknown_alternative, in.at());
  if (!advance(in, next, name_)) return false;
  if (!in.at_end()) return refuse(Flaw::two_alternatives, in.at());
  if (next.tag == tag && alternative_of(type, tag, version_) == nullptr) {
    // Tagged twice: the outer tag says nothing new.
    if (!context_.not_der(Flaw::doubled_tag, next.encoding.data(), name_)) return false;
    if (++depth_ > limits::kDerDepthMax) return refuse(Flaw::too_deep, next.encoding.data());
    bool good = read_tagged_choice(type, tag, next, out);
    --depth_;
    return good;
  }
  return read_alternative(type, next, out);
}

}  // namespace

PartlyDecoded decode_as_far_as_possible(const Type& type, ByteView message, Version version,
                                        Reading reading) {
  Context context{.reading = reading, .origin = message.data(), .refusal = {}, .oddities = {}};
  PartlyDecoded partly;
  if (!Decoder(context, version).read_root(type, message, partly.value)) {
    partly.refusal = context.refusal;
  }
  partly.oddities = std::move(context.oddities);
  return partly;
}

Result<Decoded> decode(const Type& type, ByteView message, Version version, Reading reading) {
  PartlyDecoded partly = decode_as_far_as_possible(type, message, version, reading);
  if (partly.refusal) return to_diagnostic(*partly.refusal);
  return Decoded{std::move(partly.value), std::move(partly.oddities)};
}

const Value* Value::find(std::string_view name, Version version) const {
  for (const Value& child : children) {
    if (child.member != nullptr && child.member->name_in(version) == name) return &child;
  }
  return nullptr;
}

}  // namespace sojourn::sgp32
