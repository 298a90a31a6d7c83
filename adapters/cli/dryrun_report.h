// DryrunReport: a dry-run as one page for a browser, with nothing else to load.
//
//   DryrunReport report;
//   report.open("fleet.html", force);
//   report.add(block, replay);        // whole blocks, after the replay was fed with them
//   report.add(written);              // every decision
//   report.close(summary, comparison, replay, skipped, geodata);
//
// A page holds so much and no more: devices are sampled by a hash of their names, so that the same
// trace gives the same page; what was left out is said on it. report_page.html draws the data.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapters/cli/dryrun_summary.h"
#include "adapters/cli/output_file.h"
#include "adapters/cli/report_map.h"

namespace sojourn::cli {

class DryrunReport {
 public:
  // "-" is standard output.
  Status open(const std::string& path, bool force);
  void add(std::span<const Observation> block, const FleetReplay& replay);
  void add(const FleetReplay::Written& written);
  // `skipped`: what could not be used of the trace, for people. `comparison` may be null.
  Status close(const DryrunSummary& summary, const DryrunComparison* comparison,
               FleetReplay& replay, const std::string& skipped, const std::string& geodata);

 private:
  struct Point {
    Instant at;
    double lat = 0, lon = 0;
  };
  // A device of the sample.
  struct Track {
    DeviceIndex device = 0;
    std::string label;
    std::vector<Point> points;
    std::uint64_t stride = 1;  // one fix of so many is kept
    std::uint64_t fix_count = 0;
    std::vector<std::string> records;  // JSON
    std::uint64_t record_count = 0;
  };
  // What the fixes of the sample lie in.
  struct Window {
    double south = 90, north = -90, west = 180, east = -180;
    void take(double lat, double lon);
    MapWindow with_margin() const;
  };
  void consider(DeviceIndex device, const std::string& label);
  static void add_fix(Track& track, const Observation& observation);
  void take_records();
  std::vector<DeviceIndex> rows_of(FleetReplay& replay) const;

  OutputFile file_;
  DeviceIndex considered_ = 0;
  std::map<std::uint64_t, Track> sample_;  // by hash; the lowest ones stay
  std::unordered_map<DeviceIndex, std::uint64_t> hash_of_;
  std::unordered_map<std::string, std::uint64_t> hash_of_label_;
  // Decisions of the block whose devices were not considered yet: device, JSON.
  std::vector<std::pair<std::string, std::string>> early_;
};

}  // namespace sojourn::cli
