// The stored form of a device's history under one policy: a layout number, then what reports left
// behind, signal by signal. Conclusions (runs, days, curves) are not stored: they are drawn anew
// when somebody asks.
//
// Instants ascend, so each is written as the time since the one before. Whatever is an index is
// checked when it is read: stored bytes may be damaged.
#include <algorithm>
#include <map>

#include "engine/base/diagnostic_code.h"
#include "engine/device/evaluator.h"
#include "engine/graph/archive.h"

namespace sojourn {

using archive::Like;

struct HistoryCodec {
  static constexpr std::uint8_t kLayout = 1;
  static constexpr std::uint8_t kEventKindCount = 5;

  // `at` as the time since `before`, which it becomes. Wraps at the ends of time, both ways alike.
  static void since(auto& archive, auto& at, Instant& before) {
    auto apart = static_cast<std::int64_t>(static_cast<std::uint64_t>(at.ms) -
                                           static_cast<std::uint64_t>(before.ms));
    archive.integer(apart);
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads) {
      at.ms = static_cast<std::int64_t>(static_cast<std::uint64_t>(before.ms) +
                                        static_cast<std::uint64_t>(apart));
    }
    before = at;
  }

  static void code(auto& archive, Like<SignalTimeline> auto& timeline) {
    Instant before = kBeginning;
    archive.list(timeline.rows_, [&](auto& row) {
      Instant last_before = before;
      since(archive, row.from, before);
      since(archive, row.last, before);
      if (row.from < last_before || row.last < row.from) archive.fail();
      archive.integer(row.value);
      archive.flag(row.standing);
    });
  }

  static void code(auto& archive, Like<EventLog> auto& events) {
    archive.list(events.names_, [&](auto& name) { archive.text(name); });
    Instant before = kBeginning;
    archive.list(events.rows_, [&](auto& row) {
      Instant last_before = before;
      since(archive, row.at, before);
      archive.choice(row.kind, kEventKindCount);
      archive.integer(row.cause);
      archive.integer(row.name);
      bool is_named = row.kind == EventKind::named || row.kind == EventKind::alert;
      if (row.at < last_before || (is_named && row.name >= events.names_.size())) archive.fail();
    });
  }

  static void code(auto& archive, Like<UsageLog> auto& usage) {
    for (auto* rows : {&usage.amounts_, &usage.totals_}) {
      Instant before = kBeginning;
      archive.list(*rows, [&](auto& row) {
        Instant last_before = before;
        since(archive, row.at, before);
        archive.integer(row.bytes);
        if (row.at < last_before) archive.fail();
      });
    }
  }

  static void code(auto& archive, Like<QuarantineLog> auto& log, std::size_t profile_count) {
    archive.list(log.rows_, [&](auto& row) {
      archive.integer(row.profile);
      archive.integer(row.from.ms);
      archive.integer(row.until.ms);
      if (row.profile >= profile_count) archive.fail();
    });
  }

  static void code(auto& archive, Like<Pools> auto& pools) {
    archive.list(pools.imeis, [&](auto& imei) { archive.text(imei); });
    archive.list(pools.undeclared, [&](auto& profile) {
      archive.text(profile.name);
      archive.maybe(profile.home, [&](auto& country) { archive.country(country); });
    });
    archive.list(pools.sets, [&](auto& set) {
      archive.list(set, [&](auto& member) { archive.integer(member); });
    });
  }

  // A zone is stored by its name: its rules are those of this machine.
  static void write_zones(archive::Writer& writer, const std::vector<FixZone>& zones) {
    writer.list(zones, [&](const FixZone& zone) {
      writer.integer(zone.claim.packed());
      writer.text(std::string(zone.zone.name()));
    });
  }
  static void read_zones(archive::Reader& reader, std::vector<FixZone>& zones) {
    std::vector<std::pair<std::uint32_t, std::string>> named;
    reader.list(named, [&](auto& zone) {
      reader.integer(zone.first);
      reader.text(zone.second);
    });
    for (const auto& [packed, name] : named) {
      auto zone = TimeZone::find(name);
      if (!zone) return reader.fail();
      zones.push_back({CountryClaim::from_packed(packed), *zone});
    }
  }

  static void code_entry(auto& archive, auto& entry, Instant& before) {
    since(archive, entry.at, before);
    archive.integer(entry.digest);
    std::uint64_t rank_and_line = entry.order() >> ReportLog::kShapeBits;
    std::uint64_t shape = entry.shape;
    bool standing = entry.standing();
    archive.integer(rank_and_line);
    archive.integer(shape);
    archive.flag(standing);
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads) {
      entry.line = rank_and_line & ReportLog::kLineMax;
      entry.rank = rank_and_line >> ReportLog::kLineBits & 3u;
      entry.shape = shape & ((std::uint64_t{1} << ReportLog::kShapeBits) - 1);
      bool fits = entry.shape == shape && entry.standing() == standing &&
                  entry.order() >> ReportLog::kShapeBits == rank_and_line;
      if (!fits) archive.fail();
    }
  }

  // Shapes are numbered anew by their first use: equal logs have equal bytes, however they came to
  // be.
  static void write_log(archive::Writer& writer, const ReportLog& log) {
    std::vector<ReportLog::Entry> entries(log.entries_.begin() + log.forgotten_,
                                          log.entries_.end());
    std::map<std::vector<std::uint64_t>, std::size_t> numbers;
    std::vector<std::vector<std::uint64_t>> shapes;
    for (ReportLog::Entry& entry : entries) {
      const std::uint64_t* words = log.shapes_.begin() + entry.shape * log.shape_words_;
      std::vector<std::uint64_t> shape(words, words + log.shape_words_);
      while (!shape.empty() && shape.back() == 0) shape.pop_back();
      auto [known, is_new] = numbers.emplace(std::move(shape), shapes.size());
      if (is_new) shapes.push_back(known->first);
      entry.shape = known->second & ((std::uint64_t{1} << ReportLog::kShapeBits) - 1);
    }
    writer.integer(log.reaches_back_to_.ms);
    writer.list(shapes, [&](const auto& shape) {
      writer.list(shape, [&](const std::uint64_t& word) { writer.integer(word); });
    });
    Instant before = kBeginning;
    writer.list(entries, [&](const auto& entry) { code_entry(writer, entry, before); });
  }
  static void read_log(archive::Reader& reader, ReportLog& log, SignalIndex signal_count) {
    reader.integer(log.reaches_back_to_.ms);
    std::vector<std::vector<std::uint64_t>> shapes;
    reader.list(shapes, [&](auto& shape) {
      reader.list(shape, [&](std::uint64_t& word) { reader.integer(word); });
    });
    for (std::vector<std::uint64_t>& shape : shapes) {
      std::size_t past = signal_count % 64;
      bool known = shape.size() <= log.shape_words_;
      shape.resize(log.shape_words_);
      if (!known || shape.back() >> past != 0) return reader.fail();
      log.shapes_.insert(log.shapes_.end(), shape.data(), shape.data() + shape.size());
    }
    Instant before = kBeginning;
    reader.list(log.entries_, [&](auto& entry) {
      Instant last_before = before;
      code_entry(reader, entry, before);
      if (entry.at < last_before || entry.shape >= shapes.size()) reader.fail();
    });
  }

  static void code_rest(auto& archive, Like<DeviceHistory> auto& history) {
    archive.integer(history.first_report_.ms);
    archive.integer(history.newest_report_.ms);
    archive.maybe(history.commissioned_, [&](auto& at) { archive.integer(at.ms); });
    archive.integer(history.untidy_count_);
    code(archive, history.events_);
    code(archive, history.usage_);
    code(archive, history.quarantine_, history.policy_.table().profiles.size());
    code(archive, history.pools_);
  }

  static void write(archive::Writer& writer, const DeviceHistory& history) {
    code_rest(writer, history);
    write_zones(writer, history.pools_.zones);
    write_log(writer, history.log_);
    SignalIndex signal_count = history.policy_.signal_count();
    for (SignalIndex s = 0; s < signal_count; ++s) code(writer, history.timelines_[s]);
  }

  static void read(archive::Reader& reader, DeviceHistory& history) {
    code_rest(reader, history);
    read_zones(reader, history.pools_.zones);
    read_log(reader, history.log_, history.policy_.signal_count());
    SignalIndex signal_count = history.policy_.signal_count();
    for (SignalIndex s = 0; s < signal_count; ++s) {
      SignalTimeline timeline(history.policy_.hold_of(s));
      code(reader, timeline);
      bool any = !timeline.rows().empty();
      if (any) history.timelines_.of(s, history.policy_.hold_of(s)) = std::move(timeline);
    }
    if (!history.pools_.index_sets() || !are_sound(history)) reader.fail();
  }

  static bool are_sound(const DeviceHistory& history) {
    const Pools& pools = history.pools_;
    const RuleTable& table = history.policy_.table();
    auto is_profile = [&](std::int64_t value) {
      if (is_undeclared(value)) return undeclared_index(value) < pools.undeclared.size();
      return value < static_cast<std::int64_t>(table.profiles.size());
    };
    auto is_in = [](std::int64_t value, std::size_t count) {
      return value < static_cast<std::int64_t>(count) && (value >= 0 || value == kUnknownValue);
    };
    auto all = [&](SignalIndex signal, const auto& fits) {
      const auto& rows = history.timelines_[signal].rows();
      return std::all_of(rows.begin(), rows.end(),
                         [&](const auto& row) { return fits(row.value); });
    };
    auto is_set = [&](std::int64_t value) { return is_in(value, pools.sets.size()); };
    bool sound = all(kProfile, is_profile) && all(kFallback, is_profile) &&
                 all(kInstalled, is_set) &&
                 all(kImei, [&](std::int64_t value) { return is_in(value, pools.imeis.size()); }) &&
                 all(kZone, [&](std::int64_t value) { return is_in(value, pools.zones.size()); });
    for (AttributeIndex a = 0; a < table.attributes.size(); ++a) {
      AttributeType type = table.attributes[a].type;
      bool holds_sets = type == AttributeType::set_of_text ||
                        type == AttributeType::set_of_choice ||
                        type == AttributeType::set_of_country;
      SignalIndex signal = history.policy_.attribute_signal(a);
      sound = sound && (!holds_sets || all(signal, is_set));
      if (type == AttributeType::text) {
        sound = sound && all(signal, [&](std::int64_t value) {
                  if (is_undeclared(value))
                    return undeclared_index(value) < pools.undeclared.size();
                  return value < static_cast<std::int64_t>(table.attributes[a].values.size());
                });
      }
    }
    return sound;
  }
};

Bytes Remembered::save() const {
  archive::Writer writer;
  writer.byte(HistoryCodec::kLayout);
  HistoryCodec::write(writer, history);
  writer.integer(asked_to.ms);
  writer.list(alerts_in_force, [&](const std::string& alert) { writer.text(alert); });
  return writer.take();
}

Status Remembered::restore(ByteView bytes) {
  archive::Reader reader(bytes);
  if (reader.byte() == HistoryCodec::kLayout) {
    HistoryCodec::read(reader, history);
    reader.integer(asked_to.ms);
    reader.list(alerts_in_force, [&](std::string& alert) { reader.text(alert); });
    if (reader.ok() && reader.at_end()) return {};
  }
  return make_diagnostic(Code::E0012, "the history of a device cannot be read");
}

}  // namespace sojourn
