// ESipa over HTTP, free of any HTTP library: paths, content types, status codes (sgp32.md 3).
#pragma once

#include <cstdint>
#include <string_view>

#include "adapters/eim/esipa_handler.h"

namespace sojourn::eim {

enum class HttpRoute : std::uint8_t { asn1, json };

struct HttpVerdict {
  unsigned status = 200;  // 200: hand it on; 404, 405, 415: answer so
  HttpRoute route = HttpRoute::asn1;
  std::string_view function;  // of the JSON binding; a view into the target
};

// `json_served`: is there anybody to answer the JSON binding? Without, its paths are unknown.
HttpVerdict judge_http(std::string_view method, std::string_view target,
                       std::string_view content_type, bool json_served);

unsigned http_status(EsipaAnswer::Kind kind);

std::string_view http_content_type(HttpRoute route);

// The X-Admin-Protocol to answer with: what the request said if it is of the family, otherwise
// ours.
std::string_view admin_protocol_answer(std::string_view requested);

}  // namespace sojourn::eim
