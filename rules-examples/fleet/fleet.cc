#include "rules-examples/fleet/fleet.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

#include "rules-examples/fleet/traveller.h"

namespace sojourn::fleet {
namespace {

constexpr std::int64_t kDay = 86'400;

bool arrives_before(const Delivery& a, const Delivery& b) {
  return std::tie(a.arrival_s, a.device, a.number) < std::tie(b.arrival_s, b.device, b.number);
}

}  // namespace

FleetFigures generate_fleet(const FleetOptions& options,
                            const std::function<void(std::string_view)>& sink) {
  std::vector<Traveller> travellers;
  for (std::int64_t i = 0; i < options.device_count; ++i) travellers.emplace_back(i, options);
  FleetFigures figures;
  std::vector<Delivery> waiting;
  std::string lines;
  for (std::int64_t day = 1; day <= options.day_count; ++day) {
    std::int64_t until_s = options.begin_s + day * kDay;
    for (Traveller& traveller : travellers) traveller.advance(until_s, waiting, figures);
    // What arrives today can no longer be overtaken: later reports arrive after their own time.
    bool last = day == options.day_count;
    auto rest = std::partition(waiting.begin(), waiting.end(), [&](const Delivery& delivery) {
      return last || delivery.arrival_s < until_s;
    });
    std::sort(waiting.begin(), rest, arrives_before);
    lines.clear();
    for (auto at = waiting.begin(); at != rest; ++at) lines += at->line;
    waiting.erase(waiting.begin(), rest);
    sink(lines);
  }
  return figures;
}

}  // namespace sojourn::fleet
