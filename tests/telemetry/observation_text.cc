#include "tests/telemetry/observation_text.h"

#include <fmt/format.h>

namespace sojourn::telemetry {
namespace {

template <class T, class ToText>
void add(std::string& out, const char* name, const Reported<T>& member, ToText to_text) {
  if (member.absent()) return;
  out += fmt::format(" {}={}", name, member.given() ? std::string(to_text(member.value)) : "null");
}

std::string list_of(const std::vector<std::string>& items) {
  return fmt::format("[{}]", fmt::join(items, ","));
}

std::string text_of_fix(const Fix& fix) {
  std::string text = fmt::format("({} {}", fix.at.lat, fix.at.lon);
  if (fix.accuracy_m) text += fmt::format(" accuracy {}", *fix.accuracy_m);
  if (fix.altitude_m) text += fmt::format(" altitude {}", *fix.altitude_m);
  if (fix.speed_mps) text += fmt::format(" speed {}", *fix.speed_mps);
  return text + (fix.source == FixSource::cell ? " cell)" : ")");
}

std::string text_of_attribute(const AttributeReport& attribute) {
  switch (attribute.type) {
    case AttributeReport::Type::unknown:
      return "null";
    case AttributeReport::Type::flag:
      return attribute.flag ? "true" : "false";
    case AttributeReport::Type::number:
      return fmt::format("{}u", attribute.number_millionths);
    case AttributeReport::Type::text:
      return fmt::format("'{}'", attribute.text);
    case AttributeReport::Type::list:
      return list_of(attribute.list);
  }
  return "?";
}

std::string_view word_of(Registration registration) {
  constexpr std::string_view kWords[] = {"home", "roaming", "searching", "denied", "none"};
  return kWords[static_cast<std::size_t>(registration)];
}

}  // namespace

std::string text_of(const Observation& o) {
  auto same = [](const std::string& text) { return text; };
  std::string out = to_rfc3339(o.at);
  if (!o.names.eid.empty()) out += " eid=" + o.names.eid;
  if (!o.names.imei.empty()) out += " imei=" + o.names.imei;
  if (!o.names.device.empty()) out += " device=" + o.names.device;
  add(out, "position", o.position, text_of_fix);
  add(out, "network", o.network, [](const Plmn& plmn) { return to_text(plmn); });
  add(out, "rat", o.rat, [](Rat rat) { return name_of(rat); });
  add(out, "registration", o.registration, word_of);
  if (o.reject_cause) out += fmt::format(" reject={}", *o.reject_cause);
  add(out, "profile", o.profile, same);
  add(out, "iccid", o.iccid, same);
  add(out, "installed", o.installed, list_of);
  add(out, "fallback", o.fallback, same);
  if (o.data_bytes) out += fmt::format(" data={}", *o.data_bytes);
  if (o.data_total_bytes) out += fmt::format(" data-total={}", *o.data_total_bytes);
  if (o.event) out += " event=" + *o.event;
  if (o.commissioned) out += " commissioned=" + to_rfc3339(*o.commissioned);
  for (const AttributeReport& attribute : o.attributes) {
    out += fmt::format(" {}={}", attribute.name, text_of_attribute(attribute));
  }
  return out;
}

}  // namespace sojourn::telemetry
