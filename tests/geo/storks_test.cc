// Real animals over real borders: how often the country changes with no settling.
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <tuple>

#include "tests/geo/world.h"

namespace sojourn {
namespace {

struct TrackerFix {
  std::string device;
  std::string time;  // RFC 3339 in UTC, so that text order is time order
  LatLon at;
};

std::string text_after(const std::string& line, const std::string& key) {
  const std::size_t at = line.find("\"" + key + "\":");
  if (at == std::string::npos) return {};
  std::size_t begin = at + key.size() + 3;
  if (line[begin] == '"') ++begin;
  return line.substr(begin, line.find_first_of("\",}", begin) - begin);
}

std::vector<TrackerFix> read_trace(const std::string& path) {
  std::vector<TrackerFix> fixes;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return fixes;
  char buffer[4096];
  while (gzgets(file, buffer, sizeof buffer) != nullptr) {
    const std::string line = buffer;
    fixes.push_back({text_after(line, "device"),
                     text_after(line, "ts"),
                     {std::stod(text_after(line, "lat")), std::stod(text_after(line, "lon"))}});
  }
  gzclose(file);
  std::stable_sort(fixes.begin(), fixes.end(), [](const TrackerFix& a, const TrackerFix& b) {
    return std::tie(a.device, a.time) < std::tie(b.device, b.time);
  });
  return fixes;
}

TEST_CASE("15 storks change country 180 times") {
  auto fixes = read_trace(SOJOURN_SOURCE_DIR "/../shared/traces/storks.ndjson.gz");
  if (fixes.empty()) fixes = read_trace(SOJOURN_SOURCE_DIR "/../../shared/traces/storks.ndjson.gz");
  if (fixes.empty()) {
    WARN("skipped: the recorded storks are not beside the source tree");
    return;
  }
  REQUIRE(fixes.size() == 155'173);
  int changes_with_none = 0;  // no country counts as a country
  int changes_without = 0;    // fixes in no country are passed over
  std::string device;
  std::string last, last_country;  // codes; empty before the first
  std::size_t nowhere = 0;
  for (const TrackerFix& fix : fixes) {
    const auto first = countries_locator().locate({.at = fix.at}).country.first();
    const std::string here = first ? std::string(code_of(*first)) : "none";
    if (fix.device != device) {
      device = fix.device;
      last.clear();
      last_country.clear();
    }
    changes_with_none += !last.empty() && last != here;
    last = here;
    nowhere += here == "none";
    if (here == "none") continue;
    changes_without += !last_country.empty() && last_country != here;
    last_country = here;
  }
  CAPTURE(changes_with_none, changes_without, nowhere);
  CHECK(changes_with_none == 180);
}

}  // namespace
}  // namespace sojourn
