#include "adapters/eim/http_binding.h"

#include <algorithm>

namespace sojourn::eim {
namespace {

constexpr std::string_view kAsn1Path = "/gsma/rsp2/asn1";
constexpr std::string_view kJsonPath = "/gsma/rsp2/esipa/";
constexpr std::string_view kAsn1Type = "application/x-gsma-rsp-asn1";
constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kAdminProtocolFamily = "gsma/rsp/";
constexpr std::string_view kAdminProtocol = "gsma/rsp/v1.2.0";
constexpr std::size_t kAdminProtocolBytesMax = 64;

constexpr std::string_view kJsonFunctions[] = {"initiateAuthentication", "authenticateClient",
                                               "getBoundProfilePackage", "transferEimPackage",
                                               "getEimPackage",          "provideEimPackageResult",
                                               "handleNotification",     "cancelSession"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Media types are compared without regard to case and to parameters (RFC 9110 8.3.1).
bool is_type(std::string_view header, std::string_view type) {
  header = header.substr(0, header.find(';'));
  while (!header.empty() && header.back() == ' ') header.remove_suffix(1);
  return std::equal(header.begin(), header.end(), type.begin(), type.end(),
                    [](char a, char b) { return lower(a) == b; });
}

}  // namespace

HttpVerdict judge_http(std::string_view method, std::string_view target,
                       std::string_view content_type, bool json_served) {
  HttpVerdict verdict;
  std::string_view path = target.substr(0, target.find('?'));
  if (path != kAsn1Path) {
    verdict.route = HttpRoute::json;
    bool below = json_served && path.starts_with(kJsonPath);
    if (below) verdict.function = path.substr(kJsonPath.size());
    bool known = std::find(std::begin(kJsonFunctions), std::end(kJsonFunctions),
                           verdict.function) != std::end(kJsonFunctions);
    if (!known) {
      verdict.status = 404;
      return verdict;
    }
  }
  std::string_view type = verdict.route == HttpRoute::asn1 ? kAsn1Type : kJsonType;
  if (method != "POST") {
    verdict.status = 405;
  } else if (!is_type(content_type, type)) {
    verdict.status = 415;
  }
  return verdict;
}

unsigned http_status(EsipaAnswer::Kind kind) {
  switch (kind) {
    case EsipaAnswer::Kind::message:
      return 200;
    case EsipaAnswer::Kind::empty:
      return 204;
    case EsipaAnswer::Kind::undecodable:
      return 400;
    case EsipaAnswer::Kind::busy:
      return 503;
    case EsipaAnswer::Kind::too_many:
      return 429;
  }
  return 500;
}

std::string_view http_content_type(HttpRoute route) {
  return route == HttpRoute::asn1 ? kAsn1Type : "application/json;charset=UTF-8";
}

std::string_view admin_protocol_answer(std::string_view requested) {
  bool of_family =
      requested.starts_with(kAdminProtocolFamily) && requested.size() <= kAdminProtocolBytesMax;
  return of_family ? requested : kAdminProtocol;
}

}  // namespace sojourn::eim
