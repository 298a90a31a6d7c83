// From the log into the journals of devices, and from there into packed blocks with a memory of the
// device beside them: in the engine's spare time, some milliseconds' worth at a time.
#include <algorithm>
#include <deque>
#include <utility>

#include "adapters/service/device_memory.h"
#include "adapters/service/every_row.h"
#include "adapters/service/tenant.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

// Less than this is read again faster than a memory is written.
constexpr std::size_t kTailBytesMin = 8u << 10;
// Texts of a block, far below what a store takes.
constexpr std::size_t kBlockBytesMax = 4u << 20;
// Shorter texts are not worth packing.
constexpr std::size_t kPackedBytesMin = 2u << 10;

// Whoever was silent for so long lets go of what can be concluded anew; looked for this often.
constexpr std::chrono::seconds kRestAfter{20};
constexpr std::chrono::seconds kRestEvery{5};

}  // namespace

struct Tenant::Tidying {
  Tenant& tenant;
  const StoreSnapshot& snapshot;
  StoreTransaction effect;
  std::vector<UnpackedRow> unpacked;

  Status pack(LiveDevice& device);
  Status move(const std::string& label);

 private:
  // `texts` holds what the pieces show.
  Status take_tail(LiveDevice& device, std::deque<std::string>& texts,
                   std::vector<LogPiece>& pieces);
  void put(const std::string& label, const std::vector<LogPiece>& pieces, bool block);
  Status thin_oldest(LiveDevice& device);
};

// `pending_bytes`: of it in the log.
void Tenant::note_packing(LiveDevice& device, std::size_t pending_bytes) {
  if (device.packing_due) return;
  std::size_t byte_count = device.tail_bytes + pending_bytes;
  if (!device.memory_due && byte_count < std::max(kTailBytesMin, device.memory_bytes)) return;
  device.packing_due = true;
  to_pack_.push_back(device.label);
}

Result<bool> Tenant::tidy(std::chrono::milliseconds longest, Effects& effects) {
  std::lock_guard lock(mutex_);
  if (to_pack_.empty() && !log_.is_full()) return false;
  // What is moved is read from the store: all that was moved before has to be there.
  if (tidied_in_ > committed_) return true;
  log_.end_row();
  auto begin = std::chrono::steady_clock::now();
  auto snapshot = store_.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  Tidying tidying{*this, **snapshot, {}, {}};
  bool more = true;
  while (more && (std::chrono::steady_clock::now() - begin < longest || log_.is_overfull())) {
    Status done;
    if (log_.is_full()) {
      done = tidying.move(std::string(log_.oldest()));
    } else if (!to_pack_.empty()) {
      LiveDevice* device = devices_.find(to_pack_.back());
      to_pack_.pop_back();
      // One that left memory is found again when it grows on; a moved one may have been packed.
      if (device != nullptr && device->packing_due) done = tidying.pack(*device);
    }
    if (!done) return std::move(done).error();
    more = log_.is_full() || !to_pack_.empty();
  }
  log_.erase_moved(keys_, tidying.effect);
  if (tidying.effect.empty() && tidying.unpacked.empty()) return more;
  tidied_in_ = batch_;
  effects.add(std::move(tidying.effect), std::move(tidying.unpacked));
  return more;
}

void Tenant::committed(std::uint64_t batch) {
  std::lock_guard lock(mutex_);
  committed_ = batch;
  if (tidied_in_ <= committed_) {
    log_.forget_moved(
        [&](const std::string& label, std::uint64_t next, std::size_t byte_count, bool is_gone) {
          LiveDevice* live = devices_.find(label);
          if (live == nullptr) return;
          if (is_gone) live->in_log = nullptr;
          // One that somebody read meanwhile does not know yet.
          if (live->journal_next >= next) return;
          live->journal_next = next;
          live->tail_bytes += byte_count;
        });
  }
  while (devices_.size() > limits_.devices_in_memory_max && drop_last()) continue;
  if (eid_of_imei_.size() > limits_.devices_in_memory_max) {
    std::erase_if(eid_of_imei_, [&](const auto& one) { return one.second.batch <= committed_; });
  }
  if (told_committed_) told_committed_();
}

std::size_t Tenant::let_rest() {
  std::lock_guard lock(mutex_);
  auto now = std::chrono::steady_clock::now();
  if (now - looked_for_rest_at_ > kRestEvery) {
    looked_for_rest_at_ = now;
    for (auto device = recent_.rbegin(); device != recent_.rend(); ++device) {
      if ((*device)->used_at > now - kRestAfter) break;
      if (!std::exchange((*device)->resting, true)) (*device)->loop.rest();
    }
  }
  auto long_ago = now - std::chrono::seconds(limits_.idle_seconds_max);
  std::size_t count = 0;
  while (!recent_.empty() && recent_.back()->used_at < long_ago && !recent_.back()->packing_due &&
         drop_last()) {
    ++count;
  }
  return count;
}

// False: not all of it is in the store.
bool Tenant::drop_last() {
  if (recent_.back()->batch > committed_) return false;
  devices_.erase(recent_.back()->label);
  recent_.pop_back();
  return true;
}

// --- one device ----------------------------------------------------------------------------------

// Rows for the pieces, each under the number of its last one.
void Tenant::Tidying::put(const std::string& label, const std::vector<LogPiece>& pieces,
                          bool block) {
  Bytes text;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    ByteView piece = as_bytes(pieces[i].text);
    text.insert(text.end(), piece.begin(), piece.end());
    if (i + 1 < pieces.size() && text.size() + pieces[i + 1].text.size() <= kBlockBytesMax)
      continue;
    StoreKey key = tenant.keys_.journal(label, pieces[i].number);
    bool packed = block || text.size() >= kPackedBytesMin;
    if (packed) {
      unpacked.push_back({std::move(key), std::exchange(text, {})});
    } else {
      effect.put(std::move(key), std::exchange(text, {}));
    }
  }
}

// Those rows of the journal that no memory knows; they go. When one of them cannot be read all
// stay, and the block that comes follows them.
Status Tenant::Tidying::take_tail(LiveDevice& device, std::deque<std::string>& texts,
                                  std::vector<LogPiece>& pieces) {
  const Keys& keys = tenant.keys_;
  StoreRange rest = StoreRange::with_prefix(keys.journal(device.label));
  if (device.remembered_next > 0) {
    rest = rest.after(keys.journal(device.label, device.remembered_next - 1));
  }
  std::vector<StoreKey> read;
  Status done = every_row(snapshot, rest, [&](const StoreRow& row) -> Status {
    StoreKeyReader parts(row.key);
    parts.read_text(), parts.read_text();
    auto text = unpack_journal(row.value);
    if (!text) return std::move(text).error();
    texts.push_back(std::move(*text));
    pieces.push_back({parts.read_unsigned(), texts.back()});
    read.push_back(row.key);
    return {};
  });
  if (!done) return done;
  for (StoreKey& key : read) effect.erase(std::move(key));
  return {};
}

Status Tenant::Tidying::pack(LiveDevice& device) {
  if (Status thinned = thin_oldest(device); !thinned) return thinned;
  std::deque<std::string> texts;
  std::vector<LogPiece> pieces;
  if (device.tail_bytes > 0) {
    Status read = take_tail(device, texts, pieces);
    if (!read && !is_damage(read.error())) return read;
    if (!read) pieces.clear();
  }
  if (const PendingEntries* pending = tenant.log_.pending(device.label)) {
    std::vector<LogPiece> more = pending->pieces_from(0);
    pieces.insert(pieces.end(), more.begin(), more.end());
  }
  device.batch = tenant.batch_;
  if (!pieces.empty()) device.journal_next = pieces.back().number + 1;
  put(device.label, pieces, true);
  tenant.log_.note_moved(device.label);
  DeviceMemory memory;
  memory.made_under = tenant.shelf_->made_under;
  memory.journal_next = device.journal_next;
  memory.journal_time = device.journal_time;
  memory.loop = device.loop.save();
  Bytes stored = to_bytes(memory);
  device.memory_bytes = stored.size();
  device.memory_due = device.packing_due = false;
  device.remembered_next = device.journal_next;
  device.tail_bytes = 0;
  effect.put(tenant.keys_.memory(device.label), std::move(stored));
  return {};
}

Status Tenant::Tidying::move(const std::string& label) {
  tenant.ahead_.spoil(label);
  LiveDevice* live = tenant.devices_.find(label);
  if (live != nullptr) {
    const PendingEntries* pending = tenant.log_.pending(label);
    tenant.note_packing(*live, pending == nullptr ? 0 : pending->byte_count());
    // What is nearly a block becomes one now: else it would be written twice.
    bool nearly =
        live->tail_bytes == 0 && pending != nullptr && pending->byte_count() >= kTailBytesMin / 2;
    if (live->packing_due || nearly) return pack(*live);
  } else if (!tenant.log_.is_compared(label)) {
    // Under which number did the journal last get something?
    auto newest = snapshot.keys(StoreRange::with_prefix(tenant.keys_.journal(label)), 1,
                                ScanOrder::descending);
    if (!newest) return std::move(newest).error();
    std::uint64_t next = 0;
    if (!newest->empty()) {
      StoreKeyReader parts(newest->front());
      parts.read_text(), parts.read_text();
      next = parts.read_unsigned() + 1;
    }
    tenant.log_.compare(label, next);
  }
  const PendingEntries* pending = tenant.log_.pending(label);
  if (pending == nullptr) return {};
  if (live != nullptr) {
    live->batch = tenant.batch_;
    live->journal_next = pending->last_number() + 1;
    live->tail_bytes += pending->byte_count();
  }
  put(label, pending->pieces_from(0), false);
  tenant.log_.note_moved(label);
  return {};
}

// A block whose newest report is older than history is kept joins the thinned past. One block goes
// for one that comes. What cannot be read stays as it is: the device is complete without it as long
// as its memory is, and the blocks that come are no worse for it.
Status Tenant::Tidying::thin_oldest(LiveDevice& device) {
  Instant newest_report = device.loop.device().newest_report();
  if (newest_report < device.thin_from) return {};
  const Keys& keys = tenant.keys_;
  auto oldest = snapshot.scan(StoreRange::with_prefix(keys.journal(device.label)), 1);
  if (!oldest && !is_damage(oldest.error())) return std::move(oldest).error();
  if (!oldest || oldest->empty()) return {};
  StoreKeyReader parts(oldest->front().key);
  parts.read_text(), parts.read_text();
  if (parts.read_unsigned() >= device.remembered_next) return {};
  auto past = snapshot.read(keys.past(device.label));
  if (!past && !is_damage(past.error())) return std::move(past).error();
  device.thin_from = kNever;
  if (!past) return {};
  auto text = unpack_journal(oldest->front().value);
  if (!text) return {};
  // One young report is enough to say that it is too early, and when to look again.
  Instant kept_from = newest_report - tenant.config_.history;
  auto newest = newest_in_journal(*text, kept_from, tenant.reader_);
  if (!newest) return {};
  Instant due = *newest + tenant.config_.history;
  if (newest_report <= due) {
    device.thin_from = due + milliseconds(1);
    return {};
  }
  std::string before;
  if (past->has_value()) {
    auto text_before = unpack_journal(**past);
    if (!text_before) return {};
    before = std::move(*text_before);
  }
  auto thinned = thin_journal(before + *text, tenant.reader_);
  if (!thinned) return {};
  device.thin_from = kBeginning;
  unpacked.push_back({keys.past(device.label), Bytes(thinned->begin(), thinned->end())});
  effect.erase(oldest->front().key);
  return {};
}

}  // namespace sojourn::service
