#include "lang/inventory_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_map>

#include "engine/base/diagnostic_code.h"
#include "engine/base/file_limits.h"
#include "engine/base/identifiers.h"
#include "engine/base/limits.h"
#include "lang/ast_builder.h"
#include "lang/excerpt.h"
#include "lang/grammar.h"
#include "lang/test_report.h"
#include "lang/units.h"
#include "lang/words.h"

namespace sojourn::lang {
namespace {

constexpr std::array<std::string_view, 7> kProfileColumns = {
    "profile", "home", "iccid", "plmn", "download", "breakout", "cost"};
constexpr std::array<std::string_view, 4> kDeviceKeys = {"eid", "imei", "device", "commissioned"};

void report(DiagnosticList& diagnostics, Span span, std::string message, std::string help) {
  diagnostics.add(make_diagnostic(Code::E0234, span, std::move(message), std::move(help)));
}

// The one declaration that `words` and the cell make together.
template <class Kind>
std::optional<Kind> read_cell(std::string_view words, const CsvCell& cell, const SourceMap& sources,
                              DiagnosticList& diagnostics) {
  Excerpt excerpt;
  excerpt.say(words, cell.span);
  excerpt.quote(cell, sources);
  DiagnosticList found;
  SyntaxTree tree = parse(excerpt, found);
  ast::File file = build_ast(tree, found);
  if (!found.all().empty()) {
    diagnostics.add(found.all().front());
    return std::nullopt;
  }
  if (file.declarations.size() == 1) return std::get<Kind>(std::move(file.declarations.front()));
  report(diagnostics, cell.span, "the cell holds more than its column is for", "");
  return std::nullopt;
}

// --- profiles
// ------------------------------------------------------------------------------------

// How many of a profile's members are there.
std::size_t member_count(const ast::Profile& p) {
  return std::size_t{p.home_none || !p.home.empty()} + std::size_t{!p.iccid_prefixes.empty()} +
         std::size_t{!p.plmns.empty()} + std::size_t{p.download.has_value()} +
         std::size_t{!p.breakout.empty()} + std::size_t{p.cost.has_value()};
}

void take_members(ast::Profile&& from, ast::Profile& into) {
  if (from.home_none) into.home_none = true;
  if (!from.home.empty()) into.home = std::move(from.home);
  if (!from.iccid_prefixes.empty()) into.iccid_prefixes = std::move(from.iccid_prefixes);
  if (!from.plmns.empty()) into.plmns = std::move(from.plmns);
  if (!from.breakout.empty()) into.breakout = std::move(from.breakout);
  if (from.cost) into.cost = from.cost;
}

bool check_profile_header(const CsvFile& inventory, DiagnosticList& diagnostics) {
  bool sound = true;
  for (const CsvCell& header : inventory.header.cells) {
    if (is_note(header)) continue;
    std::vector<std::string_view> names(kProfileColumns.begin(), kProfileColumns.end());
    if (std::find(names.begin(), names.end(), header.text) != names.end()) continue;
    std::string_view near = nearest_spelling(header.text, names);
    report(diagnostics, header.span, fmt::format("`{}` is no column of profiles", header.text),
           header.text == "name" && !inventory.column("profile")
               ? "the column of the names is called `profile`"
           : near.empty() ? fmt::format("its columns are {}; a column of notes begins with `#`",
                                        fmt::join(names, ", "))
                          : fmt::format("did you mean `{}`?", near));
    sound = false;
  }
  if (sound && !inventory.column("profile")) {
    report(diagnostics, inventory.header.span, "no column is called `profile`",
           "it holds the names that rules use");
    sound = false;
  }
  return sound;
}

std::optional<ast::Profile> profile_of(const CsvFile& inventory, const CsvRow& row,
                                       const SourceMap& sources, DiagnosticList& diagnostics) {
  ast::Profile profile;
  profile.span = row.span;
  bool sound = true;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const std::string& column = inventory.header.cells[i].text;
    const CsvCell& cell = row.cells[i];
    if (cell.empty() || is_note(inventory.header.cells[i])) continue;
    bool is_text = column == "profile" || column == "download";
    if (is_text && cell.text.size() > limits::kWordBytesMax) {
      report(diagnostics, cell.span, "the text is too long", "");
      sound = false;
    } else if (is_text) {
      ast::Name text{cell.text, cell.span};
      if (column == "profile") {
        profile.name = std::move(text);
      } else {
        profile.download = std::move(text);
      }
    } else {
      auto read = read_cell<ast::Profile>(fmt::format("profile cell {} ", column), cell, sources,
                                          diagnostics);
      if (read && member_count(*read) == 1) {
        take_members(*std::move(read), profile);
        continue;
      }
      if (read) report(diagnostics, cell.span, "the cell holds more than its column is for", "");
      sound = false;
    }
  }
  if (sound && profile.name.text.empty()) {
    report(diagnostics, row.span, "the row names no profile", "fill in the column `profile`");
    sound = false;
  }
  if (!sound) return std::nullopt;
  return profile;
}

// --- devices
// -------------------------------------------------------------------------------------

bool is_device_key(std::string_view column) {
  return std::find(kDeviceKeys.begin(), kDeviceKeys.end(), column) != kDeviceKeys.end();
}

bool is_eid(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<ast::Value> amount_of(const CsvCell& cell, const SourceMap& sources) {
  bool number = !cell.text.empty() && (cell.text[0] == '-' || is_digit(cell.text[0]));
  if (!number) return std::nullopt;
  DiagnosticList unused;
  auto read = read_cell<ast::Set>("set cell = ", cell, sources, unused);
  bool one = read && read->values.size() == 1 && read->values[0].kind == ast::Value::Kind::amount;
  if (!one) return std::nullopt;
  return std::move(read->values[0]);
}

// The type that fits every cell of a column.
class ColumnType {
 public:
  void take(const CsvCell& cell, const SourceMap& sources) {
    const std::string& text = cell.text;
    any_ = true;
    flag_ &= text == "yes" || text == "no" || text == "true" || text == "false";
    country_ &= find_country(text).has_value();
    list_ |= text.find(',') != std::string::npos;
    if (number_) {
      std::optional<ast::Value> amount = amount_of(cell, sources);
      number_ = amount.has_value() && (!unit_ || *unit_ == amount->unit);
      if (amount) unit_ = amount->unit;
    }
    if (values_.size() <= limits::kInferredChoicesMax) values_.insert(text);
  }

  Attribute attribute(const std::string& name) const {
    Attribute attribute;
    attribute.name = name;
    if (!any_ || (!flag_ && !number_ && !country_ && list_)) {
      attribute.type = any_ ? AttributeType::set_of_text : AttributeType::text;
    } else if (flag_) {
      attribute.type = AttributeType::flag;
    } else if (number_) {
      attribute.type = AttributeType::number;
      attribute.unit = unit_.value_or("");
    } else if (country_) {
      attribute.type = AttributeType::country;
    } else if (values_.size() <= limits::kInferredChoicesMax) {
      attribute.type = AttributeType::choice;
      attribute.values.assign(values_.begin(), values_.end());
    } else {
      attribute.type = AttributeType::text;
    }
    return attribute;
  }

 private:
  bool any_ = false, flag_ = true, number_ = true, country_ = true, list_ = false;
  std::optional<std::string> unit_;
  std::set<std::string> values_;
};

// Cells of a set: texts separated by commas.
std::vector<ast::Value> values_of(const CsvCell& cell, bool set) {
  std::vector<ast::Value> values;
  std::string_view rest = cell.text;
  do {
    std::string_view one = set ? rest.substr(0, rest.find(',')) : rest;
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    ast::Value value;
    value.kind = ast::Value::Kind::text;
    value.text = std::string(one);
    value.span = cell.span;
    values.push_back(std::move(value));
  } while (!rest.empty());
  return values;
}

class DeviceReader {
 public:
  DeviceReader(const CsvFile& inventory, const RuleTable& policy, const SourceMap& sources,
               DiagnosticList& diagnostics)
      : inventory_(inventory),
        sources_(sources),
        diagnostics_(diagnostics),
        zone_(zone_of(policy)),
        values_(policy, zone_, diagnostics, Code::E0234) {
    for (const Attribute& attribute : policy.attributes) types_[attribute.name] = attribute.type;
  }

  std::vector<Observation> devices() {
    std::vector<Observation> devices;
    for (const CsvRow& row : inventory_.rows) devices.push_back(device(row));
    if (odd_count_ > 0) warn_of_check_digits();
    return devices;
  }

 private:
  static TimeZone zone_of(const RuleTable& policy) {
    Result<TimeZone> found = TimeZone::find(policy.settings.zone);
    return found ? found.value() : TimeZone();
  }

  Observation device(const CsvRow& row) {
    Observation device;
    device.standing = true;
    device.line = sources_.location(row.span).line;
    bool named = false;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const CsvCell& header = inventory_.header.cells[i];
      const CsvCell& cell = row.cells[i];
      if (cell.empty() || is_note(header)) continue;
      if (is_device_key(header.text)) {
        named |= header.text != "commissioned";
        key(header.text, cell, device);
      } else {
        attribute(header, cell, device);
      }
    }
    if (!named) {
      report(diagnostics_, row.span, "the row names no device",
             "fill in `eid`, `imei` or `device`");
    }
    return device;
  }

  void key(const std::string& column, const CsvCell& cell, Observation& device) {
    if (column == "commissioned") {
      std::optional<Day> day = parse_date(cell.text);
      if (day) {
        device.commissioned = zone_.start_of(*day);
      } else {
        report(diagnostics_, cell.span, fmt::format("`{}` is not a date", cell.text),
               "dates are written `2026-10-17`, year first");
      }
      return;
    }
    bool possible =
        column == "device" || (column == "eid" ? is_eid(cell.text) : is_imei(cell.text));
    if (!possible) {
      report(diagnostics_, cell.span,
             fmt::format("`{}` is not an {}", cell.text, column == "eid" ? "EID" : "IMEI"),
             column == "eid" ? "an EID has 32 digits; format the sheet's column as text"
                             : "an IMEI has 14 to 16 digits; format the sheet's column as text");
      return;
    }
    if (column == "eid" && !eid_check_digits_hold(*parse_eid(cell.text))) {
      if (odd_count_++ == 0) first_odd_ = cell.span;
    }
    auto [first, added] = seen_.emplace(column + ":" + cell.text, cell.span);
    if (!added) {
      Diagnostic d = make_diagnostic(Code::E0234, cell.span,
                                     fmt::format("the device `{}` is listed twice", cell.text),
                                     "leave one of the rows out");
      d.labels.push_back({first->second, "first listed here"});
      diagnostics_.add(std::move(d));
    }
    (column == "eid"    ? device.names.eid
     : column == "imei" ? device.names.imei
                        : device.names.device) = cell.text;
  }

  // Once for an inventory: all of a laboratory's are made up.
  void warn_of_check_digits() {
    std::string message = "the check digits of this EID do not hold";
    if (odd_count_ > 1) message += fmt::format(", nor do those of {} more", odd_count_ - 1);
    diagnostics_.add(
        make_diagnostic(Code::W0236, first_odd_, std::move(message), "is a digit mistyped?"));
  }

  void attribute(const CsvCell& header, const CsvCell& cell, Observation& device) {
    auto type = types_.find(header.text);
    if (type == types_.end()) return;  // reported with the header
    ast::TestPart part;
    part.key = {header.text, header.span};
    part.attribute = true;
    part.span = cell.span;
    bool set = type->second == AttributeType::set_of_text ||
               type->second == AttributeType::set_of_choice ||
               type->second == AttributeType::set_of_country;
    if (set) part.kind = ast::TestPart::Kind::list;
    if (cell.text == "unknown") part.kind = ast::TestPart::Kind::unknown;
    std::optional<ast::Value> amount;
    if (type->second == AttributeType::number) amount = amount_of(cell, sources_);
    part.values = amount ? std::vector{*std::move(amount)} : values_of(cell, set);
    values_.fill(std::vector{std::move(part)}, device);
  }

  const CsvFile& inventory_;
  const SourceMap& sources_;
  DiagnosticList& diagnostics_;
  TimeZone zone_;
  TestReport values_;
  std::unordered_map<std::string, AttributeType> types_;
  std::unordered_map<std::string, Span> seen_;
  Span first_odd_;             // an EID's whose check digits do not hold ...
  std::size_t odd_count_ = 0;  // ... and how many there are
};

}  // namespace

std::vector<ast::Profile> profile_rows(const CsvFile& inventory,
                                       const std::set<std::string>& declared,
                                       const SourceMap& sources, DiagnosticList& diagnostics) {
  std::vector<ast::Profile> profiles;
  if (!check_profile_header(inventory, diagnostics)) return profiles;
  for (const CsvRow& row : inventory.rows) {
    std::optional<ast::Profile> profile = profile_of(inventory, row, sources, diagnostics);
    if (profile && declared.count(profile->name.text) == 0) {
      profiles.push_back(*std::move(profile));
    }
  }
  return profiles;
}

std::vector<Attribute> inferred_attributes(const CsvFile& inventory,
                                           const std::set<std::string>& declared,
                                           const SourceMap& sources, DiagnosticList& diagnostics) {
  std::vector<Attribute> attributes;
  bool named = false;
  for (std::size_t i = 0; i < inventory.header.cells.size(); ++i) {
    const CsvCell& header = inventory.header.cells[i];
    if (is_note(header)) continue;
    if (is_device_key(header.text)) {
      named |= header.text != "commissioned";
      continue;
    }
    if (is_reserved(header.text)) {
      report(diagnostics, header.span,
             fmt::format("`{}` is a word of the language and no attribute", header.text),
             "an inventory holds what stands about a device; what it reports comes in a trace; a "
             "column of notes begins with `#`");
      continue;
    }
    if (declared.count(header.text) != 0) continue;
    ColumnType type;
    for (const CsvRow& row : inventory.rows) {
      if (!row.cells[i].empty() && row.cells[i].text != "unknown") type.take(row.cells[i], sources);
    }
    attributes.push_back(type.attribute(header.text));
  }
  if (!named) {
    report(diagnostics, inventory.header.span, "no column names the devices",
           "call it `eid`, `imei` or `device`");
  }
  return attributes;
}

std::vector<Observation> device_rows(const CsvFile& inventory, const RuleTable& policy,
                                     const SourceMap& sources, DiagnosticList& diagnostics) {
  return DeviceReader(inventory, policy, sources, diagnostics).devices();
}

}  // namespace sojourn::lang
