#include "adapters/store/memory_store.h"

#include <cassert>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <utility>

namespace sojourn {
namespace {

// Every commit has a number, and every row keeps the values that some snapshot may still see, each
// with the number of the commit that wrote it. A snapshot is a number; it sees of each row the
// last value that is not younger. What no snapshot sees any more goes at the next commit, at a
// cost in proportion to what was overwritten, not to what is stored.
struct Version {
  std::uint64_t commit = 0;
  std::optional<Bytes> value;  // absent: erased
};

struct ByKey {
  using is_transparent = void;  // so that a range's ends can be looked up
  static ByteView bytes_of(const StoreKey& key) { return key.bytes(); }
  static ByteView bytes_of(ByteView bytes) { return bytes; }
  bool operator()(const auto& a, const auto& b) const {
    return compare_bytes(bytes_of(a), bytes_of(b)) < 0;
  }
};

class MemoryStore final : public Store {
 public:
  ~MemoryStore() override { assert(snapshots_.empty() && "a snapshot must not outlive its store"); }

  Result<std::unique_ptr<StoreSnapshot>> snapshot() override;
  std::vector<Status> commit_group(std::span<const StoreTransaction> group) override;

  std::optional<Bytes> read(const StoreKey& key, std::uint64_t commit) const;
  std::vector<StoreRow> scan(const StoreRange& range, std::size_t row_count_max, ScanOrder order,
                             std::uint64_t commit) const;
  void forget(std::uint64_t commit);

 private:
  using Rows = std::map<StoreKey, std::vector<Version>, ByKey>;

  struct Superseded {
    std::uint64_t commit = 0;  // that hid an older value of the row, or erased it
    StoreKey key;
  };

  Status apply(const StoreTransaction& transaction);
  void write(const StoreTransaction::Entry& entry);
  void drop_unseen();

  mutable std::shared_mutex mutex_;  // guards everything below
  Rows rows_;
  std::uint64_t newest_commit_ = 0;
  std::multiset<std::uint64_t> snapshots_;
  std::deque<Superseded> superseded_;  // ascending by commit
};

class MemorySnapshot final : public StoreSnapshot {
 public:
  MemorySnapshot(MemoryStore& store, std::uint64_t commit) : store_(store), commit_(commit) {}
  MemorySnapshot(const MemorySnapshot&) = delete;
  MemorySnapshot& operator=(const MemorySnapshot&) = delete;
  ~MemorySnapshot() override { store_.forget(commit_); }

  Result<std::optional<Bytes>> read(const StoreKey& key) const override {
    return store_.read(key, commit_);
  }
  Result<std::vector<StoreRow>> scan(const StoreRange& range, std::size_t row_count_max,
                                     ScanOrder order) const override {
    return store_.scan(range, row_count_max, order, commit_);
  }

 private:
  MemoryStore& store_;
  std::uint64_t commit_;
};

const std::optional<Bytes>& seen_at(const std::vector<Version>& versions, std::uint64_t commit) {
  static const std::optional<Bytes> kNone;
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->commit <= commit) return version->value;
  }
  return kNone;
}

Result<std::unique_ptr<StoreSnapshot>> MemoryStore::snapshot() {
  std::unique_lock hold(mutex_);
  snapshots_.insert(newest_commit_);
  return std::unique_ptr<StoreSnapshot>(std::make_unique<MemorySnapshot>(*this, newest_commit_));
}

void MemoryStore::forget(std::uint64_t commit) {
  std::unique_lock hold(mutex_);
  snapshots_.erase(snapshots_.find(commit));
}

std::optional<Bytes> MemoryStore::read(const StoreKey& key, std::uint64_t commit) const {
  std::shared_lock hold(mutex_);
  auto row = rows_.find(key);
  if (row == rows_.end()) return std::nullopt;
  return seen_at(row->second, commit);
}

std::vector<StoreRow> MemoryStore::scan(const StoreRange& range, std::size_t row_count_max,
                                        ScanOrder order, std::uint64_t commit) const {
  std::vector<StoreRow> found;
  auto add = [&](const Rows::value_type& row) {
    if (const auto& value = seen_at(row.second, commit)) found.push_back({row.first, *value});
  };
  std::shared_lock hold(mutex_);
  auto begin = rows_.lower_bound(range.begin());
  if (order == ScanOrder::ascending) {
    for (auto row = begin; row != rows_.end() && found.size() < row_count_max; ++row) {
      if (!range.contains(row->first)) break;
      add(*row);
    }
    return found;
  }
  for (auto row = rows_.lower_bound(range.end()); row != rows_.begin();) {
    --row;
    if (!range.contains(row->first) || found.size() >= row_count_max) break;
    add(*row);
  }
  return found;
}

std::vector<Status> MemoryStore::commit_group(std::span<const StoreTransaction> group) {
  std::vector<Status> answers;
  answers.reserve(group.size());
  std::unique_lock hold(mutex_);
  for (const StoreTransaction& transaction : group) answers.push_back(apply(transaction));
  drop_unseen();
  return answers;
}

Status MemoryStore::apply(const StoreTransaction& transaction) {
  if (Status small_enough = check_limits(transaction); !small_enough) return small_enough;
  for (const StoreTransaction::Entry& expectation : transaction.expectations()) {
    auto row = rows_.find(expectation.key);
    bool holds = row == rows_.end() ? !expectation.value.has_value()
                                    : row->second.back().value == expectation.value;
    if (!holds) return conflict_at(expectation);
  }
  ++newest_commit_;
  for (const StoreTransaction::Entry& entry : transaction.writes()) write(entry);
  return {};
}

void MemoryStore::write(const StoreTransaction::Entry& entry) {
  auto row = rows_.find(entry.key);
  if (row == rows_.end()) {
    if (!entry.value) return;
    row = rows_.emplace(entry.key, std::vector<Version>()).first;
  }
  std::vector<Version>& versions = row->second;
  if (!versions.empty() && versions.back().commit == newest_commit_) {
    versions.back().value = entry.value;
  } else {
    versions.push_back({newest_commit_, entry.value});
  }
  if (versions.size() > 1 || !entry.value) superseded_.push_back({newest_commit_, entry.key});
}

void MemoryStore::drop_unseen() {
  std::uint64_t oldest_seen = snapshots_.empty() ? newest_commit_ : *snapshots_.begin();
  while (!superseded_.empty() && superseded_.front().commit <= oldest_seen) {
    auto row = rows_.find(superseded_.front().key);
    superseded_.pop_front();
    if (row == rows_.end()) continue;
    std::vector<Version>& versions = row->second;
    // The first that is kept is the last one written at or before the oldest number seen.
    std::size_t kept = 0;
    while (kept + 1 < versions.size() && versions[kept + 1].commit <= oldest_seen) ++kept;
    versions.erase(versions.begin(), versions.begin() + static_cast<std::ptrdiff_t>(kept));
    if (versions.size() == 1 && !versions.front().value) rows_.erase(row);
  }
}

}  // namespace

std::unique_ptr<Store> make_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace sojourn
