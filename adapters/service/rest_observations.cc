// POST /v1/observations: reports in, answered when they are durable.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "adapters/service/json_line.h"
#include "adapters/service/report_lines.h"
#include "adapters/service/rest.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::service::routes {

eim::HttpResponse post_observations(Rest& rest, const RestCall& call) {
  thread_local ReportLineReader reader;  // the waiting threads are few and keep its memory
  ReportLines lines = reader.read(call.body(), call.engine->latest_report());
  Json refused = Json::array();
  for (const RefusedLine& one : lines.refused) {
    refused.push_back({{"line", one.line},
                       {"code", one.code},
                       {"message", one.message},
                       {"part", one.whole ? "line" : "value"}});
  }
  if (lines.reports.empty()) {
    std::string detail = "no report that can be used was sent";
    for (const RefusedLine& one : lines.refused) {
      detail += fmt::format("; line {}: {}", one.line, one.message);
    }
    return problem(400, lines.refused.empty() ? "E0885" : lines.refused.front().code, detail,
                   "a report needs `ts` and one of `eid`, `imei`, `device`");
  }
  Result<ReportCounts> counts = call.engine->take(lines.reports);
  if (!counts) return problem(counts.error(), rest.retry_after_s());
  for (const auto& [line, eid] : counts->quoted_others) {
    if (refused.size() >= limits::kQuotedLinesMax) break;
    refused.push_back({{"line", line},
                       {"code", code_name(Code::E0887)},
                       {"message", EidClaims::taken(eid).message},
                       {"part", "line"}});
  }
  if (counts->others == lines.reports.size()) {
    return problem(EidClaims::taken(counts->quoted_others.front().second), 0);
  }
  Json json;
  json["lines"] = lines.line_count;
  json["taken"] = counts->taken;
  json["duplicate"] = counts->duplicate;
  json["late"] = counts->late;
  json["too_late"] = counts->too_late;
  json["refused"] = lines.refused_count + counts->others;
  json["refused_values"] = counts->refused_values;
  json["set_aside"] = counts->set_aside;
  json["decisions"] = counts->decisions;
  if (!refused.empty()) json["findings"] = std::move(refused);
  return json_answer(200, json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace sojourn::service::routes
