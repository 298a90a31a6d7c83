// The digest by which exact duplicates are known. It only ever lives in memory and is compared
// with digests of the same run, so its definition may change.
#include <bit>
#include <string_view>

#include "engine/device/report_reader.h"

namespace sojourn {
namespace {

class Mixer {
 public:
  void add(std::uint64_t value) {
    state_ = (state_ ^ value) * 0x9E37'79B9'7F4A'7C15u;
    state_ ^= state_ >> 32;
  }
  void add(std::string_view text) {
    add(text.size());
    std::uint64_t word = 0;
    std::size_t i = 0;
    for (char c : text) {
      word = word << 8 | static_cast<unsigned char>(c);
      if (++i % 8 == 0) add(word);
    }
    if (i % 8 != 0) add(word);
  }
  void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
  void add(const std::optional<double>& value) {
    add(std::uint64_t{value.has_value()});
    if (value) add(*value);
  }
  template <class T, class AddValue>
  void add(const Reported<T>& reported, const AddValue& add_value) {
    add(static_cast<std::uint64_t>(reported.state));
    if (reported.given()) add_value(reported.value);
  }
  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0x243F'6A88'85A3'08D3u;
};

}  // namespace

std::uint64_t digest_of(const Observation& report) {
  Mixer mixer;
  auto text = [&](const std::string& value) { mixer.add(std::string_view(value)); };
  auto texts = [&](const std::vector<std::string>& values) {
    mixer.add(std::uint64_t{values.size()});
    for (const std::string& value : values) text(value);
  };
  mixer.add(report.position, [&](const Fix& fix) {
    mixer.add(fix.at.lat);
    mixer.add(fix.at.lon);
    mixer.add(fix.accuracy_m);
    mixer.add(fix.altitude_m);
    mixer.add(fix.speed_mps);
    mixer.add(static_cast<std::uint64_t>(fix.source));
  });
  mixer.add(report.network, [&](const Plmn& plmn) { mixer.add(std::uint64_t{pack(plmn)}); });
  mixer.add(report.rat, [&](Rat rat) { mixer.add(static_cast<std::uint64_t>(rat)); });
  mixer.add(report.registration,
            [&](Registration value) { mixer.add(static_cast<std::uint64_t>(value)); });
  mixer.add(std::uint64_t{report.reject_cause ? *report.reject_cause + 1u : 0u});
  mixer.add(report.profile, text);
  mixer.add(report.iccid, text);
  mixer.add(report.installed, texts);
  mixer.add(report.fallback, text);
  mixer.add(static_cast<std::uint64_t>(report.data_bytes.value_or(-1)));
  mixer.add(static_cast<std::uint64_t>(report.data_total_bytes.value_or(-1)));
  mixer.add(std::uint64_t{report.event.has_value()});
  if (report.event) text(*report.event);
  mixer.add(static_cast<std::uint64_t>(report.commissioned.value_or(kNever).ms));
  text(report.names.imei);
  for (const AttributeReport& attribute : report.attributes) {
    text(attribute.name);
    mixer.add(static_cast<std::uint64_t>(attribute.type));
    // Members of other types are left over from reports whose memory this one was given.
    switch (attribute.type) {
      case AttributeReport::Type::unknown:
        break;
      case AttributeReport::Type::flag:
        mixer.add(std::uint64_t{attribute.flag});
        break;
      case AttributeReport::Type::number:
        mixer.add(static_cast<std::uint64_t>(attribute.number_millionths));
        break;
      case AttributeReport::Type::text:
        text(attribute.text);
        break;
      case AttributeReport::Type::list:
        texts(attribute.list);
        break;
    }
  }
  mixer.add(std::uint64_t{report.standing});
  return mixer.value();
}

}  // namespace sojourn
