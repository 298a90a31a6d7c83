// CSV by RFC 4180, row by row. The first row names the columns; a row stays within its line.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>

#include "adapters/telemetry/decimal.h"
#include "adapters/telemetry/trace_keys.h"
#include "adapters/telemetry/translator.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/instant.h"
#include "engine/base/limits.h"

namespace sojourn::telemetry {
namespace {

using Json = nlohmann::ordered_json;

// Columns of a row that are looked at; more are left out.
constexpr std::size_t kColumnsMax = 1'000;
// A longer name is nobody's, and would stand in the report of every row.
constexpr std::size_t kColumnNameBytesMax = limits::kWordBytesMax + 16;

Diagnostic refused(const std::string& why) {
  return make_diagnostic(Code::E0003, "the mapping of columns cannot be used: " + why,
                         "it is JSON like {\"columns\": {\"ts\": \"Time\", \"device\": \"Id\", "
                         "\"position.speed\": {\"column\": \"Speed\", \"unit\": \"km/h\"}}}");
}

// Where a column goes.
struct Target {
  std::string key;    // "position.speed"; "" = nowhere
  double factor = 1;  // into the trace format's unit
};

struct Mapping {
  std::map<std::string, Target> columns;  // by name; empty: columns are named like keys
  bool unknown_are_attributes = false;
  std::string time_format;  // for strptime; "" = RFC 3339 or epoch
  std::string offset;       // of times that have none: "-03:00"
  char separator = 0;       // 0: what separates the names in the header
};

Mapping traccar() {
  Mapping mapping;
  mapping.unknown_are_attributes = true;
  mapping.columns = {{"fixTime", {"ts"}},
                     {"deviceId", {"device"}},
                     {"latitude", {"position.lat"}},
                     {"longitude", {"position.lon"}},
                     {"altitude", {"position.altitude"}},
                     {"accuracy", {"position.accuracy"}},
                     {"speed", {"position.speed", factor_of_unit("kn")}}};
  for (const char* name : {"id", "protocol", "serverTime", "deviceTime", "valid", "course",
                           "address", "network", "geofenceIds", "outdated"}) {
    mapping.columns[name] = {};
  }
  return mapping;
}

// "lat" is "position.lat"; other keys as they are.
std::string key_of_column(const std::string& name) {
  return find_position_key(name) ? "position." + name : name;
}

Result<Target> read_target(const std::string& key, const Json& json, std::string& column) {
  Target target{key_of_column(key), 1};
  if (json.is_string()) {
    column = json.get<std::string>();
    return target;
  }
  if (!json.is_object() || !json.contains("column") || !json["column"].is_string()) {
    return refused(fmt::format("`{}` is neither a column's name nor an object with `column`", key));
  }
  column = json["column"].get<std::string>();
  if (!json.contains("unit")) return target;
  if (json["unit"].is_string()) target.factor = factor_of_unit(json["unit"].get<std::string>());
  if (!json["unit"].is_string() || target.factor == 0) {
    return refused(fmt::format("`{}` is not a unit", json["unit"].dump()));
  }
  return target;
}

Result<Mapping> read_mapping(const Translation& how) {
  if (how.form == TraceForm::traccar) return traccar();
  Mapping mapping;
  if (how.mapping.empty()) return mapping;
  Json json = Json::parse(how.mapping, nullptr, false);
  if (!json.is_object()) return refused("it is no JSON object");
  for (const auto& [name, value] : json.items()) {
    if (name == "columns" && value.is_object()) {
      for (const auto& [key, where] : value.items()) {
        std::string column;
        auto target = read_target(key, where, column);
        if (!target) return std::move(target).error();
        mapping.columns[column] = *std::move(target);
      }
    } else if (name == "time" && value.is_string()) {
      mapping.time_format = value.get<std::string>();
    } else if (name == "offset" && value.is_string()) {
      mapping.offset = value.get<std::string>();
    } else if (name == "separator" && value.is_string() && value.get<std::string>().size() == 1) {
      mapping.separator = value.get<std::string>()[0];
    } else {
      return refused(fmt::format("`{}` is not one of columns, time, offset, separator", name));
    }
  }
  if (mapping.columns.empty()) return refused("it names no columns");
  return mapping;
}

bool has_offset(std::string_view time) {
  if (time.ends_with('Z') || time.ends_with('z')) return true;
  std::size_t sign = time.find_last_of("+-");
  return sign != std::string_view::npos && sign > time.find(':');
}

class CsvTranslator final : public LineTranslator {
 public:
  CsvTranslator(Mapping mapping, const Translation& how)
      : mapping_(std::move(mapping)), constants_(how) {}

 private:
  void translate_line(std::string_view line, std::string& out) override {
    if (targets_.empty()) {
      if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
      read_header(line);
      out += "\n";  // lines keep their numbers
      return;
    }
    if (line.empty()) {
      out += "\n";
      return;
    }
    std::optional<std::vector<std::string>> cells = cells_of(line);
    if (!cells) {
      out.append(line).append("\n");
      return;
    }
    ReportText report;
    for (std::size_t i = 0; i < std::min(cells->size(), targets_.size()); ++i) {
      const std::string& cell = (*cells)[i];
      if (cell.empty() || targets_[i].key.empty()) continue;
      add(report, targets_[i], cell);
    }
    constants_.add_to(report);
    out += report.take();
  }

  // Without its header a table is no table: no row becomes one.
  void note_lost_line() override {
    if (targets_.empty()) targets_.emplace_back();
  }

  // What lies between most names, outside of quotes; rather a comma.
  static char separator_of(std::string_view header) {
    constexpr std::string_view kSeparators = ",;\t";
    std::array<int, kSeparators.size()> counts{};
    bool quoted = false;
    for (char c : header) {
      if (c == '"') quoted = !quoted;
      std::size_t which = quoted ? kSeparators.npos : kSeparators.find(c);
      if (which != kSeparators.npos) ++counts[which];
    }
    return kSeparators[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) -
                                                counts.begin())];
  }

  void read_header(std::string_view line) {
    if (mapping_.separator == 0) mapping_.separator = separator_of(line);
    std::vector<std::string> names = cells_of(line).value_or(std::vector<std::string>{});
    for (std::string& name : names) {
      name.resize(std::min(name.size(), kColumnNameBytesMax));
      auto mapped = mapping_.columns.find(name);
      if (mapped != mapping_.columns.end()) {
        targets_.push_back(mapped->second);
      } else if (mapping_.columns.empty()) {
        targets_.push_back({key_of_column(name), 1});
      } else {
        targets_.push_back({mapping_.unknown_are_attributes ? "attributes." + name : "", 1});
      }
    }
    if (targets_.empty()) targets_.emplace_back();
  }

  void add(ReportText& report, const Target& target, const std::string& cell) const {
    if (target.key == "ts") {
      report.add("ts", time_of(cell));
    } else if (target.factor != 1 && is_json_number(cell)) {
      report.add_json(target.key, json_number(nearest_double(cell).value_or(0) * target.factor));
    } else {
      report.add(target.key, cell);
    }
  }

  // RFC 3339, or epoch seconds or milliseconds.
  std::string time_of(const std::string& cell) const {
    if (!mapping_.time_format.empty()) {
      tm parts{};
      const char* end = strptime(cell.c_str(), mapping_.time_format.c_str(), &parts);
      if (end == nullptr || *end != '\0') return cell;
      char text[40];
      strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
      return text + (mapping_.offset.empty() ? std::string("Z") : mapping_.offset);
    }
    if (is_json_number(cell)) return cell;
    std::string time = cell;
    if (std::size_t space = time.find(' '); space == 10) time[space] = 'T';
    bool to_the_minute = time.size() == 16 || (time.size() > 16 && time[16] != ':');
    if (to_the_minute) time.insert(16, ":00");
    if (!mapping_.offset.empty() && !has_offset(time)) time += mapping_.offset;
    return parse_rfc3339(time) ? time : cell;  // what is refused is quoted as it was written
  }

  // Absent when a quoted cell does not end.
  std::optional<std::vector<std::string>> cells_of(std::string_view line) const {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      char c = line[i];
      if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
        cells.back() += line[++i];
      } else if (c == '"' && (quoted || cells.back().empty())) {
        quoted = !quoted;
      } else if (c == mapping_.separator && !quoted) {
        if (cells.size() == kColumnsMax) break;
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    return quoted ? std::nullopt : std::optional(std::move(cells));
  }

  Mapping mapping_;
  Constants constants_;
  std::vector<Target> targets_;  // by column; empty before the header
};

}  // namespace

Result<std::unique_ptr<Translator>> make_csv_translator(const Translation& how) {
  auto mapping = read_mapping(how);
  if (!mapping) return std::move(mapping).error();
  return std::unique_ptr<Translator>(
      std::make_unique<CsvTranslator>(std::move(mapping).value(), how));
}

}  // namespace sojourn::telemetry
