// What each key of a line means, and what becomes of values that cannot be: one row per case.
#include <string>

#include "tests/support/catch.h"
#include "tests/telemetry/read_all.h"

namespace sojourn::telemetry {
namespace {

struct Row {
  const char* line;     // what follows "ts" and "device"
  const char* report;   // what follows them in text_of
  const char* dropped;  // "": nothing; else title, code and message of the one dropped value
};

constexpr Row kRows[] = {
    // --- names
    {R"(,"eid":"89049032123451234512345678901235")", " eid=89049032123451234512345678901235", ""},
    {R"(,"eid":89049032123451234512345678901235)", " eid=89049032123451234512345678901235", ""},
    {R"(,"eid":null)", "", ""},
    {R"(,"eid":"8904903212345123451234567890123")", "",
     "device name refused [E0645]: `8904903212345123451234567890123` is no EID"},
    {R"(,"eid":"890490321234512345123456789012355")", "",
     "device name refused [E0645]: `890490321234512345123456789012355` is no EID"},
    {R"(,"imei":"356938035643809")", " imei=356938035643809", ""},
    {R"(,"imei":"3569380356438")", "", "device name refused [E0645]: `3569380356438` is no IMEI"},
    {R"(,"imei":true)", "", "device name refused [E0645]: `true` is no IMEI"},
    {R"(,"imei":[])", "", "device name refused [E0645]: `imei` cannot be a list"},
    // --- position
    {R"(,"position":{"lat":-23.5505,"lon":-46.6333,"accuracy":12,"altitude":760,"speed":0})",
     " position=(-23.5505 -46.6333 accuracy 12 altitude 760 speed 0)", ""},
    {R"(,"position":{"lat":1e1,"lon":-1.5e-1,"source":"cell"})", " position=(10 -0.15 cell)", ""},
    {R"(,"position":{"lat":1,"lon":2,"source":"gnss","accuracy":null})", " position=(1 2)", ""},
    {R"(,"position":{"lat":1,"lon":2,"source":"wifi"})", " position=(1 2 cell)",
     "position refused [E0640]: `wifi` is no source, taken for `cell`"},
    {R"(,"position":null)", " position=null", ""},
    {R"(,"position":{"lat":null,"lon":null})", " position=null", ""},
    {R"(,"position":{"lat":89.999999,"lon":179.999999})", " position=(89.999999 179.999999)", ""},
    {R"(,"position":{"lat":90,"lon":180})", " position=(90 180)", ""},
    {R"(,"position":{"lat":-90,"lon":-180})", " position=(-90 -180)", ""},
    {R"(,"position":{"lat":90.000001,"lon":0})", "",
     "position refused [E0640]: `90.000001` is no latitude"},
    {R"(,"position":{"lat":91,"lon":0})", "", "position refused [E0640]: `91` is no latitude"},
    {R"(,"position":{"lat":0,"lon":-180.1})", "",
     "position refused [E0640]: `-180.1` is no longitude"},
    {R"(,"position":{"lat":1e400,"lon":0})", "",
     "position refused [E0640]: `1e400` is no latitude"},
    {R"(,"position":{"lat":1e-400,"lon":0})", " position=(0 0)", ""},
    {R"(,"position":{"lat":"48.1","lon":0})", "",
     "position refused [E0640]: `48.1` is no latitude"},
    {R"(,"position":{"lon":0})", "", "position refused [E0640]: a position without latitude"},
    {R"(,"position":{"lat":0})", "", "position refused [E0640]: a position without longitude"},
    {R"(,"position":{})", "", "position refused [E0640]: a position without latitude"},
    {R"(,"position":{"lat":0,"lon":[1]})", "",
     "position refused [E0640]: `a list` is no longitude"},
    {R"(,"position":{"lat":0,"lon":0,"accuracy":-1})", "",
     "position refused [E0640]: `-1` is no accuracy"},
    {R"(,"position":{"lat":0,"lon":0,"speed":-1})", " position=(0 0)",
     "position refused [E0640]: `-1` is no speed"},
    {R"(,"position":{"lat":0,"lon":0,"altitude":"high"})", " position=(0 0)",
     "position refused [E0640]: `high` is no altitude"},
    {R"(,"position":{"lat":0,"lat":1,"lon":0})", " position=(0 0)",
     "key repeated [E0649]: a part of the position stands twice"},
    {R"(,"position":[0,0])", "", "position refused [E0640]: `position` cannot be a list"},
    {R"(,"position":"here")", "", "position refused [E0640]: `here` is no position"},
    // --- network
    {R"(,"network":"724-05")", " network=724-05", ""},
    {R"(,"network":"72405")", " network=724-05", ""},
    {R"(,"network":"310-260")", " network=310-260", ""},
    {R"(,"network":"901-37")", " network=901-37", ""},
    {R"(,"network":"724")", " network=724", ""},
    {R"(,"network":null)", " network=null", ""},
    {R"(,"network":"abc")", "", "network refused [E0641]: `abc` is no network code"},
    {R"(,"network":"724-5")", "", "network refused [E0641]: `724-5` is no network code"},
    {R"(,"network":72405)", " network=724-05", ""},  // as a table's cell says it
    {R"(,"network":724)", " network=724", ""},
    {R"(,"network":7240)", "", "network refused [E0641]: `7240` is no network code"},
    {R"(,"network":{"mcc":724})", "", "network refused [E0641]: `network` cannot be an object"},
    {R"(,"rat":"lte-m")", " rat=lte-m", ""},
    {R"(,"rat":"nb-iot")", " rat=nb-iot", ""},
    {R"(,"rat":null)", " rat=null", ""},
    {R"(,"rat":"5g")", "", "radio technology refused [E0642]: `5g` is no radio technology"},
    {R"(,"registration":"home")", " registration=home", ""},
    {R"(,"registration":"roaming")", " registration=roaming", ""},
    {R"(,"registration":"searching")", " registration=searching", ""},
    {R"(,"registration":"denied")", " registration=denied", ""},
    {R"(,"registration":"none")", " registration=none", ""},
    {R"(,"registration":null)", " registration=null", ""},
    {R"(,"registration":"foo")", "", "registration refused [E0643]: `foo` is no registration"},
    {R"(,"registration":5)", "", "registration refused [E0643]: `5` is no registration"},
    {R"(,"reject":0)", " reject=0", ""},
    {R"(,"reject":11)", " reject=11", ""},
    {R"(,"reject":255)", " reject=255", ""},
    {R"(,"reject":null)", "", ""},
    {R"(,"reject":256)", "", "reject cause refused [E0644]: `256` is no reject cause"},
    {R"(,"reject":-1)", "", "reject cause refused [E0644]: `-1` is no reject cause"},
    {R"(,"reject":11.5)", "", "reject cause refused [E0644]: `11.5` is no reject cause"},
    // --- profiles
    {R"(,"profile":"bootstrap")", " profile=bootstrap", ""},
    {R"(,"profile":null)", " profile=null", ""},
    {R"(,"profile":"")", "", "profile refused [E0646]: `` is no profile's name"},
    {R"(,"iccid":"8933150319000012345")", " iccid=8933150319000012345", ""},
    {R"(,"iccid":"8933150319000012345F")", " iccid=8933150319000012345", ""},
    {R"(,"iccid":"89331503190000123")", "",
     "profile refused [E0646]: `89331503190000123` is no ICCID"},
    {R"(,"iccid":null)", " iccid=null", ""},
    {R"(,"installed":["bootstrap","vivo-local"])", " installed=[bootstrap,vivo-local]", ""},
    {R"(,"installed":[])", " installed=[]", ""},
    {R"(,"installed":null)", " installed=null", ""},
    {R"(,"installed":["bootstrap",null])", "",
     "profile refused [E0646]: `null` is no profile's name"},
    {R"(,"installed":"bootstrap")", "",
     "profile refused [E0646]: `installed` is a list, not `bootstrap`"},
    {R"(,"fallback":"bootstrap")", " fallback=bootstrap", ""},
    {R"(,"fallback":null)", " fallback=null", ""},
    {R"(,"fallback":false)", "", "profile refused [E0646]: `false` is no profile's name"},
    // --- data
    {R"(,"data":{"up":1200,"down":300})", " data=1500", ""},
    {R"(,"data":{"up":1200})", " data=1200", ""},
    {R"(,"data":{"up":null,"down":7})", " data=7", ""},
    {R"(,"data":{})", "", ""},
    {R"(,"data":1.2e3)", " data=1200", ""},
    {R"(,"data":null)", "", ""},
    {R"(,"data-total":123456789012345)", " data-total=123456789012345", ""},
    {R"(,"data-total":{"up":1,"down":2})", " data-total=3", ""},
    {R"(,"data":{"up":-1,"down":300})", "",
     "amount of data refused [E0647]: `-1` is no amount of data"},
    {R"(,"data":{"up":0.5})", "", "amount of data refused [E0647]: `0.5` is no amount of data"},
    {R"(,"data":{"up":9223372036854775807,"down":0})", " data=9223372036854775807", ""},
    {R"(,"data":{"up":9223372036854775807,"down":1})", "",
     "amount of data refused [E0647]: `1` is no amount of data"},
    {R"(,"data":"much")", "", "amount of data refused [E0647]: `much` is no amount of data"},
    // --- events and dates
    {R"(,"event":"owner-changed")", " event=owner-changed", ""},
    {R"(,"event":null)", "", ""},
    {R"(,"event":5)", "", "event refused [E0638]: `5` is no event"},
    {R"(,"commissioned":"2026-01-31")", " commissioned=2026-01-31T00:00:00Z", ""},
    {R"(,"commissioned":"2026-01-31T03:00:00+03:00")", " commissioned=2026-01-31T00:00:00Z", ""},
    {R"(,"commissioned":1769817600)", " commissioned=2026-01-31T00:00:00Z", ""},
    {R"(,"commissioned":"2026-02-29")", "",
     "date of commissioning refused [E0639]: `2026-02-29` is no date"},
    // --- attributes
    {R"(,"attributes":{"type":"meter","battery":80,"tag":["pilot"]})",
     " type='meter' battery=80000000u tag=[pilot]", ""},
    {R"(,"attributes":{"a":true,"b":false,"c":null,"d":[]})", " a=true b=false c=null d=[]", ""},
    {R"(,"attributes":{"a":80.1234564,"b":80.1234565,"c":-0.0000005,"d":1e-7})",
     " a=80123456u b=80123457u c=-1u d=0u", ""},
    {R"(,"attributes":{"a":0.1,"b":0.3,"c":2.675,"d":1e6})",
     " a=100000u b=300000u c=2675000u d=1000000000000u", ""},
    {R"(,"attributes":{"a":9223372036854.775807})", " a=9223372036854775807u", ""},
    {R"(,"attributes":{"a":9223372036854.775808,"b":1})", " b=1000000u",
     "attribute refused [E0648]: `9223372036854.775808` is too large a number"},
    {R"(,"attributes":{"a":{"x":1},"b":1})", " b=1000000u",
     "attribute refused [E0648]: attribute `a` cannot be an object"},
    {R"(,"attributes":{"a":["x",5],"b":1})", " b=1000000u",
     "attribute refused [E0648]: `5` in a list of texts"},
    {R"(,"attributes":{"a":[["x"]],"b":["y"]})", " b=[y]",
     "attribute refused [E0648]: `null` in a list of texts"},
    {R"(,"attributes":{"a":1,"a":2})", " a=1000000u",
     "key repeated [E0649]: attribute `a` stands twice"},
    {R"(,"attributes":{"commissioned":"2026-01-31"})", " commissioned=2026-01-31T00:00:00Z", ""},
    {R"(,"attributes":null)", "", ""},
    {R"(,"attributes":[1])", "", "attribute refused [E0648]: `attributes` cannot be a list"},
    {R"(,"attributes":"x")", "", "attribute refused [E0648]: `attributes` is an object, not `x`"},
    {R"(,"attributes":{"name \"q\" \u00e9":"tab\tA"})", " name \"q\" \u00e9='tab\tA'", ""},
    // --- repetition
    {R"(,"network":"724-05","network":"724-06")", " network=724-05",
     "key repeated [E0649]: `network` stands twice"},
    {R"(,"network":"724-05","network":{"a":[1]})", " network=724-05",
     "key repeated [E0649]: `network` stands twice"},
    {R"(,"\u006eetwork":"724-05")", " network=724-05", ""},
};

TEST_CASE("each key of a trace line") {
  for (const Row& row : kRows) {
    std::string line = std::string(R"({"ts":"2026-01-01T10:00:00Z","device":"d")") + row.line + "}";
    INFO(line);
    WholeTrace trace = read_text(line + "\n");
    REQUIRE(trace.reports.size() == 1);
    // The order in text_of is fixed: the device comes after EID and IMEI.
    std::string report = trace.reports.front();
    std::size_t device = report.find(" device=d");
    REQUIRE(device != std::string::npos);
    report.erase(device, 9);
    CHECK(report == std::string("2026-01-01T10:00:00Z") + row.report);

    std::string expected = "1 line, 1 report from 2026-01-01T10:00:00Z to 2026-01-01T10:00:00Z\n";
    if (std::string dropped = row.dropped; !dropped.empty()) {
      std::size_t colon = dropped.find(": ");
      std::string shown = line.size() <= 160 ? line : line.substr(0, 160) + "...";
      for (char& c : shown) c = c == '\t' ? ' ' : c;
      expected += "1 value dropped, the rest of the line used\n  " + dropped.substr(0, colon) +
                  ": 1\n    t:1: " + dropped.substr(colon + 2) + ": `" + shown + "`\n";
    }
    CHECK(trace.summary == expected);
  }
}

struct TimeRow {
  const char* ts;
  const char* at;  // "": no time
  const char* refused_as = "no time";
};

constexpr TimeRow kTimes[] = {
    {R"("2026-01-01T10:00:00Z")", "2026-01-01T10:00:00Z"},
    {R"("2026-01-01T10:00:00.250-03:00")", "2026-01-01T13:00:00.250Z"},
    {R"("2026-01-01 10:00:00+05:30")", "2026-01-01T04:30:00Z"},
    {"1767261600", "2026-01-01T10:00:00Z"},
    {"1767261600.25", "2026-01-01T10:00:00.250Z"},
    {"1767261600000", "2026-01-01T10:00:00Z"},
    {"1767261600250", "2026-01-01T10:00:00.250Z"},
    {"1.7672616e9", "2026-01-01T10:00:00Z"},
    {"99999999999", "5138-11-16T09:46:39Z"},   // the last that is seconds
    {"100000000000", "1973-03-03T09:46:40Z"},  // the first that is milliseconds
    {"100000000001", "1973-03-03T09:46:40.001Z"},
    {"0", "1970-01-01T00:00:00Z"},
    {"-1", "1969-12-31T23:59:59Z"},
    {"253402300799999", "9999-12-31T23:59:59.999Z"},
    {"253402300800000", ""},
    {"1e30", ""},
    {R"("0000-01-01T00:00:00Z")", "0000-01-01T00:00:00Z"},
    {R"("0000-01-01T00:00:00+00:01")", ""},
    {R"("9999-12-31T23:59:59-00:01")", ""},
    {R"("2026-01-01T10:00:00")", "", "a time without an offset"},
    {R"("2026-01-01 10:00")", "", "a time without an offset"},
    {R"("2026-02-30T10:00:00Z")", ""},
    {R"("1767261600")", ""},
    {R"("yesterday")", ""},
    {"true", ""},
    {"[]", ""},
};

TEST_CASE("times") {
  for (const TimeRow& row : kTimes) {
    INFO(row.ts);
    std::string line = std::string(R"({"ts":)") + row.ts + R"(,"device":"d"})";
    WholeTrace trace = read_text(line);
    if (std::string at = row.at; !at.empty()) {
      REQUIRE(trace.reports.size() == 1);
      CHECK(trace.reports.front() == at + " device=d");
      continue;
    }
    CHECK(trace.reports.empty());
    std::string quoted = row.ts;
    std::erase(quoted, '"');
    quoted = quoted == "[]" ? "a list" : "`" + quoted + "`";
    CHECK(trace.summary ==
          "1 line, 0 reports\n1 line skipped\n  line without a time [E0631]: 1\n"
          "    t:1: " +
              quoted + " is " + row.refused_as + ": `" + line + "`\n");
  }
}

}  // namespace
}  // namespace sojourn::telemetry
