#include "adapters/telemetry/report_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "adapters/telemetry/decimal.h"
#include "engine/base/calendar.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::telemetry {
namespace {

constexpr std::size_t kShownBytesMax = 40;

// A value as messages quote it.
std::string quoted(const Scalar& value) {
  if (value.is_null()) return "`null`";
  std::string_view text = value.text.substr(0, kShownBytesMax);
  while (text.size() < value.text.size() && !text.empty() &&
         (static_cast<unsigned char>(value.text[text.size()]) & 0xC0u) == 0x80u) {
    text.remove_suffix(1);
  }
  return fmt::format("`{}{}`", text, text.size() < value.text.size() ? "..." : "");
}

// The times that RFC 3339 can write in UTC; beyond them a number is a mistake, not a time.
constexpr Instant kFirstTime{-62'167'219'200'000};  // 0000-01-01T00:00:00Z
constexpr Instant kLastTime{253'402'300'799'999};   // 9999-12-31T23:59:59.999Z

std::optional<Instant> instant_of_number(std::string_view number) {
  // Seconds may have a fraction, so the number is taken in thousandths. Numbers of
  // 100,000,000,000 and more are milliseconds (semantics.md 28).
  std::optional<std::int64_t> thousandths = scaled_decimal(number, 3);
  if (!thousandths) return std::nullopt;
  constexpr std::int64_t kMillisecondsFrom = 100'000'000'000'000;
  bool is_ms = *thousandths >= kMillisecondsFrom || *thousandths <= -kMillisecondsFrom;
  std::optional<std::int64_t> ms = is_ms ? scaled_decimal(number, 0) : thousandths;
  return ms ? std::optional(Instant{*ms}) : std::nullopt;
}

std::optional<Instant> instant_of(const Scalar& value) {
  std::optional<Instant> at = value.is_text()     ? parse_rfc3339(value.text)
                              : value.is_number() ? instant_of_number(value.text)
                                                  : std::nullopt;
  // An offset can carry a written time beyond the first and the last year.
  return at && *at >= kFirstTime && *at <= kLastTime ? at : std::nullopt;
}

std::optional<Registration> find_registration(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, Registration>, 5> kWords = {{
      {"home", Registration::home},
      {"roaming", Registration::roaming},
      {"searching", Registration::searching},
      {"denied", Registration::denied},
      {"none", Registration::none},
  }};
  for (const auto& [name, registration] : kWords) {
    if (name == word) return registration;
  }
  return std::nullopt;
}

// An ICCID of an odd number of digits is often padded with an F, as it lies in the chip.
std::string_view without_padding(std::string_view iccid) {
  if (iccid.ends_with('F') || iccid.ends_with('f')) iccid.remove_suffix(1);
  return iccid;
}

// `2026-03-01 10:00` and `2026-03-01T10:00:00`: a time of some clock, nobody says which.
bool is_time_without_offset(std::string_view text) {
  std::string time(text);
  if (time.size() > 10 && time[10] == ' ') time[10] = 'T';
  if (time.size() == 16) time += ":00";
  return parse_rfc3339(time + "Z").has_value();
}

}  // namespace

void ReportBuilder::begin(Observation& out) {
  out_ = &out;
  // Observation::clear would free what the attributes hold; they are overwritten one by one, and
  // finish() cuts what is left of the report before.
  std::vector<AttributeReport> attributes = std::move(out.attributes);
  out.clear();
  out.attributes = std::move(attributes);
  findings_.clear();
  keys_seen_ = 0;
  has_time_ = false;
  time_refusal_.reset();
  attribute_count_ = 0;
}

bool ReportBuilder::first_time(TraceKey key) {
  std::uint32_t bit = 1u << static_cast<unsigned>(key);
  if ((keys_seen_ & bit) != 0) {
    drop(Code::E0649, fmt::format("`{}` stands twice", name_of(key)));
    return false;
  }
  keys_seen_ |= bit;
  return true;
}

void ReportBuilder::drop(Code code, std::string message) {
  findings_.push_back({code, std::move(message)});
}

void ReportBuilder::set(TraceKey key, const Scalar& value) {
  if (!first_time(key)) return;
  switch (key) {
    case TraceKey::ts:
      return set_time(value);
    case TraceKey::eid:
      return set_eid(value);
    case TraceKey::imei:
      return set_imei(value);
    case TraceKey::device:
      return set_device(value);
    case TraceKey::network:
      return set_network(value);
    case TraceKey::rat:
      return set_rat(value);
    case TraceKey::registration:
      return set_registration(value);
    case TraceKey::reject:
      return set_reject(value);
    case TraceKey::iccid:
      return set_iccid(value);
    case TraceKey::profile:
    case TraceKey::fallback:
      return set_profile_name(key, value);
    case TraceKey::data:
    case TraceKey::data_total:
      return set_data_sum(key, value);
    case TraceKey::event:
      return set_event(value);
    case TraceKey::commissioned:
      return set_commissioned(value);
    case TraceKey::position:
      if (value.is_null()) return out_->position.make_unknown();
      return drop(Code::E0640, fmt::format("{} is no position", quoted(value)));
    case TraceKey::installed:
      if (value.is_null()) return out_->installed.make_unknown();
      return drop(Code::E0646, fmt::format("`installed` is a list, not {}", quoted(value)));
    case TraceKey::attributes:
      if (value.is_null()) return;
      return drop(Code::E0648, fmt::format("`attributes` is an object, not {}", quoted(value)));
  }
}

void ReportBuilder::set_time(const Scalar& value) {
  if (std::optional<Instant> at = instant_of(value)) {
    out_->at = *at;
    has_time_ = true;
  } else if (!value.is_null()) {
    bool without_offset = value.is_text() && is_time_without_offset(value.text);
    time_refusal_ = fmt::format("{} is {}", quoted(value),
                                without_offset ? "a time without an offset" : "no time");
  }
}

void ReportBuilder::set_eid(const Scalar& value) {
  if (value.is_null()) return;
  if (!value.is_name() || !parse_eid(value.text)) {
    return drop(Code::E0645, fmt::format("{} is no EID", quoted(value)));
  }
  out_->names.eid.assign(value.text);
}

void ReportBuilder::set_imei(const Scalar& value) {
  if (value.is_null()) return;
  if (!value.is_name() || !is_imei(value.text)) {
    return drop(Code::E0645, fmt::format("{} is no IMEI", quoted(value)));
  }
  out_->names.imei.assign(value.text);
}

void ReportBuilder::set_device(const Scalar& value) {
  if (value.is_null()) return;
  if (!value.is_name() || value.text.empty()) {
    return drop(Code::E0645, fmt::format("{} is no device name", quoted(value)));
  }
  out_->names.device.assign(value.text);
}

void ReportBuilder::set_network(const Scalar& value) {
  if (value.is_null()) return out_->network.make_unknown();
  std::optional<Plmn> plmn = value.is_name() ? parse_plmn(value.text) : std::nullopt;
  if (!plmn) return drop(Code::E0641, fmt::format("{} is no network code", quoted(value)));
  out_->network.give(*plmn);
}

void ReportBuilder::set_rat(const Scalar& value) {
  if (value.is_null()) return out_->rat.make_unknown();
  std::optional<Rat> rat = value.is_text() ? find_rat(value.text) : std::nullopt;
  if (!rat) return drop(Code::E0642, fmt::format("{} is no radio technology", quoted(value)));
  out_->rat.give(*rat);
}

void ReportBuilder::set_registration(const Scalar& value) {
  if (value.is_null()) return out_->registration.make_unknown();
  auto registration = value.is_text() ? find_registration(value.text) : std::nullopt;
  if (!registration) {
    return drop(Code::E0643, fmt::format("{} is no registration", quoted(value)));
  }
  out_->registration.give(*registration);
}

void ReportBuilder::set_reject(const Scalar& value) {
  if (value.is_null()) return;
  auto cause = value.is_number() ? whole_decimal(value.text) : std::nullopt;
  if (!cause || *cause < 0 || *cause > 255) {
    return drop(Code::E0644, fmt::format("{} is no reject cause", quoted(value)));
  }
  out_->reject_cause = static_cast<std::uint16_t>(*cause);
}

void ReportBuilder::set_iccid(const Scalar& value) {
  if (value.is_null()) return out_->iccid.make_unknown();
  std::string_view digits = without_padding(value.text);
  if (!value.is_name() || !parse_iccid(digits)) {
    return drop(Code::E0646, fmt::format("{} is no ICCID", quoted(value)));
  }
  out_->iccid.value.assign(digits);
  out_->iccid.state = Reported<std::string>::State::given;
}

void ReportBuilder::set_profile_name(TraceKey key, const Scalar& value) {
  Reported<std::string>& target = key == TraceKey::profile ? out_->profile : out_->fallback;
  if (value.is_null()) return target.make_unknown();
  if (!value.is_text() || value.text.empty()) {
    return drop(Code::E0646, fmt::format("{} is no profile's name", quoted(value)));
  }
  target.value.assign(value.text);
  target.state = Reported<std::string>::State::given;
}

void ReportBuilder::set_event(const Scalar& value) {
  if (value.is_null()) return;
  if (!value.is_text() || value.text.empty()) {
    return drop(Code::E0638, fmt::format("{} is no event", quoted(value)));
  }
  out_->event.emplace(value.text);
}

void ReportBuilder::set_commissioned(const Scalar& value) {
  if (value.is_null()) return;
  std::optional<Instant> at = instant_of(value);
  if (std::optional<Day> day = value.is_text() ? parse_date(value.text) : std::nullopt) {
    at = TimeZone().start_of(*day);
  }
  if (!at) return drop(Code::E0639, fmt::format("{} is no date", quoted(value)));
  out_->commissioned = at;
}

// --- position -----------------------------------------------------------------------------------

bool ReportBuilder::begin_position() {
  if (!first_time(TraceKey::position)) return false;
  position_ = {};
  out_->position.value = Fix{};
  return true;
}

std::optional<double> ReportBuilder::coordinate(const Scalar& value, double limit,
                                                std::string_view name) {
  auto degrees = value.is_number() ? nearest_double(value.text) : std::nullopt;
  if (degrees && std::abs(*degrees) <= limit) return degrees;
  position_.refused = true;
  drop(Code::E0640, fmt::format("{} is no {}", quoted(value), name));
  return std::nullopt;
}

void ReportBuilder::set_position(PositionKey key, const Scalar& value) {
  auto bit = static_cast<std::uint8_t>(1u << static_cast<unsigned>(key));
  if ((position_.seen & bit) != 0) {
    return drop(Code::E0649, "a part of the position stands twice");
  }
  position_.seen |= bit;
  if (value.is_null()) return;
  Fix& fix = out_->position.value;
  if (key == PositionKey::lat) {
    position_.lat = coordinate(value, 90, "latitude");
    return;
  }
  if (key == PositionKey::lon) {
    position_.lon = coordinate(value, 180, "longitude");
    return;
  }
  if (key == PositionKey::source) {
    if (value.is_text() && value.text == "gnss") return;
    // What is not known to be precise is taken for the coarser source.
    fix.source = FixSource::cell;
    if (value.is_text() && value.text == "cell") return;
    return drop(Code::E0640, fmt::format("{} is no source, taken for `cell`", quoted(value)));
  }
  auto number = value.is_number() ? nearest_double(value.text) : std::nullopt;
  if (key == PositionKey::accuracy) {
    if (number && *number >= 0) {
      fix.accuracy_m = number;
      return;
    }
    position_.refused = true;
    return drop(Code::E0640, fmt::format("{} is no accuracy", quoted(value)));
  }
  if (key == PositionKey::altitude) {
    if (!number) return drop(Code::E0640, fmt::format("{} is no altitude", quoted(value)));
    fix.altitude_m = number;
    return;
  }
  if (!number || *number < 0)
    return drop(Code::E0640, fmt::format("{} is no speed", quoted(value)));
  fix.speed_mps = number;
}

void ReportBuilder::end_position() {
  if (position_.refused) return;
  if (position_.lat && position_.lon) {
    out_->position.value.at = {*position_.lat, *position_.lon};
    out_->position.state = Reported<Fix>::State::given;
  } else if (!position_.lat && !position_.lon && (position_.seen & 3u) == 3u) {
    out_->position.make_unknown();  // {"lat":null,"lon":null}
  } else {
    drop(Code::E0640,
         fmt::format("a position without {}", position_.lat ? "longitude" : "latitude"));
  }
}

// --- data ---------------------------------------------------------------------------------------

bool ReportBuilder::begin_data(TraceKey key) {
  if (!first_time(key)) return false;
  data_ = {};
  data_.key = key;
  return true;
}

void ReportBuilder::set_data(DataKey key, const Scalar& value) {
  auto bit = static_cast<std::uint8_t>(1u << static_cast<unsigned>(key));
  if ((data_.seen & bit) != 0) return drop(Code::E0649, "a part of the data stands twice");
  if (value.is_null()) return;
  data_.seen |= bit;
  auto bytes = value.is_number() ? whole_decimal(value.text) : std::nullopt;
  if (!bytes || *bytes < 0 || __builtin_add_overflow(data_.bytes, *bytes, &data_.bytes)) {
    data_.refused = true;
    drop(Code::E0647, fmt::format("{} is no amount of data", quoted(value)));
  }
}

void ReportBuilder::end_data() {
  if (data_.refused || data_.seen == 0) return;
  auto& target = data_.key == TraceKey::data ? out_->data_bytes : out_->data_total_bytes;
  target = data_.bytes;
}

void ReportBuilder::set_data_sum(TraceKey key, const Scalar& value) {
  if (value.is_null()) return;
  auto bytes = value.is_number() ? whole_decimal(value.text) : std::nullopt;
  if (!bytes || *bytes < 0) {
    return drop(Code::E0647, fmt::format("{} is no amount of data", quoted(value)));
  }
  (key == TraceKey::data ? out_->data_bytes : out_->data_total_bytes) = *bytes;
}

// --- installed profiles -------------------------------------------------------------------------

bool ReportBuilder::begin_installed() {
  if (!first_time(TraceKey::installed)) return false;
  installed_count_ = 0;
  installed_refused_ = false;
  return true;
}

void ReportBuilder::add_installed(const Scalar& value) {
  if (installed_refused_) return;
  if (!value.is_name() || value.text.empty()) {
    installed_refused_ = true;
    return drop(Code::E0646, fmt::format("{} is no profile's name", quoted(value)));
  }
  std::vector<std::string>& names = out_->installed.value;
  if (installed_count_ == names.size()) names.emplace_back();
  names[installed_count_++].assign(value.text);
}

void ReportBuilder::end_installed() {
  if (installed_refused_) return;
  out_->installed.value.resize(installed_count_);
  out_->installed.state = Reported<std::vector<std::string>>::State::given;
}

// --- attributes ---------------------------------------------------------------------------------

bool ReportBuilder::begin_attributes() { return first_time(TraceKey::attributes); }

// The place for an attribute's value; null when it is refused.
AttributeReport* ReportBuilder::next_attribute(std::string_view name) {
  std::vector<AttributeReport>& all = out_->attributes;
  for (std::size_t i = 0; i < attribute_count_; ++i) {
    if (all[i].name != name) continue;
    drop(Code::E0649, fmt::format("attribute {} stands twice", quoted(Scalar::of_text(name))));
    return nullptr;
  }
  if (attribute_count_ == limits::kAttributesMax) {
    drop(Code::E0648, fmt::format("more than {} attributes", limits::kAttributesMax));
    return nullptr;
  }
  if (attribute_count_ == all.size()) all.emplace_back();
  AttributeReport& attribute = all[attribute_count_];
  attribute.name.assign(name);
  attribute.type = AttributeReport::Type::unknown;
  return &attribute;
}

void ReportBuilder::set_attribute(std::string_view name, const Scalar& value) {
  if (name == "commissioned") return set(TraceKey::commissioned, value);  // semantics.md 10
  AttributeReport* attribute = next_attribute(name);
  if (attribute == nullptr) return;
  switch (value.kind) {
    case Scalar::Kind::null:
      break;
    case Scalar::Kind::flag:
      attribute->type = AttributeReport::Type::flag;
      attribute->flag = value.flag;
      break;
    case Scalar::Kind::number: {
      std::optional<std::int64_t> millionths = scaled_decimal(value.text, 6);
      if (!millionths) {
        return drop(Code::E0648, fmt::format("{} is too large a number", quoted(value)));
      }
      attribute->type = AttributeReport::Type::number;
      attribute->number_millionths = *millionths;
      break;
    }
    case Scalar::Kind::text:
      attribute->type = AttributeReport::Type::text;
      attribute->text.assign(value.text);
      break;
  }
  ++attribute_count_;
}

void ReportBuilder::begin_list_attribute(std::string_view name) {
  list_ = next_attribute(name);
  list_count_ = 0;
}

void ReportBuilder::add_to_list_attribute(const Scalar& value) {
  if (list_ == nullptr) return;
  if (!value.is_text()) {
    drop(Code::E0648, fmt::format("{} in a list of texts", quoted(value)));
    list_ = nullptr;
    return;
  }
  if (list_count_ == list_->list.size()) list_->list.emplace_back();
  list_->list[list_count_++].assign(value.text);
}

void ReportBuilder::end_list_attribute() {
  if (list_ == nullptr) return;
  list_->list.resize(list_count_);
  list_->type = AttributeReport::Type::list;
  ++attribute_count_;
}

// --- shapes and lines ---------------------------------------------------------------------------

void ReportBuilder::refuse_shape(TraceKey key, std::string_view shape) {
  if (!first_time(key)) return;
  if (key == TraceKey::ts) {
    time_refusal_ = fmt::format("{} is no time", shape);
    return;
  }
  drop(code_of(key), fmt::format("`{}` cannot be {}", name_of(key), shape));
}

void ReportBuilder::refuse_attribute_shape(std::string_view name, std::string_view shape) {
  drop(Code::E0648, fmt::format("attribute {} cannot be {}", quoted(Scalar::of_text(name)), shape));
}

void ReportBuilder::refuse_line(Code code, std::string message) {
  findings_.clear();
  findings_.push_back({code, std::move(message)});
}

bool ReportBuilder::finish() {
  out_->attributes.resize(attribute_count_);
  if (!has_time_) {
    refuse_line(Code::E0631, time_refusal_.value_or("no `ts`"));
    return false;
  }
  const DeviceNames& names = out_->names;
  if (names.eid.empty() && names.imei.empty() && names.device.empty()) {
    auto name_refused = std::find_if(findings_.begin(), findings_.end(),
                                     [](const Finding& f) { return f.code == Code::E0645; });
    refuse_line(Code::E0632, name_refused == findings_.end() ? "no `eid`, `imei` or `device`"
                                                             : std::string(name_refused->message));
    return false;
  }
  return true;
}

}  // namespace sojourn::telemetry
