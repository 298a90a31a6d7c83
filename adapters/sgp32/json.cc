#include "adapters/sgp32/json.h"

#include <nlohmann/json.hpp>

#include "adapters/sgp32/catalogue.h"
#include "adapters/sgp32/value.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::sgp32 {
namespace {

using Json = nlohmann::ordered_json;  // members in the order of the message

// --- Value to JSON -------------------------------------------------------------------------------
Json to_json(const Value& value, Version version) {
  switch (value.type->kind) {
    case Kind::boolean:
      return value.number != 0;
    case Kind::integer:
      return value.number;
    case Kind::null:
      return nullptr;
    case Kind::octets:
    case Kind::x509:
      return to_hex(value.bytes);
    case Kind::utf8:
      return value.text;
    case Kind::bits:
      return "'" + value.text + "'B";
    case Kind::oid:
      return oid_text(value.bytes);
    case Kind::sequence:
    case Kind::choice: {
      Json object = Json::object();
      for (const Value& child : value.children) {
        if (child.member == nullptr) continue;  // of a later version
        object[std::string(child.member->name_in(version))] = to_json(child, version);
      }
      return object;
    }
    case Kind::sequence_of: {
      Json array = Json::array();
      for (const Value& child : value.children) array.push_back(to_json(child, version));
      return array;
    }
  }
  return nullptr;
}

// --- JSON to Value -------------------------------------------------------------------------------
class Builder {
 public:
  explicit Builder(Version version) : version_(version) {}

  bool build(const Type& type, const Json& json, std::string_view name, Value& out);
  Diagnostic take_error() { return std::move(*error_); }

 private:
  bool build_object(const Type& type, const Json& json, std::string_view name, Value& out);
  bool build_octets(const Json& json, std::string_view name, Value& out);
  bool build_bits(const Type& type, const Json& json, std::string_view name, Value& out);
  bool refuse(std::string_view name, const std::string& what, std::string help = {}) {
    std::string message = "`";
    message += name;
    message += "` ";
    message += what;
    error_ = make_diagnostic(Code::E0804, std::move(message), std::move(help));
    return false;
  }

  Version version_;
  std::optional<Diagnostic> error_;
};

bool Builder::build(const Type& type, const Json& json, std::string_view name, Value& out) {
  out.type = &type;
  switch (type.kind) {
    case Kind::boolean:
      if (!json.is_boolean()) return refuse(name, "is not true or false");
      out.number = json.get<bool>() ? 1 : 0;
      return true;
    case Kind::integer:
      if (!json.is_number_integer()) return refuse(name, "is not a whole number");
      if (json.is_number_unsigned() &&
          json.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
        return refuse(name, "is a number of more than 64 bits");
      }
      out.number = json.get<std::int64_t>();
      return true;
    case Kind::null:
      return json.is_null() || refuse(name, "is not null");
    case Kind::octets:
    case Kind::x509:
      return build_octets(json, name, out);
    case Kind::utf8:
      if (!json.is_string()) return refuse(name, "is not a string");
      out.text = json.get<std::string>();
      return true;
    case Kind::bits:
      return build_bits(type, json, name, out);
    case Kind::oid: {
      if (!json.is_string()) return refuse(name, "is not a string");
      std::optional<Bytes> content = oid_content(json.get_ref<const std::string&>());
      if (!content) return refuse(name, "is not an object identifier such as `1.3.6.1`");
      out.bytes = std::move(*content);
      return true;
    }
    case Kind::sequence:
    case Kind::choice:
      return build_object(type, json, name, out);
    case Kind::sequence_of:
      if (!json.is_array()) return refuse(name, "is not an array");
      for (const Json& element : json) {
        Value& child = out.children.emplace_back();
        if (!build(*type.element->type, element, type.element->type->name, child)) return false;
      }
      return true;
  }
  return false;
}

bool Builder::build_object(const Type& type, const Json& json, std::string_view name, Value& out) {
  if (!json.is_object()) return refuse(name, "is not an object");
  for (const auto& [key, element] : json.items()) {
    const Member* found = nullptr;
    std::vector<std::string_view> names;
    for (const Member& member : type.members) {
      if (!member.exists(version_)) continue;
      names.push_back(member.name_in(version_));
      if (names.back() == key) found = &member;
    }
    if (found == nullptr) {
      std::string_view near = nearest_spelling(key, names);
      std::string help = near.empty() ? "" : "did you mean `" + std::string(near) + "`?";
      return refuse(name, "has no member `" + key + "`", std::move(help));
    }
    Value& child = out.children.emplace_back();
    child.member = found;
    if (!build(*found->type, element, found->name_in(version_), child)) return false;
  }
  return true;
}

bool Builder::build_octets(const Json& json, std::string_view name, Value& out) {
  std::optional<Bytes> bytes;
  if (json.is_string()) bytes = from_hex(json.get_ref<const std::string&>());
  if (!bytes) return refuse(name, "is not a string of hex digits");
  out.bytes = std::move(*bytes);
  return true;
}

bool Builder::build_bits(const Type& type, const Json& json, std::string_view name, Value& out) {
  std::string text = json.is_string() ? json.get<std::string>() : "";
  bool framed = text.size() >= 3 && text.starts_with('\'') && text.ends_with("'B");
  std::string digits = framed ? text.substr(1, text.size() - 3) : "";
  if (!framed || digits.find_first_not_of("01") != std::string::npos) {
    std::string help = "write '01'B";
    if (!type.names.empty()) {
      help += "; the first bit is " + std::string(type.names.front().name);
    }
    return refuse(name, "is not a bit string", std::move(help));
  }
  std::size_t last = digits.find_last_of('1');
  out.text = last == std::string::npos ? "" : digits.substr(0, last + 1);
  return true;
}

Diagnostic unknown_type(std::string_view name, Version version) {
  std::string message = "no message `" + std::string(name) + "` in SGP.32 ";
  message += version_text(version);
  std::string_view near = nearest_spelling(name, type_names());
  return make_diagnostic(Code::E0805, std::move(message),
                         near.empty() ? "" : "did you mean `" + std::string(near) + "`?");
}

}  // namespace

Result<Bytes> encode_json(std::string_view type_name, std::string_view json_text,
                          const JsonOptions& options) {
  const Type* type = find_type(type_name, options.version);
  if (type == nullptr) return unknown_type(type_name, options.version);
  Json json = Json::parse(json_text, nullptr, false);
  if (json.is_discarded()) return make_diagnostic(Code::E0806, "the text is not one JSON value");
  Builder builder(options.version);
  Value value;
  if (!builder.build(*type, json, type->name, value)) return builder.take_error();
  return encode(value, options.version);
}

Result<std::string> decode_json(std::string_view type_name, ByteView message,
                                const JsonOptions& options) {
  const Type* type = find_type(type_name, options.version);
  if (type == nullptr) return unknown_type(type_name, options.version);
  Result<Decoded> decoded = decode(*type, message, options.version, options.reading);
  if (!decoded) return std::move(decoded).error();
  return to_json(decoded->value, options.version).dump(options.indent);
}

}  // namespace sojourn::sgp32
