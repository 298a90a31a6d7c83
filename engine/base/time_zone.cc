// Time zones as tables of offsets, so that the engine's millions of look-ups a second cost a few
// nanoseconds each and allocate nothing. Declared in calendar.h.
#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

#include "engine/base/calendar.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/integers.h"
#include "engine/base/posix_zone_rule.h"
#include "engine/base/zone_files.h"

namespace sojourn {
namespace {

constexpr std::int64_t kDayMs = days(1).ms;
// The table lists changes of offset in these years.
constexpr std::int32_t kTableYearFirst = 1970;
constexpr std::int32_t kTableYearLast = 2100;

std::int64_t first_second_of(std::int32_t year) {
  return std::int64_t{first_day_of_year(year).number} * 86'400;
}

}  // namespace

// Rows by their beginnings, and for each bucket of 2^31 ms (some 25 days) since 1970 the row in
// force when it begins: few zones change twice within a bucket, so that a look-up is an index and
// one or two comparisons.
struct TimeZone::Table {
  struct Row {
    std::int64_t begin_ms;
    std::int64_t offset_ms;
  };
  static constexpr int kBucketBits = 31;

  std::string name;
  std::vector<Row> rows;  // Invariant: ascending, neighbours differ; the first is from kBeginning
  std::vector<std::uint16_t> row_of_bucket;  // never empty; beyond its ends the nearest holds

  // Requires: no earlier begin than the last row's.
  void add(std::int64_t begin_ms, std::int64_t offset_ms) {
    if (!rows.empty() && rows.back().begin_ms == begin_ms) rows.pop_back();
    if (!rows.empty() && rows.back().offset_ms == offset_ms) return;
    rows.push_back({begin_ms, offset_ms});
  }

  void fill_buckets() {
    std::int64_t bucket_count =
        rows.size() == 1 ? 1 : (first_second_of(kTableYearLast + 1) * 1000 >> kBucketBits) + 1;
    std::size_t row = 0;
    for (std::int64_t bucket = 0; bucket < bucket_count; ++bucket) {
      while (row + 1 < rows.size() && rows[row + 1].begin_ms <= bucket << kBucketBits) ++row;
      row_of_bucket.push_back(static_cast<std::uint16_t>(row));
    }
  }

  std::size_t row_at(std::int64_t ms) const {
    std::int64_t last_bucket = static_cast<std::int64_t>(row_of_bucket.size()) - 1;
    std::int64_t bucket = std::clamp<std::int64_t>(ms >> kBucketBits, 0, last_bucket);
    std::size_t row = row_of_bucket[static_cast<std::size_t>(bucket)];
    while (row + 1 < rows.size() && rows[row + 1].begin_ms <= ms) ++row;
    return row;
  }

  // Throws what the date library throws for a name that it does not know.
  static Table read(std::string_view name);
};

TimeZone::Table TimeZone::Table::read(std::string_view name) {
  const date::time_zone* zone = date::locate_zone(name);
  Table table;
  table.name = std::string(name);
  const std::int64_t end_s = first_second_of(kTableYearLast + 1);
  date::sys_info info;
  for (std::int64_t at_s = first_second_of(kTableYearFirst); at_s < end_s;
       at_s = info.end.time_since_epoch().count()) {
    info = zone->get_info(date::sys_seconds{std::chrono::seconds{at_s}});
    table.add(table.rows.empty() ? kBeginning.ms : at_s * 1000, info.offset.count() * 1000);
  }
  // The date library knows the changes that the zone's file lists, but not the rule in the file's
  // last line that goes on from there.
  std::string file = read_zone_file(name).value_or("");
  std::string_view last_line = file;
  if (last_line.ends_with('\n')) last_line.remove_suffix(1);
  last_line = last_line.substr(last_line.rfind('\n') + 1);
  std::optional<PosixZoneRule> rule = PosixZoneRule::parse(last_line);
  if (rule && rule->changes_yearly()) {
    std::int64_t listed_s =
        std::max(info.begin.time_since_epoch().count(), first_second_of(kTableYearFirst));
    std::int32_t year = to_civil(Day{static_cast<std::int32_t>(listed_s / 86'400)}).year;
    for (; year <= kTableYearLast; ++year) {
      for (const PosixZoneRule::Change& change : rule->changes_of(year)) {
        if (change.at_s > listed_s) table.add(change.at_s * 1000, change.offset_s * 1000);
      }
    }
  }
  table.fill_buckets();
  return table;
}

TimeZone::TimeZone() {
  static const std::shared_ptr<const Table> utc = [] {
    auto table = std::make_shared<Table>();
    table->name = "UTC";
    table->add(kBeginning.ms, 0);
    table->fill_buckets();
    return table;
  }();
  table_ = utc;
}

Result<TimeZone> TimeZone::find(std::string_view name) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Table>, std::less<>> known;
  if (name == "UTC") return TimeZone();
  std::lock_guard lock(mutex);
  if (auto it = known.find(name); it != known.end()) return TimeZone(it->second);
  try {
    auto table = std::make_shared<const Table>(Table::read(name));
    known.emplace(table->name, table);
    return TimeZone(table);
  } catch (const std::exception&) {
    return make_diagnostic(Code::E0005, fmt::format("unknown time zone `{}`", name),
                           "use an IANA name such as `America/Sao_Paulo` or `UTC`");
  }
}

std::string_view TimeZone::name() const { return table_->name; }

Duration TimeZone::offset_at(Instant t) const {
  return {table_->rows[table_->row_at(t.ms)].offset_ms};
}

Day TimeZone::day_of(Instant t) const {
  std::int64_t day = floor_div((t + offset_at(t)).ms, kDayMs);
  using Limits = std::numeric_limits<std::int32_t>;
  return {static_cast<std::int32_t>(std::clamp<std::int64_t>(day, Limits::min(), Limits::max()))};
}

std::int64_t TimeZone::wall_ms_of_day(Instant t) const {
  return floor_mod((t + offset_at(t)).ms, kDayMs);
}

Instant TimeZone::start_of(Day day) const { return at_wall_time(day, 0); }

Instant TimeZone::at_wall_time(Day day, std::int64_t wall_ms) const {
  std::int64_t wall = std::int64_t{day.number} * kDayMs + wall_ms;
  // The answer lies within a day of `wall` read as UTC, as no offset is a day. From the row in
  // force a day before on, each row either ends before it shows the time (go on), shows it (the
  // answer), or begins when the time is past, though the row before had not come to it: it was
  // jumped over.
  const std::vector<Table::Row>& rows = table_->rows;
  for (std::size_t row = table_->row_at(wall - kDayMs);; ++row) {
    std::int64_t instant = wall - rows[row].offset_ms;
    if (row + 1 == rows.size() || instant < rows[row + 1].begin_ms) {
      return {std::max(instant, rows[row].begin_ms)};
    }
  }
}

Instant TimeZone::next_transition(Instant t) const {
  std::size_t row = table_->row_at(t.ms) + 1;
  return row < table_->rows.size() ? Instant{table_->rows[row].begin_ms} : kNever;
}

}  // namespace sojourn
