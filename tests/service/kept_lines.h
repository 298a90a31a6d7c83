// The reports that a stopped service's store holds of its devices, as they were sent: in journals,
// in blocks, in the log.
#pragma once

#include <map>
#include <set>
#include <string>

#include "adapters/service/input_log.h"
#include "adapters/service/journal.h"
#include "adapters/store/sqlite_store.h"
#include "tests/service/served.h"
#include "tests/support/catch.h"

namespace sojourn::testing {

// By device. Requires: all of them are younger than history is kept.
inline std::map<std::string, std::multiset<std::string>> kept_lines(const std::string& path,
                                                                    const std::string& tenant) {
  auto store = open_sqlite_store({.path = path, .create = false});
  REQUIRE(store.ok());
  auto snapshot = (*store)->snapshot();
  REQUIRE(snapshot.ok());
  std::map<std::string, std::multiset<std::string>> kept;
  auto keep = [&](const std::string& label, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = text.find('\n', at);
      std::size_t begin = text.find('{', at);
      if (begin < end && text[at] != '^') kept[label].insert(text.substr(begin, end - begin));
      at = end + 1;
    }
  };
  // What the log holds under greater numbers than a journal bears is not in that journal.
  std::map<std::string, std::uint64_t> next;
  StoreKey journals = StoreKey(Space::histories, tenant, 1).add_text("journal");
  auto rows = (*snapshot)->scan(StoreRange::with_prefix(journals), 10'000'000);
  REQUIRE(rows.ok());
  for (const StoreRow& row : *rows) {
    StoreKeyReader parts(row.key);
    parts.read_text();
    std::string label = parts.read_text();
    next[label] = parts.read_unsigned() + 1;
    auto text = service::unpack_journal(row.value);
    REQUIRE(text.ok());
    keep(label, *text);
  }
  StoreKey log = StoreKey(Space::inputs, tenant, 1).add_text("log");
  rows = (*snapshot)->scan(StoreRange::with_prefix(log), 10'000'000);
  REQUIRE(rows.ok());
  for (const StoreRow& row : *rows) {
    StoreKeyReader parts(row.key);
    parts.read_text();
    std::uint64_t number = parts.read_unsigned();
    auto entries = service::read_log_row(row.value);
    REQUIRE(entries.ok());
    for (const auto& [label, text] : *entries) {
      if (number >= next[label]) keep(label, text);
    }
  }
  return kept;
}

// Reports of 60 meters by turns, some at a time, and which of them were acknowledged.
class SentReports {
 public:
  // The next 300.
  const std::string& next() {
    lines_.clear();
    sent_.clear();
    for (int i = 0; i < 300; ++i, ++number_) {
      std::string eid = demo_device(static_cast<std::size_t>(number_ % 60));
      std::string line = report_line(eid, 80'000'000 - number_, kMeterInBrazil);
      sent_[eid].insert(line.substr(0, line.size() - 1));
      lines_ += line;
    }
    return lines_;
  }
  const std::string& lines() const { return lines_; }
  void acknowledged() {
    for (auto& [eid, some] : sent_) acknowledged_[eid].merge(some);
  }

  struct Comparison {
    std::size_t count = 0, lost = 0, doubled = 0;
  };
  // With what a stopped service's store holds.
  Comparison compare(const std::string& folder) const {
    auto kept = kept_lines(folder + "/sojourn.store", "demo");
    Comparison found;
    for (const auto& [eid, lines] : acknowledged_) {
      for (const std::string& line : lines) {
        ++found.count;
        found.lost += kept[eid].count(line) == 0 ? 1u : 0u;
        found.doubled += kept[eid].count(line) > 1 ? 1u : 0u;
      }
    }
    return found;
  }

 private:
  std::int64_t number_ = 0;
  std::string lines_;
  std::map<std::string, std::set<std::string>> sent_, acknowledged_;
};

}  // namespace sojourn::testing
