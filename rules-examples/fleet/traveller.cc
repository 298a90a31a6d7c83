#include "rules-examples/fleet/traveller.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "engine/base/instant.h"

namespace sojourn::fleet {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 86'400;

std::string digits_of(Random& random, std::size_t count) {
  std::string digits;
  while (digits.size() < count) digits += static_cast<char>('0' + random.between(0, 9));
  return digits;
}

// 32 digits, the last two such that the whole modulo 97 is 1 (SGP.29).
std::string make_eid(Random& random) {
  std::string digits = "89049032" + digits_of(random, 22);
  std::int64_t rest = 0;
  for (char c : digits) rest = (rest * 10 + (c - '0')) % 97;
  return digits + fmt::format("{:02}", 98 - rest * 100 % 97);
}

// 15 digits, the last one by Luhn's rule.
std::string make_imei(Random& random) {
  std::string digits = "35693803" + digits_of(random, 6);
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[i] - '0';
    if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return digits + static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string degrees(std::int64_t value) {
  std::int64_t size = value < 0 ? -value : value;
  return fmt::format("{}{}.{:05}", value < 0 ? "-" : "", size / 100'000, size % 100'000);
}

std::string_view word_of(DeviceType type) {
  constexpr std::string_view kWords[] = {"meter", "tracker", "vehicle"};
  return kWords[static_cast<std::size_t>(type)];
}

std::string_view rat_of(DeviceType type) {
  constexpr std::string_view kWords[] = {"nb-iot", "lte-m", "lte"};
  return kWords[static_cast<std::size_t>(type)];
}

constexpr Land kHome = Land::FR;  // of the profile `bootstrap`

}  // namespace

Traveller::Traveller(std::int64_t number, const FleetOptions& options)
    : number_(number),
      // Every device has a stream of its own, so a larger fleet contains the smaller one.
      random_(Random(options.seed).next() ^ Random(static_cast<std::uint64_t>(number) + 1).next()) {
  std::int64_t end_s = options.begin_s + options.day_count * kDay;
  plan_ = make_plan(number, options.begin_s, end_s, random_);
  eid_ = make_eid(random_);
  imei_ = make_imei(random_);
  battery_ = random_.between(70, 100);
  next_s_ = options.begin_s + random_.between(0, 6 * kHour);
  cell_ = {plan_.stretches.front().land, {}};
}

const Stretch& Traveller::stretch_at(std::int64_t time_s) {
  while (plan_.stretches[stretch_index_].end_s <= time_s &&
         stretch_index_ + 1 < plan_.stretches.size()) {
    ++stretch_index_;
  }
  return plan_.stretches[stretch_index_];
}

void Traveller::choose_network(const Stretch& stretch) {
  Land across = stretch.across_at(next_s_);
  heard_across_ = across != stretch.land && random_.one_in(3);
  Land land = heard_across_ ? across : stretch.land;
  // A device stays on its network until it leaves the land; now and then it is steered away.
  bool stays = cell_.land == land && !cell_.network.empty() && !random_.one_in(1500);
  if (stays) return;
  auto networks = networks_of(land);
  cell_ = {land, networks[static_cast<std::size_t>(random_.between(0, std::ssize(networks) - 1))]};
}

std::int64_t Traveller::next_interval_s(const Stretch& stretch) {
  bool rare = plan_.type == DeviceType::meter || !stretch.moving();
  std::int64_t usual = rare                                ? 3 * kHour
                       : plan_.type == DeviceType::tracker ? 90 * kMinute
                                                           : 20 * kMinute;
  if (stretch.across_at(next_s_) != stretch.land && stretch.end_s - stretch.begin_s < 4 * kHour) {
    usual = 10 * kMinute;  // the tracker wakes up where cells change
  }
  std::int64_t interval = usual + random_.between(-usual / 10, usual / 10);
  if (random_.one_in(900)) interval += random_.between(1, 9) * kDay;  // silent for days
  return interval;
}

void Traveller::wear_battery() {
  bool recharged = plan_.type == DeviceType::vehicle ? random_.one_in(20) : battery_ < 8;
  if (recharged) battery_ = random_.between(92, 100);
  if (random_.one_in(plan_.type == DeviceType::meter ? 120 : 12))
    battery_ = std::max<std::int64_t>(3, battery_ - 1);
}

std::string Traveller::line_at(const Stretch& stretch, bool registered) {
  bool near_border = stretch.across_at(next_s_) != stretch.land;
  bool by_cell = random_.one_in(12);
  bool coarse = near_border && random_.one_in(4);
  std::int64_t accuracy = by_cell  ? random_.between(900, 3000)
                          : coarse ? random_.between(400, 1500)
                                   : random_.between(4, 45);
  // In metres; a hundred-thousandth of a degree of latitude is 1.1 of them.
  std::int64_t spread = accuracy * 6 / 10;
  Point at = stretch.at(next_s_);
  at.lat += random_.between(-spread, spread) * 9 / 10;
  at.lon += random_.between(-spread, spread) * 9 / 10;

  std::string line =
      fmt::format(R"({{"ts":"{}","eid":"{}")", to_rfc3339(from_epoch_number(next_s_)), eid_);
  bool first = line_count_ == 0;
  if (first) line += fmt::format(R"(,"imei":"{}")", imei_);
  line += fmt::format(R"(,"position":{{"lat":{},"lon":{},"accuracy":{})", degrees(at.lat),
                      degrees(at.lon), accuracy);
  if (by_cell) line += R"(,"source":"cell")";
  if (plan_.type == DeviceType::vehicle) {
    line += fmt::format(R"(,"speed":{})", stretch.moving() ? random_.between(12, 25) : 0);
  }
  line += '}';
  bool rejected = registered && cell_.land != kHome && random_.one_in(700);
  if (!registered) {
    line += R"(,"registration":"none")";
  } else {
    line += fmt::format(R"(,"network":"{}","rat":"{}","registration":"{}")", cell_.network,
                        rat_of(plan_.type),
                        rejected              ? "denied"
                        : cell_.land == kHome ? "home"
                                              : "roaming");
    if (rejected) line += fmt::format(R"(,"reject":{})", random_.one_in(2) ? 11 : 13);
  }
  if (std::int64_t day = next_s_ / kDay; first || day != profile_told_day_) {
    profile_told_day_ = day;
    line += R"(,"profile":"bootstrap")";
    if (first) line += fmt::format(R"(,"iccid":"89331503190{:08}")", number_ % 100'000'000);
    line += R"(,"installed":["bootstrap"])";
  }
  if (registered && !rejected) {
    std::int64_t scale = plan_.type == DeviceType::vehicle ? 40 : 1;
    // One draw to a statement: the order of arguments is the compiler's.
    std::int64_t down = random_.between(60, 900) * scale;
    std::int64_t up = random_.between(300, 4000) * scale;
    line += fmt::format(R"(,"data":{{"up":{},"down":{}}})", up, down);
  }
  if (!first && random_.one_in(4000)) line += R"(,"event":"owner-changed")";
  wear_battery();
  line += fmt::format(R"(,"attributes":{{"battery":{})", battery_);
  if (first) {
    line += fmt::format(R"(,"type":"{}","tag":[{}])", word_of(plan_.type),
                        number_ % 5 == 0 ? R"("pilot")" : "");
  }
  // Declared, so that whoever checks the trace knows why network and position may disagree.
  if (near_border) line += R"(,"near-border":true)";
  return line + "}}\n";
}

void Traveller::report(std::vector<Delivery>& out, FleetFigures& figures) {
  const Stretch& stretch = stretch_at(next_s_);
  if (stretch.dark) {
    next_s_ = stretch.end_s;
    return;
  }
  if (next_s_ >= outage_until_s_ && random_.one_in(350)) {
    outage_until_s_ = next_s_ + random_.between(20 * kMinute, 14 * kHour);
  }
  bool registered = !stretch.at_sea && next_s_ >= outage_until_s_;
  if (registered) choose_network(stretch);
  Delivery delivery{next_s_ + random_.between(1, 20), number_, line_count_,
                    line_at(stretch, registered)};
  // What is reported without service is sent when there is service again.
  if (!registered) {
    delivery.arrival_s =
        std::max(outage_until_s_, stretch.at_sea ? stretch.end_s : 0) + random_.between(30, 900);
  } else if (random_.one_in(120)) {
    delivery.arrival_s += random_.between(kHour, 3 * kDay);
  } else if (random_.one_in(9000)) {
    delivery.arrival_s += random_.between(8 * kDay, 12 * kDay);
  }
  ++line_count_;
  ++figures.line_count;
  if (delivery.arrival_s - next_s_ > kHour) ++figures.late_count;
  if (random_.one_in(150)) {
    Delivery again = delivery;
    again.arrival_s += random_.between(1, 6 * kHour);
    out.push_back(std::move(again));
    ++figures.duplicate_count;
    ++figures.line_count;
  }
  out.push_back(std::move(delivery));
  next_s_ += next_interval_s(stretch);
}

void Traveller::advance(std::int64_t until_s, std::vector<Delivery>& out, FleetFigures& figures) {
  while (next_s_ < until_s) report(out, figures);
}

}  // namespace sojourn::fleet
