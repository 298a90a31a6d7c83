#include "adapters/eim/http_binding.h"

#include "tests/support/catch.h"

namespace sojourn::eim {
namespace {

TEST_CASE("HTTP requests are routed as SGP.32 says") {
  struct Row {
    std::string_view name, method, target, type;
    bool json_served;
    unsigned status;
    std::string_view function;
  };
  constexpr std::string_view kAsn1 = "application/x-gsma-rsp-asn1";
  const Row rows[] = {
      {"asn1", "POST", "/gsma/rsp2/asn1", kAsn1, false, 200, ""},
      {"asn1 with a query", "POST", "/gsma/rsp2/asn1?x=1", kAsn1, false, 200, ""},
      {"type with parameters", "POST", "/gsma/rsp2/asn1", "application/x-gsma-rsp-asn1 ; v=1",
       false, 200, ""},
      {"type in capitals", "POST", "/gsma/rsp2/asn1", "Application/X-GSMA-RSP-ASN1", false, 200,
       ""},
      {"type longer", "POST", "/gsma/rsp2/asn1", "application/x-gsma-rsp-asn1x", false, 415, ""},
      {"type shorter", "POST", "/gsma/rsp2/asn1", "application/x-gsma-rsp-asn", false, 415, ""},
      {"no type", "POST", "/gsma/rsp2/asn1", "", false, 415, ""},
      {"JSON type on the ASN.1 path", "POST", "/gsma/rsp2/asn1", "application/json", true, 415, ""},
      {"GET", "GET", "/gsma/rsp2/asn1", kAsn1, false, 405, ""},
      {"path longer", "POST", "/gsma/rsp2/asn1/", kAsn1, false, 404, ""},
      {"root", "POST", "/", kAsn1, false, 404, ""},
      {"JSON", "POST", "/gsma/rsp2/esipa/getEimPackage", "application/json;charset=UTF-8", true,
       200, "getEimPackage"},
      {"JSON, served by nobody", "POST", "/gsma/rsp2/esipa/getEimPackage", "application/json",
       false, 404, ""},
      {"JSON, unknown function", "POST", "/gsma/rsp2/esipa/getEimPackages", "application/json",
       true, 404, "getEimPackages"},
      {"JSON with GET", "GET", "/gsma/rsp2/esipa/cancelSession", "application/json", true, 405,
       "cancelSession"},
      {"ASN.1 type on a JSON path", "POST", "/gsma/rsp2/esipa/cancelSession", kAsn1, true, 415,
       "cancelSession"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    HttpVerdict verdict = judge_http(row.method, row.target, row.type, row.json_served);
    CHECK(verdict.status == row.status);
    CHECK(verdict.function == row.function);
  }
}

TEST_CASE("X-Admin-Protocol is echoed within its family") {
  CHECK(admin_protocol_answer("gsma/rsp/v2.4.0") == "gsma/rsp/v2.4.0");
  CHECK(admin_protocol_answer("gsma/rsp/v1.0.0") == "gsma/rsp/v1.0.0");
  CHECK(admin_protocol_answer("") == "gsma/rsp/v1.2.0");
  CHECK(admin_protocol_answer("other/v1") == "gsma/rsp/v1.2.0");
  CHECK(admin_protocol_answer("gsma/rsp/" + std::string(55, '1')).size() == 64);
  CHECK(admin_protocol_answer("gsma/rsp/" + std::string(56, '1')) == "gsma/rsp/v1.2.0");
}

}  // namespace
}  // namespace sojourn::eim
