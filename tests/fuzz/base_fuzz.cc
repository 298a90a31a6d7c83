// Every reader of short texts in engine/base: what is read can be written and read again, and
// diagnostics about any text are fit for a terminal.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/calendar.h"
#include "engine/base/country.h"
#include "engine/base/diagnostic.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/identifiers.h"
#include "engine/base/instant.h"
#include "engine/base/posix_zone_rule.h"

using namespace sojourn;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read_all(std::string_view text) {
  if (auto t = parse_rfc3339(text)) {
    // An offset can carry the first and last hours of the four-digit years beyond them.
    bool four_digits = *t >= Instant{-62'167'219'200'000} && *t <= Instant{253'402'300'799'999};
    require(parse_rfc3339(to_rfc3339(*t)) == t || !four_digits);
  }
  if (auto day = parse_date(text)) require(to_text(*day) == text);
  if (auto bytes = from_hex(text)) require(from_hex(to_hex(*bytes)) == bytes);
  if (auto bytes = from_base64(text)) require(to_base64(*bytes) == text);
  if (auto eid = parse_eid(text)) require(to_text(*eid) == text);
  if (auto iccid = parse_iccid(text)) require(iccid->text() == text);
  if (auto plmn = parse_plmn(text)) {
    require(parse_plmn(to_text(*plmn)) == plmn);
    require(unpack_plmn(pack(*plmn)) == *plmn);
    require(countries_of(*plmn).subset_of(countries_of({plmn->mcc, 0, 0})));
  }
  if (auto country = find_country(text)) require(code_of(*country) == text);
  if (auto country = country_of_iccid(text)) require(!code_of(*country).empty());
  if (auto rule = PosixZoneRule::parse(text); rule && rule->changes_yearly()) {
    auto changes = rule->changes_of(2026);
    require(changes[0].at_s <= changes[1].at_s);
  }
}

void render_about(std::string_view text) {
  SourceMap sources;
  SourceId id = sources.add("fuzz", std::string(text));
  auto middle = static_cast<std::uint32_t>(text.size() / 2);
  auto end = static_cast<std::uint32_t>(text.size());
  std::string out = render(
      make_diagnostic(Code::E0006, Span{id, middle, end}, std::string(text), std::string(text)),
      sources);
  for (char c : out) require(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  read_all(text);
  render_about(text);
  std::size_t half = size / 2;
  nearest_spelling(text.substr(0, half), {text.substr(half), "berlin"});
  return 0;
}
