// What came in: shared out to the devices that it is of, and decided about on all threads.
#include <algorithm>
#include <memory_resource>

#include "adapters/service/turn.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::service {
namespace {

// Devices that are decided about as one piece of work: a fraction of a millisecond.
constexpr std::size_t kDevicesPerPiece = 32;

}  // namespace

void ReportCounts::add(const ReportCounts& more) {
  taken += more.taken;
  duplicate += more.duplicate;
  late += more.late;
  too_late += more.too_late;
  refused_values += more.refused_values;
  set_aside += more.set_aside;
  others += more.others;
  quoted_others.insert(quoted_others.end(), more.quoted_others.begin(), more.quoted_others.end());
  decisions += more.decisions;
}

struct Tenant::Share {
  LiveDevice* device = nullptr;
  StoreTransaction first;  // what belongs to the same transaction
  std::pmr::vector<Report*> reports;
  std::optional<Turn> turn;
};

Status Tenant::take_reports(std::span<Report> reports, Instant now, Effects& effects,
                            ReportCounts& counts) {
  std::lock_guard lock(mutex_);
  Reading reading{*this};
  // The reports of a device stay in their order and become one transaction. What is noted for that
  // goes when all is taken: no allocation of its own for each.
  std::pmr::monotonic_buffer_resource memory;
  std::vector<Share> shares;
  shares.reserve(reports.size());
  std::pmr::unordered_map<const LiveDevice*, std::size_t> share_of(&memory);
  share_of.reserve(reports.size());
  for (Report& report : reports) {
    StoreTransaction first;
    const DeviceNames& names = report.observation.names;
    std::string by_imei;
    const std::string* label = names.eid.empty() ? &names.device : &names.eid;
    if (!names.imei.empty()) {
      auto known = label_of(names, first);
      if (!known) return std::move(known).error();
      by_imei = std::move(*known);
      label = &by_imei;
    }
    auto device = find(*label, &first);
    if (!device) {
      Report* const unread[] = {&report};
      switch (device.error().code) {
        case Code::E0886:
          keep_unread(*label, unread, counts);
          break;
        case Code::E0887:
          ++counts.others;
          if (counts.quoted_others.size() < limits::kQuotedLinesMax) {
            counts.quoted_others.emplace_back(report.line_number, *label);
          }
          break;
        default:
          return std::move(device).error();
      }
      if (!first.empty()) effects.transactions.push_back(std::move(first));
      continue;
    }
    auto [place, is_new] = share_of.try_emplace(*device, shares.size());
    if (is_new) shares.push_back({*device, {}, std::pmr::vector<Report*>(&memory), {}});
    Share& share = shares[place->second];
    if (!first.empty()) append(share.first, first);
    share.reports.push_back(&report);
  }
  take_shares(shares, now, effects, counts);
  return {};
}

// Devices are decided about on all threads, and what follows is put together in their order. What a
// fleet says and hears is one device's after the other.
void Tenant::take_shares(std::span<Share> shares, Instant now, Effects& effects,
                         ReportCounts& counts) {
  auto decide = [&](Share& share, ReportCounts& heard) {
    Turn& turn = share.turn.emplace(*this, *share.device, now, std::move(share.first));
    for (Report* report : share.reports) turn.report(*report, heard);
    turn.conclude();
    heard.decisions += turn.decision_count;
  };
  auto finish = [&](Share& share) {
    share.turn->finish(effects);
    share.turn.reset();
  };
  if (fleet_ != nullptr || shadow_fleet_ != nullptr) {
    for (Share& share : shares) {
      decide(share, counts);
      finish(share);
    }
    return;
  }
  auto piece = [&](std::size_t n) {
    std::span<Share> rest = shares.subspan(n * kDevicesPerPiece);
    return rest.first(std::min(rest.size(), kDevicesPerPiece));
  };
  std::size_t piece_count = (shares.size() + kDevicesPerPiece - 1) / kDevicesPerPiece;
  std::vector<ReportCounts> heard(piece_count);
  hands_.run(
      piece_count,
      [&](std::size_t n) {
        for (Share& share : piece(n)) decide(share, heard[n]);
      },
      [&](std::size_t n) {
        for (Share& share : piece(n)) finish(share);
        counts.add(heard[n]);
      });
}

}  // namespace sojourn::service
