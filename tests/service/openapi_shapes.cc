#include "tests/service/openapi_shapes.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/base/instant.h"

namespace sojourn::testing {
namespace {

using Json = OpenApiShapes::Json;

constexpr std::string_view kSchemas = "#/components/schemas/";

std::string lower(std::string_view word) {
  std::string all(word);
  std::transform(all.begin(), all.end(), all.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return all;
}

}  // namespace

class OpenApiShapes::Judge {
 public:
  Judge(const Json& document, std::set<std::string>* seen) : document_(document), seen_(seen) {}

  void judge(const Json& schema, const Json& value, const std::string& place,
             const std::string& name) {
    for (const auto& [word, unused] : schema.items()) {
      if (!known(word)) complain(place, "the schema says `" + word + "`");
    }
    // Null is one more value of the type beside `nullable` (OpenAPI 3.0.3), and of nothing else.
    bool no_type = value.is_null() && schema.value("nullable", false) && schema.contains("type");
    if (no_type && !schema.contains("enum")) return;
    if (schema.contains("$ref")) return follow(schema["$ref"], value, place);
    if (schema.contains("allOf") && value.is_object()) {
      std::vector<Part> parts;
      if (!collect(schema, name, parts)) return complain(place, "refers to no schema");
      return members(parts, value, place);
    }
    if (schema.contains("allOf")) {
      for (const Json& one : schema["allOf"]) judge(one, value, place, name);
    }
    if (schema.contains("oneOf")) return one_of(schema["oneOf"], value, place, name);
    if (schema.contains("type") && !no_type) of_type(schema, value, place, name);
    if (schema.contains("enum")) {
      const Json& words = schema["enum"];
      bool listed = std::find(words.begin(), words.end(), value) != words.end();
      if (!listed) complain(place, value.dump() + " is not among " + words.dump());
    }
  }
  std::string take() { return std::move(complaints_); }

 private:
  static bool known(const std::string& word) {
    static const std::set<std::string> kWords = {"type",  "description", "required", "properties",
                                                 "items", "enum",        "$ref",     "nullable",
                                                 "allOf", "oneOf",       "format",   "readOnly"};
    return kWords.contains(word);
  }

  void complain(const std::string& place, const std::string& what) {
    complaints_ += place + ": " + what + "\n";
  }

  // Null: there is none. `name` becomes its name.
  const Json* find(const std::string& reference, std::string& name) {
    name = reference.starts_with(kSchemas) ? reference.substr(kSchemas.size()) : "";
    const Json& schemas = document_["components"]["schemas"];
    if (!schemas.contains(name)) return nullptr;
    if (seen_ != nullptr) seen_->insert(name);
    return &schemas[name];
  }

  void follow(const std::string& reference, const Json& value, const std::string& place) {
    std::string name;
    const Json* schema = find(reference, name);
    if (schema == nullptr) return complain(place, "no schema `" + reference + "`");
    judge(*schema, value, place, name);
  }

  // An object that is described in parts: each lists some of its members.
  struct Part {
    const Json* schema = nullptr;
    std::string name;
    const Json& properties() const {
      static const Json kNone = Json::object();
      return schema->contains("properties") ? (*schema)["properties"] : kNone;
    }
  };

  bool collect(const Json& schema, const std::string& name, std::vector<Part>& parts) {
    if (schema.contains("$ref")) {
      std::string referred;
      const Json* found = find(schema["$ref"], referred);
      return found != nullptr && collect(*found, referred, parts);
    }
    if (!schema.contains("allOf")) return parts.push_back({&schema, name}), true;
    const Json& all = schema["allOf"];
    return std::all_of(all.begin(), all.end(),
                       [&](const Json& one) { return collect(one, name, parts); });
  }

  void one_of(const Json& all, const Json& value, const std::string& place,
              const std::string& name) {
    std::string why;
    int fitting = 0;
    for (const Json& one : all) {
      Judge alone(document_, seen_);
      alone.judge(one, value, place, name);
      std::string wrong = alone.take();
      if (wrong.empty()) ++fitting;
      why += wrong;
    }
    if (fitting != 1) complain(place, std::to_string(fitting) + " of `oneOf` fit:\n" + why);
  }

  void of_type(const Json& schema, const Json& value, const std::string& place,
               const std::string& name) {
    std::string type = schema["type"];
    bool fits = (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
                (type == "string" && value.is_string()) ||
                (type == "integer" && value.is_number_integer()) ||
                (type == "boolean" && value.is_boolean());
    if (!fits) return complain(place, value.dump().substr(0, 80) + " is no " + type);
    if (type == "array" && schema.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        judge(schema["items"], value[i], place + "/" + std::to_string(i), name + "[]");
      }
    }
    if (schema.value("format", "") == "date-time" && !parse_rfc3339(value.get<std::string>())) {
      complain(place, value.dump() + " is no date-time");
    }
    if (type == "object" && schema.contains("properties")) {
      members({Part{&schema, name}}, value, place);
    }
  }

  void members(const std::vector<Part>& parts, const Json& value, const std::string& place) {
    auto part_with = [&](const std::string& member) {
      return std::find_if(parts.begin(), parts.end(),
                          [&](const Part& part) { return part.properties().contains(member); });
    };
    for (const Part& part : parts) {
      for (const Json& one : part.schema->value("required", Json::array())) {
        if (!value.contains(one)) complain(place, "`" + one.get<std::string>() + "` is missing");
        if (part_with(one) == parts.end()) complain(place, "requires what it does not list");
      }
    }
    for (const auto& [member, content] : value.items()) {
      auto part = part_with(member);
      if (part == parts.end()) {
        complain(place, "`" + member + "` is not documented");
        continue;
      }
      std::string path = part->name + "." + member;
      if (seen_ != nullptr) seen_->insert(path);
      judge(part->properties()[member], content, place + "/" + member, path);
    }
  }

  const Json& document_;
  std::set<std::string>* seen_;
  std::string complaints_;
};

OpenApiShapes::OpenApiShapes(Json document) : document_(std::move(document)) {}

const Json* OpenApiShapes::operation(std::string_view method, std::string_view path) const {
  auto found = document_["paths"].find(std::string(path));
  if (found == document_["paths"].end()) return nullptr;
  auto operation = found->find(lower(method));
  return operation == found->end() ? nullptr : &*operation;
}

// `content`: by media type, as in the document.
std::string OpenApiShapes::judged(const Json& content, std::string_view media_type,
                                  std::string_view body, std::set<std::string>* seen) const {
  std::string type(media_type.substr(0, media_type.find(';')));
  auto found = content.find(type);
  if (found == content.end()) return "`" + type + "` is not documented: " + std::string(body);
  if (type != "application/json" && type != "application/problem+json") return {};
  Json value = Json::parse(body.begin(), body.end(), nullptr, false);
  if (value.is_discarded()) return "is no JSON: " + std::string(body);
  Judge judge(document_, seen);
  judge.judge((*found)["schema"], value, "", "");
  return judge.take();
}

std::string OpenApiShapes::wrong_in_request(std::string_view method, std::string_view path,
                                            std::string_view body) const {
  const Json* found = operation(method, path);
  if (found == nullptr) return "no such operation";
  if (!found->contains("requestBody")) return body.empty() ? "" : "no body is documented";
  const Json& content = (*found)["requestBody"]["content"];
  return judged(content, content.begin().key(), body, nullptr);
}

std::string OpenApiShapes::wrong_in_answer(std::string_view method, std::string_view path,
                                           unsigned status, std::string_view media_type,
                                           std::string_view body) {
  const Json* found = operation(method, path);
  if (found == nullptr) return "no such operation";
  const Json& answer = (*found)["responses"][status / 100 == 2 ? "2XX" : "default"];
  if (!answer.contains("content")) {
    return body.empty() ? "" : "no content is documented: " + std::string(body);
  }
  return judged(answer["content"], media_type, body, &seen_);
}

std::set<std::string> OpenApiShapes::never_seen() const {
  std::set<std::string> all;
  for (const auto& [name, schema] : document_["components"]["schemas"].items()) {
    if (!seen_.contains(name)) continue;  // of requests alone
    auto look = [&, &name = name](const Json& part) {
      const Json properties = part.value("properties", Json::object());
      for (const auto& [member, unused] : properties.items()) {
        if (!seen_.contains(name + "." + member)) all.insert(name + "." + member);
      }
    };
    look(schema);
    for (const Json& part : schema.value("allOf", Json::array())) look(part);
  }
  return all;
}

}  // namespace sojourn::testing
