#include "adapters/cli/diagnostic_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/base/diagnostic_code.h"

namespace sojourn::cli {
namespace {

using Json = nlohmann::ordered_json;

Json place_json(const Span& span, const SourceMap& sources) {
  Location begin = sources.location(span);
  Location end = sources.location(Span{span.source, span.end, span.end});
  return {{"file", begin.path},
          {"line", begin.line},
          {"column", begin.column},
          {"end_line", end.line},
          {"end_column", end.column}};
}

// For programs: one word.
std::string word(Severity severity) {
  std::string word(severity_name(severity));
  std::replace(word.begin(), word.end(), ' ', '-');
  return word;
}

}  // namespace

std::string diagnostic_json(const Diagnostic& diagnostic, const SourceMap& sources) {
  Json json;
  json["code"] = code_name(diagnostic.code);
  json["severity"] = word(diagnostic.severity);
  json["message"] = diagnostic.message;
  if (diagnostic.span) json["at"] = place_json(*diagnostic.span, sources);
  if (!diagnostic.help.empty()) json["help"] = diagnostic.help;
  if (!diagnostic.labels.empty()) {
    Json labels = Json::array();
    for (const Label& label : diagnostic.labels) {
      labels.push_back({{"at", place_json(label.span, sources)}, {"text", label.text}});
    }
    json["labels"] = std::move(labels);
  }
  if (!diagnostic.notes.empty()) json["notes"] = diagnostic.notes;
  if (diagnostic.edit) {
    json["edit"] = {{"at", place_json(diagnostic.edit->span, sources)},
                    {"replacement", diagnostic.edit->replacement}};
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sojourn::cli
