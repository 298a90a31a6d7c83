#include "adapters/telemetry/translation.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "adapters/telemetry/decimal.h"
#include "adapters/telemetry/translator.h"
#include "engine/base/limits.h"

namespace sojourn::telemetry {
namespace {

constexpr std::pair<std::string_view, TraceForm> kForms[] = {
    {"ndjson", TraceForm::ndjson},           {"csv", TraceForm::csv},
    {"traccar", TraceForm::traccar},         {"senml", TraceForm::senml},
    {"cloudevents", TraceForm::cloudevents}, {"gpx", TraceForm::gpx}};

constexpr std::pair<std::string_view, double> kUnits[] = {{"m/s", 1},
                                                          {"km/h", 1 / 3.6},
                                                          {"kn", 1852.0 / 3600},
                                                          {"mph", 0.44704},
                                                          {"m", 1},
                                                          {"km", 1'000},
                                                          {"ft", 0.3048},
                                                          {"nmi", 1'852},
                                                          {"B", 1},
                                                          {"kB", 1e3},
                                                          {"MB", 1e6},
                                                          {"GB", 1e9},
                                                          {"%", 1},
                                                          {"", 1}};

// What a translator makes, handed out as bytes.
class TranslatingStream final : public ByteStream {
 public:
  TranslatingStream(std::unique_ptr<ByteStream> bytes, std::unique_ptr<Translator> translator)
      : bytes_(std::move(bytes)), translator_(std::move(translator)) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    while (position_ == lines_.size() && !ended_) {
      lines_.clear();
      position_ = 0;
      char chunk[1 << 16];
      Result<std::size_t> count = bytes_->read(chunk, sizeof chunk);
      if (!count) return count;
      ended_ = *count == 0;
      ended_ ? translator_->finish(lines_) : translator_->feed({chunk, *count}, lines_);
    }
    std::size_t count = std::min(size, lines_.size() - position_);
    std::memcpy(buffer, lines_.data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  std::unique_ptr<ByteStream> bytes_;
  std::unique_ptr<Translator> translator_;
  std::string lines_;
  std::size_t position_ = 0;
  bool ended_ = false;
};

bool is_flag(std::string_view text) { return text == "true" || text == "false"; }

}  // namespace

std::optional<TraceForm> form_named(std::string_view name) {
  for (const auto& [word, form] : kForms) {
    if (word == name) return form;
  }
  return std::nullopt;
}

TraceForm form_of_path(std::string_view path) {
  for (std::string_view packed : {".gz", ".zst"}) {
    if (path.ends_with(packed)) path.remove_suffix(packed.size());
  }
  for (const auto& [word, form] : kForms) {
    bool by_name = form == TraceForm::csv || form == TraceForm::gpx || form == TraceForm::senml;
    if (by_name && path.ends_with("." + std::string(word))) return form;
  }
  return TraceForm::ndjson;
}

Result<std::unique_ptr<ByteStream>> translate(std::unique_ptr<ByteStream> bytes,
                                              const Translation& how) {
  std::unique_ptr<Translator> translator;
  switch (how.form) {
    case TraceForm::ndjson:
      if (!Constants(how).any()) return bytes;
      translator = make_constants_translator(how);
      break;
    case TraceForm::csv:
    case TraceForm::traccar: {
      auto made = make_csv_translator(how);
      if (!made) return std::move(made).error();
      translator = std::move(made).value();
      break;
    }
    case TraceForm::senml:
      translator = make_senml_translator(how);
      break;
    case TraceForm::cloudevents:
      translator = make_cloudevents_translator(how);
      break;
    case TraceForm::gpx:
      translator = make_gpx_translator(how);
      break;
  }
  return std::unique_ptr<ByteStream>(
      std::make_unique<TranslatingStream>(std::move(bytes), std::move(translator)));
}

double factor_of_unit(std::string_view unit) {
  for (const auto& [name, factor] : kUnits) {
    if (name == unit) return factor;
  }
  return 0;
}

std::string json_quoted(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') quoted += '\\';
    if (byte >= 0x20) {
      quoted += c;
    } else {
      quoted += "\\u00";
      quoted += kHex[byte >> 4];
      quoted += kHex[byte & 15];
    }
  }
  return quoted + "\"";
}

std::string json_number(double value) {
  char text[64];
  bool plain = std::abs(value) < 1e15;
  std::snprintf(text, sizeof text, plain ? "%.9f" : "%.17g", value);
  std::string number = text;
  if (!plain) return std::isfinite(value) ? number : "null";
  number.erase(number.find_last_not_of('0') + 1);
  if (number.ends_with('.')) number.pop_back();
  return number == "-0" ? "0" : number;
}

void ReportText::add_json(std::string_view key, std::string_view json) {
  members_.emplace_back(std::string(key), std::string(json));
}

void ReportText::add(std::string_view key, std::string_view text) {
  bool plain = is_json_number(text) || is_flag(text);
  add_json(key, plain ? std::string(text) : json_quoted(text));
}

bool ReportText::has(std::string_view key) const {
  return std::any_of(members_.begin(), members_.end(),
                     [&](const auto& member) { return member.first == key; });
}

// Members with a dot stand together in their object: "position.lat" and "position.lon".
std::string ReportText::take() {
  std::string line = "{";
  std::vector<bool> written(members_.size());
  auto separate = [&] {
    if (line.back() != '{') line += ',';
  };
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (written[i]) continue;
    const auto& [key, json] = members_[i];
    std::size_t dot = key.find('.');
    separate();
    if (dot == std::string::npos) {
      line += json_quoted(key) + ":" + json;
      continue;
    }
    std::string above = key.substr(0, dot + 1);
    line += json_quoted(key.substr(0, dot)) + ":{";
    for (std::size_t j = i; j < members_.size(); ++j) {
      if (written[j] || !members_[j].first.starts_with(above)) continue;
      written[j] = true;
      separate();
      line += json_quoted(members_[j].first.substr(above.size())) + ":" + members_[j].second;
    }
    line += '}';
  }
  members_.clear();
  return line + "}\n";
}

void LineTranslator::feed(std::string_view text, std::string& out) {
  constexpr std::size_t kKeptMax = limits::kTraceLineBytesMax + 1;  // enough to see it is too long
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    rest_.append(text.substr(0, std::min(end, kKeptMax - std::min(rest_.size(), kKeptMax))));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
    end_line(out);
  }
}

void LineTranslator::finish(std::string& out) {
  if (!rest_.empty()) end_line(out);
}

void LineTranslator::end_line(std::string& out) {
  std::string_view line = rest_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > limits::kTraceLineBytesMax) {
    out.append(line).append("\n");
    note_lost_line();
  } else {
    translate_line(line, out);
  }
  rest_.clear();
}

void Constants::add_to(ReportText& report) const {
  bool named = report.has("eid") || report.has("imei") || report.has("device");
  if (!how_.device.empty() && !named) report.add_json("device", json_quoted(how_.device));
  for (const auto& [name, value] : how_.attributes) {
    std::string key = "attributes." + name;
    if (!report.has(key)) report.add(key, value);
  }
}

}  // namespace sojourn::telemetry
