// Traces in other forms: what each becomes, line by line, however the bytes are cut; and whole
// files by their names.
#include "adapters/telemetry/translation.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "engine/base/limits.h"
#include "tests/support/catch.h"
#include "tests/telemetry/read_all.h"

namespace sojourn::telemetry {
namespace {

using Catch::Matchers::Contains;

// The lines, the same for every way of cutting the bytes.
std::string translated(const std::string& text, const Translation& how) {
  std::string first;
  for (std::size_t chunk_bytes : {std::size_t{1}, std::size_t{7}, text.size() + 1}) {
    auto lines = translate(open_memory(text, chunk_bytes), how);
    REQUIRE(lines.ok());
    std::string all;
    char buffer[50];
    while (true) {
      Result<std::size_t> count = (*lines)->read(buffer, sizeof buffer);
      REQUIRE(count.ok());
      if (*count == 0) break;
      all.append(buffer, *count);
    }
    if (first.empty()) first = all;
    INFO("cut after " << chunk_bytes << " bytes");
    CHECK(all == first);
  }
  return first;
}

const std::string kMapping = R"({
  "columns": {"ts": "When", "device": "Unit", "lat": "Lat", "lon": "Lon",
              "speed": {"column": "Speed", "unit": "km/h"}, "attributes.type": "Kind"},
  "time": "%d/%m/%Y %H:%M:%S", "offset": "-03:00", "separator": ";"})";

}  // namespace

TEST_CASE("CSV: columns, units and times by a mapping; the header keeps its line") {
  std::string lines = translated(
      "\xEF\xBB\xBFWhen;Unit;Lat;Lon;Speed;Kind;Remark\r\n"
      "21/03/2026 07:05:09;van 7;-23.55;-46.63;36;\"a \"\"big\"\"; one\";x\r\n"
      "\r\n"
      "not a time;v;;;;;\r\n",
      {.form = TraceForm::csv, .mapping = kMapping});
  CHECK(
      lines ==
      "\n"
      R"({"ts":"2026-03-21T07:05:09-03:00","device":"van 7","position":{"lat":-23.55,"lon":-46.63,)"
      R"("speed":10},"attributes":{"type":"a \"big\"; one"}})"
      "\n\n"
      R"({"ts":"not a time","device":"v"})"
      "\n");
}

TEST_CASE("CSV without a mapping: columns are named like keys, digits stay as they are") {
  std::string lines = translated(
      "ts,eid,lat,lon,network,attributes.battery,attributes.mains\n"
      "1767225600,89049032123451234512345678901235,1.50,2,724-05,80,true\n",
      {.form = TraceForm::csv});
  CHECK(
      lines ==
      "\n"
      R"({"ts":1767225600,"eid":89049032123451234512345678901235,"position":{"lat":1.50,"lon":2},)"
      R"("network":"724-05","attributes":{"battery":80,"mains":true}})"
      "\n");
}

TEST_CASE("CSV: the header tells what separates columns; times are quoted as they were written") {
  const char* separators[] = {";", "\t"};
  for (std::string separator : separators) {
    std::string text = "ts;device;attributes.note;\"a, b, c, d\"\n2026-03-01 10:00;d1;a, b;\n";
    for (char& c : text) c = c == ';' ? separator[0] : c;
    CHECK(translated(text, {.form = TraceForm::csv}) ==
          "\n"
          R"({"ts":"2026-03-01 10:00","device":"d1","attributes":{"note":"a, b"}})"
          "\n");
  }
  std::string mapping = R"({"columns": {"ts": "When", "device": "Unit"}, "offset": "-03:00"})";
  CHECK(translated("When,Unit\n2026-03-01 10:00,d1\n2026-03-01 10:00Z,d2\n",
                   {.form = TraceForm::csv, .mapping = mapping}) ==
        "\n"
        R"({"ts":"2026-03-01T10:00:00-03:00","device":"d1"})"
        "\n"
        R"({"ts":"2026-03-01T10:00:00Z","device":"d2"})"
        "\n");
}

TEST_CASE("CSV: without its header no row is a report, and no name is longer than a word") {
  std::string long_name(limits::kTraceLineBytesMax, 'n');
  std::string lines = translated(
      "ts,device," + long_name + "\n2026-03-01T10:00:00Z,d1,x\n2026-03-01T11:00:00Z,d1,y\n",
      {.form = TraceForm::csv});
  CHECK(lines.substr(lines.find('\n')) == "\n{}\n{}\n");
  std::string rows = "ts,attributes." + long_name.substr(0, 100'000) + "\n";
  for (int i = 0; i < 100; ++i) rows += "2026-03-01T10:00:00Z,1\n";
  CHECK(translated(rows, {.form = TraceForm::csv}).size() < 100 * 3'000);
}

TEST_CASE("a mapping that cannot be used says why") {
  const std::pair<const char*, const char*> kRows[] = {
      {"[]", "no JSON object"},
      {R"({"columns": {}})", "names no columns"},
      {R"({"columns": {"ts": 5}})", "`ts` is neither"},
      {R"({"columns": {"speed": {"column": "s", "unit": "furlong"}}})", "furlong"},
      {R"({"colums": {"ts": "t"}})", "`colums` is not one of"},
  };
  for (const auto& [mapping, why] : kRows) {
    INFO(mapping);
    auto lines = translate(open_memory(""), {.form = TraceForm::csv, .mapping = mapping});
    REQUIRE_FALSE(lines.ok());
    CHECK_THAT(lines.error().message, Contains(why));
  }
}

TEST_CASE("Traccar: knots become metres per second, what else it says are attributes") {
  std::string lines = translated(
      "id,deviceId,protocol,serverTime,deviceTime,fixTime,valid,latitude,longitude,altitude,speed,"
      "course,address,accuracy,batteryLevel,ignition\n"
      "5,7,gt06,,,2026-01-01T10:00:00.000+00:00,true,47.5,7.6,260,10,90,\"Basel, CH\",12,80,true\n",
      {.form = TraceForm::traccar});
  CHECK(lines ==
        "\n"
        R"({"device":7,"ts":"2026-01-01T10:00:00.000+00:00","position":{"lat":47.5,"lon":7.6,)"
        R"("altitude":260,"speed":5.144444444,"accuracy":12},)"
        R"("attributes":{"batteryLevel":80,"ignition":true}})"
        "\n");
}

TEST_CASE("SenML: a pack becomes a report for each device and instant") {
  std::string lines = translated(
      "[{\"bn\":\"urn:imei:356938035643809/6/0/\",\"bt\":1767225600,\"n\":\"0\",\"v\":-23.55},\n"
      " {\"n\":\"1\",\"v\":-46.63},{\"n\":\"6\",\"v\":1.5},\n"
      " {\"bn\":\"urn:imei:356938035643809/4/0/\",\"n\":\"0\",\"v\":7},{\"n\":\"9\",\"v\":5},"
      "{\"n\":\"10\",\"v\":724},\n"
      " {\"bn\":\"urn:imei:356938035643809/\",\"n\":\"3/0/9\",\"v\":80},"
      "{\"n\":\"7/0/2\",\"v\":12},{\"n\":\"11/0/1\",\"vs\":\"iot.acme\"},"
      "{\"n\":\"6/0/0\",\"t\":60,\"v\":-23.5},{\"n\":\"6/0/1\",\"t\":60,\"v\":-46.6}]\n",
      {.form = TraceForm::senml});
  CHECK(lines ==
        R"({"position":{"lat":-23.55,"lon":-46.63,"speed":1.5},"rat":"nb-iot",)"
        R"("attributes":{"battery":80,"apn":"iot.acme"},"data-total":{"up":12000},)"
        R"("ts":1767225600,"network":"724-05","imei":"356938035643809"})"
        "\n"
        R"({"position":{"lat":-23.5,"lon":-46.6},"ts":1767225660,"imei":"356938035643809"})"
        "\n");
}

TEST_CASE("CloudEvents: the report is the event's data, its time and subject stand in") {
  std::string lines = translated(
      R"({"specversion":"1.0","id":"1","source":"/eim","type":"report","time":"2026-01-01T10:00:00Z",)"
      R"("subject":"m1","data":{"network":"724-05"}})"
      "\n"
      R"({"specversion":"1.0","data":{"ts":5,"device":"m2"},"time":"2026-01-01T10:00:00Z"})"
      "\nnonsense\n",
      {.form = TraceForm::cloudevents, .attributes = {{"type", "meter"}}});
  CHECK(
      lines ==
      R"({"network":"724-05","ts":"2026-01-01T10:00:00Z","device":"m1","attributes":{"type":"meter"}})"
      "\n"
      R"({"ts":5,"device":"m2","attributes":{"type":"meter"}})"
      "\nnonsense\n");
}

TEST_CASE("GPX: points of tracks and routes, with constants") {
  std::string lines = translated(
      "<?xml "
      "version=\"1.0\"?><gpx><metadata><time>2020-01-01T00:00:00Z</time></metadata><trk><trkseg>"
      "<trkpt lat=\"47.5\" lon='7.6'>\n <ele>260.5</ele><time>2026-01-01T10:00:00Z</time>"
      "<extensions><gpxtpx:speed>3</gpxtpx:speed></extensions></trkpt>"
      "<trkpt lat=\"47.6\" lon=\"7.7\"/></trkseg></trk></gpx>",
      {.form = TraceForm::gpx, .device = "van-7", .attributes = {{"battery", "80"}}});
  CHECK(
      lines ==
      R"({"ts":"2026-01-01T10:00:00Z","position":{"lat":47.5,"lon":7.6,"altitude":260.5,"speed":3},)"
      R"("device":"van-7","attributes":{"battery":80}})"
      "\n"
      R"({"position":{"lat":47.6,"lon":7.7},"device":"van-7","attributes":{"battery":80}})"
      "\n");
}

TEST_CASE("GPX: a point that does not end is a line to be refused") {
  std::string lines = translated(
      "<gpx><trk><trkseg><trkpt lat=\"47.5\" lon=\"7.6\"><time>2026-01-01T00:00:00Z</time></trkpt>"
      "<trkpt lat=\"1\"\n lon=\"",
      {.form = TraceForm::gpx, .device = "van-7"});
  CHECK(lines ==
        R"({"ts":"2026-01-01T00:00:00Z","position":{"lat":47.5,"lon":7.6},"device":"van-7"})"
        "\n<trkpt lat=\"1\"  lon=\"\n");
}

TEST_CASE("the trace format itself is given constants only where it says nothing") {
  Translation how{.device = "d", .attributes = {{"type", "meter"}, {"level", "5"}}};
  CHECK(translated("{\"ts\":1,\"eid\":\"89\",\"attributes\":{\"type\":\"tracker\"}}\n{\"ts\":2}\n",
                   how) == R"({"ts":1,"eid":"89","attributes":{"type":"tracker","level":5}})"
                           "\n"
                           R"({"ts":2,"device":"d","attributes":{"type":"meter","level":5}})"
                           "\n");
}

TEST_CASE("a file's name tells its form; what cannot be used keeps its line number") {
  CHECK(form_of_path("a.csv") == TraceForm::csv);
  CHECK(form_of_path("a.gpx.gz") == TraceForm::gpx);
  CHECK(form_of_path("a.ndjson") == TraceForm::ndjson);
  CHECK(form_named("senml") == TraceForm::senml);
  CHECK_FALSE(form_named("xls"));
  std::string name = "sojourn-translation-" + std::to_string(getpid()) + ".csv";
  std::string path = (std::filesystem::temp_directory_path() / name).string();
  std::ofstream(path) << "ts,device,lat,lon\n1,d,5,5\n2,d,91,5\n";
  auto reader = TraceReader::open({.paths = {path}});
  REQUIRE(reader.ok());
  WholeTrace whole = read_all(**reader);
  std::remove(path.c_str());
  CHECK(whole.reports.size() == 2);
  CHECK_THAT(whole.summary, Contains(path + ":3:"));
}

}  // namespace sojourn::telemetry
