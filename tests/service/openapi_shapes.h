// The document at /openapi.json, as a judge of what the service really answers.
//
//   OpenApiShapes shapes(document);
//   CHECK(shapes.wrong_in_answer("GET", "/v1/devices/{device}", 200, media_type, body) == "");
//   ... shapes.never_seen()                // documented and in no answer so far
//
// It understands the part of OpenAPI 3.0 that the document uses; another word in it is wrong. More
// than a schema asks, a member that it does not list is wrong too.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

namespace sojourn::testing {

class OpenApiShapes {
 public:
  using Json = nlohmann::json;
  explicit OpenApiShapes(Json document);

  // Requests and answers of an operation; "" = as documented, else what is not, and where.
  std::string wrong_in_request(std::string_view method, std::string_view path,
                               std::string_view body) const;
  std::string wrong_in_answer(std::string_view method, std::string_view path, unsigned status,
                              std::string_view media_type, std::string_view body);
  // "Device.in_flight": members of answers' schemas that no answer had yet.
  std::set<std::string> never_seen() const;
  const Json& document() const { return document_; }

 private:
  class Judge;
  const Json* operation(std::string_view method, std::string_view path) const;
  std::string judged(const Json& content, std::string_view media_type, std::string_view body,
                     std::set<std::string>* seen) const;

  Json document_;
  std::set<std::string> seen_;
};

}  // namespace sojourn::testing
