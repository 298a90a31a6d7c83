// Traces whose lines are JSON of another shape: LwM2M packs in SenML-JSON (RFC 8428), CloudEvents
// envelopes (structured mode, version 1.0), and the trace format itself with constants.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "adapters/telemetry/translator.h"
#include "engine/base/limits.h"

namespace sojourn::telemetry {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Numbers nested more deeply than any report are not worth a stack.
Json parse(std::string_view text) {
  int depth = 0;
  for (char c : text) {
    depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
    if (depth > 4 * limits::kTraceJsonDepthMax) return Json(Json::value_t::discarded);
  }
  return Json::parse(text, nullptr, false);
}

void add_constants(Json& report, const Translation& how) {
  bool named = report.contains("eid") || report.contains("imei") || report.contains("device");
  if (!how.device.empty() && !named) report["device"] = how.device;
  Json& attributes = report["attributes"];
  if (!attributes.is_object() && !attributes.is_null()) return;
  for (const auto& [name, value] : how.attributes) {
    if (attributes.contains(name)) continue;
    Json number = Json::parse(value, nullptr, false);
    attributes[name] = number.is_number() || number.is_boolean() ? number : Json(value);
  }
  if (attributes.is_null()) report.erase("attributes");
}

class ConstantsTranslator final : public LineTranslator {
 public:
  explicit ConstantsTranslator(const Translation& how) : how_(how) {}

 private:
  void translate_line(std::string_view line, std::string& out) override {
    Json report = parse(line);
    if (report.is_object()) {
      add_constants(report, how_);
      out += text_of(report) + "\n";
    } else {
      out.append(line).append("\n");
    }
  }
  Translation how_;
};

class CloudEventsTranslator final : public LineTranslator {
 public:
  explicit CloudEventsTranslator(const Translation& how) : how_(how) {}

 private:
  void translate_line(std::string_view line, std::string& out) override {
    Json event = parse(line);
    if (!event.is_object() || !event.contains("data") || !event["data"].is_object()) {
      out.append(line).append("\n");
      return;
    }
    Json report = event["data"];
    if (!report.contains("ts") && event.contains("time")) report["ts"] = event["time"];
    bool named = report.contains("eid") || report.contains("imei") || report.contains("device");
    if (!named && event.contains("subject")) report["device"] = event["subject"];
    add_constants(report, how_);
    out += text_of(report) + "\n";
  }
  Translation how_;
};

// --- SenML ---------------------------------------------------------------------------------------

// RFC 8428, 4.5.3: smaller values are relative to now, which a recording does not know.
constexpr double kAbsoluteTimeMin = 268'435'456;

// "urn:imei:356938035643809" and {6, 0, 0} of "urn:imei:356938035643809/6/0/0".
struct ResourceName {
  std::string device;
  int object = -1, resource = -1;
};

std::optional<ResourceName> read_name(const std::string& name) {
  // The path is the last three numbers between slashes.
  std::vector<std::string> parts;
  std::size_t end = name.size();
  for (int i = 0; i < 3; ++i) {
    std::size_t slash = end == 0 ? std::string::npos : name.rfind('/', end - 1);
    if (slash == std::string::npos) return std::nullopt;
    std::string part = name.substr(slash + 1, end - slash - 1);
    bool number = !part.empty() && part.size() < 6 &&
                  part.find_first_not_of("0123456789") == std::string::npos;
    if (!number) return std::nullopt;
    parts.push_back(part);
    end = slash;
  }
  std::string device = name.substr(0, end);
  while (device.ends_with('/') || device.ends_with(':')) device.pop_back();
  return ResourceName{device, std::stoi(parts[2]), std::stoi(parts[0])};
}

const char* rat_of_bearer(int bearer) {
  switch (bearer) {
    case 0:
      return "gsm";
    case 2:
      return "umts";
    case 5:
    case 6:
      return "lte";
    case 7:
      return "nb-iot";
    case 21:
      return "wifi";
    default:
      return nullptr;
  }
}

// A code of the network's; what is none becomes 999, which no country has.
int code_of(double value) { return value >= 0 && value < 1'000 ? static_cast<int>(value) : 999; }

// What a device said at one instant.
class Reading {
 public:
  // OMA LwM2M objects 3 (device), 4 (connectivity monitoring), 6 (location), 7 (connectivity
  // statistics), 11 (APN).
  void take(const ResourceName& name, const Json& record) {
    if (record.contains("vs") && record["vs"].is_string()) {
      if (name.object == 11 && name.resource == 1) {
        report_.add_json("attributes.apn", json_quoted(record["vs"].get<std::string>()));
      }
      return;
    }
    if (!record.contains("v") || !record["v"].is_number()) return;
    double value = record["v"].get<double>();
    switch (name.object * 100 + name.resource) {
      case 309:
        return report_.add_json("attributes.battery", json_number(value));
      case 400:
        if (const char* rat = rat_of_bearer(code_of(value))) {
          report_.add_json("rat", json_quoted(rat));
        }
        return;
      case 402:
        return report_.add_json("attributes.rsrp", json_number(value));
      case 409:
        mnc_ = code_of(value);
        return;
      case 410:
        mcc_ = code_of(value);
        return;
      case 600:
        return report_.add_json("position.lat", json_number(value));
      case 601:
        return report_.add_json("position.lon", json_number(value));
      case 602:
        return report_.add_json("position.altitude", json_number(value));
      case 603:
        return report_.add_json("position.accuracy", json_number(value));
      case 605:
      case 313:
        if (!fix_time_) fix_time_ = value;
        return;
      case 606:
        return report_.add_json("position.speed", json_number(value));
      case 702:
        return report_.add_json("data-total.up", json_number(value * 1'000));
      case 703:
        return report_.add_json("data-total.down", json_number(value * 1'000));
      default:
        return;
    }
  }

  std::string line(const std::string& device, double time, const Constants& constants) {
    if (time < kAbsoluteTimeMin) time = fix_time_.value_or(0);
    if (time > 0) report_.add_json("ts", json_number(time));
    if (mcc_ && mnc_) {
      report_.add_json("network", fmt::format("\"{:03}-{:02}\"", *mcc_, *mnc_));
    }
    for (const auto& [prefix, key] :
         {std::pair("urn:imei:", "imei"), std::pair("urn:eid:", "eid")}) {
      if (device.starts_with(prefix)) {
        report_.add_json(key, json_quoted(device.substr(std::string_view(prefix).size())));
      }
    }
    if (!device.empty() && !report_.has("imei") && !report_.has("eid")) {
      report_.add_json("device", json_quoted(device));
    }
    constants.add_to(report_);
    return report_.take();
  }

 private:
  ReportText report_;
  std::optional<int> mcc_, mnc_;
  std::optional<double> fix_time_;
};

class SenmlTranslator final : public Translator {
 public:
  explicit SenmlTranslator(const Translation& how) : constants_(how) {}

  // Packs are told apart by their brackets, wherever lines break.
  void feed(std::string_view text, std::string& out) override {
    for (char c : text) {
      if (depth_ == 0 && c != '[') {
        if (c != '\n' && c != '\r' && c != ' ' && c != '\t' && c != ',') pack_ += c;
        if (c == '\n') flush(out);
        continue;
      }
      pack_ += c;
      if (in_text_) {
        if (!escaped_ && c == '"') in_text_ = false;
        escaped_ = !escaped_ && c == '\\';
      } else if (c == '"') {
        in_text_ = true;
      } else if (c == '[' || c == '{') {
        ++depth_;
      } else if (c == ']' || c == '}') {
        if (--depth_ == 0) flush(out);
      }
      if (pack_.size() > limits::kTraceLineBytesMax) flush(out);
    }
  }
  void finish(std::string& out) override { flush(out); }

 private:
  void flush(std::string& out) {
    std::string pack = std::move(pack_);
    pack_.clear();
    depth_ = 0;
    in_text_ = escaped_ = false;
    if (pack.empty()) return;
    Json json = parse(pack);
    if (!json.is_array() || !translate_pack(json, out)) {
      for (char& c : pack) c = c == '\n' || c == '\r' ? ' ' : c;
      out += pack + "\n";
    }
  }

  bool translate_pack(const Json& pack, std::string& out) {
    std::map<std::pair<std::string, double>, Reading> readings;
    std::vector<std::pair<std::string, double>> order;
    std::string base_name;
    double base_time = 0;
    for (const Json& record : pack) {
      if (!record.is_object()) return false;
      auto number = [&](const char* key) {
        return record.contains(key) && record[key].is_number() ? record[key].get<double>() : 0.0;
      };
      if (record.contains("bn") && record["bn"].is_string()) base_name = record["bn"];
      if (record.contains("bt")) base_time = number("bt");
      std::string name = base_name;
      if (record.contains("n") && record["n"].is_string()) name += record["n"];
      std::optional<ResourceName> resource = read_name(name);
      if (!resource) continue;
      std::pair key(resource->device, base_time + number("t"));
      auto [reading, fresh] = readings.try_emplace(key);
      if (fresh) order.push_back(key);
      reading->second.take(*resource, record);
    }
    for (const auto& key : order) out += readings[key].line(key.first, key.second, constants_);
    return !order.empty();
  }

  Constants constants_;
  std::string pack_;
  int depth_ = 0;
  bool in_text_ = false, escaped_ = false;
};

}  // namespace

std::unique_ptr<Translator> make_constants_translator(const Translation& how) {
  return std::make_unique<ConstantsTranslator>(how);
}
std::unique_ptr<Translator> make_cloudevents_translator(const Translation& how) {
  return std::make_unique<CloudEventsTranslator>(how);
}
std::unique_ptr<Translator> make_senml_translator(const Translation& how) {
  return std::make_unique<SenmlTranslator>(how);
}

}  // namespace sojourn::telemetry
