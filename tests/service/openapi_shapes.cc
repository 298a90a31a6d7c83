#include "tests/service/openapi_shapes.h"

#include <algorithm>
#include <utility>

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
    if (value.is_null() && schema.value("nullable", false)) return;
    if (schema.contains("$ref")) return follow(schema["$ref"], value, place);
    if (schema.contains("allOf")) {
      for (const Json& one : schema["allOf"]) judge(one, value, place, name);
    }
    if (schema.contains("oneOf")) return one_of(schema["oneOf"], value, place, name);
    if (schema.contains("type")) of_type(schema, value, place, name);
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

  void follow(const std::string& reference, const Json& value, const std::string& place) {
    std::string name = reference.starts_with(kSchemas) ? reference.substr(kSchemas.size()) : "";
    const Json& schemas = document_["components"]["schemas"];
    if (!schemas.contains(name)) return complain(place, "no schema `" + reference + "`");
    if (seen_ != nullptr) seen_->insert(name);
    judge(schemas[name], value, place, name);
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
    if (type == "object" && schema.contains("properties")) members(schema, value, place, name);
  }

  void members(const Json& schema, const Json& value, const std::string& place,
               const std::string& name) {
    const Json& properties = schema["properties"];
    for (const Json& one : schema.value("required", Json::array())) {
      if (!value.contains(one)) complain(place, "`" + one.get<std::string>() + "` is missing");
      if (!properties.contains(one)) complain(place, "requires what it does not list");
    }
    for (const auto& [member, content] : value.items()) {
      if (!properties.contains(member)) {
        complain(place, "`" + member + "` is not documented");
        continue;
      }
      std::string path = name + "." + member;
      if (seen_ != nullptr) seen_->insert(path);
      judge(properties[member], content, place + "/" + member, path);
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
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [member, unused] : properties.items()) {
      if (!seen_.contains(name + "." + member)) all.insert(name + "." + member);
    }
  }
  return all;
}

}  // namespace sojourn::testing
