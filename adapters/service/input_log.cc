#include "adapters/service/input_log.h"

#include <algorithm>

#include "adapters/service/every_row.h"
#include "adapters/service/journal.h"
#include "engine/base/diagnostic_code.h"
#include "engine/graph/archive.h"

namespace sojourn::service {
namespace {

constexpr std::size_t kOverfullFactor = 4;
// Rows of the log: large enough to pack well, far below what a store takes.
constexpr std::size_t kRowBytes = 256u << 10;
constexpr std::size_t kLogRowsPerPage = 64;  // they are large

using Entries = std::vector<std::pair<std::string, std::string>>;

}  // namespace

std::vector<LogPiece> PendingEntries::pieces_from(std::uint64_t number) const {
  std::vector<LogPiece> all;
  for (const Piece& piece : pieces_) {
    if (piece.number >= number) all.push_back({piece.number, piece.text});
  }
  return all;
}

void PendingEntries::add(std::uint64_t number, std::string_view text) {
  if (pieces_.empty()) since_ = number;
  if (pieces_.empty() || pieces_.back().number != number) {
    pieces_.emplace_back(number, text);
  } else {
    pieces_.back().text += text;
  }
  byte_count_ += text.size();
}

void PendingEntries::erase_before(std::uint64_t number) {
  auto kept = std::find_if(pieces_.begin(), pieces_.end(),
                           [&](const Piece& piece) { return piece.number >= number; });
  for (auto piece = pieces_.begin(); piece != kept; ++piece) byte_count_ -= piece->text.size();
  pieces_.erase(pieces_.begin(), kept);
}

Result<Entries> read_log_row(ByteView row) {
  auto plain = unpack_journal(row);
  if (!plain) return std::move(plain).error();
  archive::Reader reader(as_bytes(*plain));
  Entries entries;
  while (reader.ok() && !reader.at_end()) {
    auto& [label, text] = entries.emplace_back();
    reader.text(label);
    reader.text(text);
  }
  if (!reader.ok()) return make_diagnostic(Code::E0012, "a row of the log cannot be read");
  return entries;
}

Status InputLog::open(Store& store, const Keys& keys) {
  next_ = 1;
  auto snapshot = store.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  auto take = [&](const StoreRow& row) -> Status {
    StoreKeyReader parts(row.key);
    parts.read_text();
    std::uint64_t number = parts.read_unsigned();
    auto entries = read_log_row(row.value);
    if (!entries) return std::move(entries).error();
    rows_.push_back({number, 0});
    for (const auto& [label, text] : *entries) {
      rows_.back().byte_count += text.size();
      entries_of(label).add(number, text);
    }
    byte_count_ += rows_.back().byte_count;
    next_ = number + 1;
    return {};
  };
  StoreRange all = StoreRange::with_prefix(keys.input_log());
  if (Status read = every_row(**snapshot, all, take, kLogRowsPerPage); !read) return read;
  for (PendingEntries& entries : order_) entries.compared_ = false;
  // Rows may be gone whose numbers journals bear.
  auto newest = store.read(keys.input_log_end());
  if (!newest) return std::move(newest).error();
  if (newest->has_value()) {
    archive::Reader reader(**newest);
    next_ = std::max(next_, reader.unsigned_integer());
    if (!reader.ok()) return make_diagnostic(Code::E0012, "the end of the log cannot be read");
  }
  return {};
}

PendingEntries& InputLog::entries_of(const std::string& label) {
  auto known = places_.find(label);
  if (known != places_.end()) return *known->second;
  PendingEntries& made = order_.emplace_back();
  made.label_ = label;
  places_.emplace(made.label(), std::prev(order_.end()));
  return made;
}

std::size_t InputLog::append(const std::string& label, std::string_view text,
                             PendingEntries*& known) {
  if (text.empty()) {
    const PendingEntries* entries = pending(label);
    return entries == nullptr ? 0 : entries->byte_count();
  }
  if (known == nullptr) known = &entries_of(label);
  PendingEntries& entries = *known;
  if (entries.moved_before_ > 0) keep_on(entries);
  while (!text.empty()) {
    std::size_t end =
        text.size() <= kRowBytes ? std::string_view::npos : text.find('\n', kRowBytes);
    std::string_view part = end == std::string_view::npos ? text : text.substr(0, end + 1);
    text.remove_prefix(part.size());
    entries.add(next_, part);
    unwritten_.text(label);
    unwritten_.text(part);
    unwritten_bytes_ += part.size();
    if (unwritten_bytes_ >= kRowBytes) end_row();
  }
  return entries.byte_count();
}

// Of what is on its way into the journal nothing is pending once that is committed.
void InputLog::keep_on(PendingEntries& entries) {
  if (entries.since_ >= entries.moved_before_) return;
  entries.since_ = next_;
  order_.splice(order_.end(), moved_, places_.at(entries.label()));
  grown_since_.push_back(&entries);
}

void InputLog::end_row() {
  if (unwritten_bytes_ == 0) return;
  full_rows_.emplace_back(next_, unwritten_.take());
  rows_.push_back({next_++, unwritten_bytes_});
  byte_count_ += unwritten_bytes_;
  unwritten_bytes_ = 0;
}

std::vector<std::pair<std::uint64_t, Bytes>> InputLog::take_rows() {
  end_row();
  return std::exchange(full_rows_, {});
}

const PendingEntries* InputLog::pending(const std::string& label) const {
  auto known = places_.find(label);
  return known == places_.end() ? nullptr : &*known->second;
}

bool InputLog::is_full() const { return byte_count_ > byte_count_max_ && !order_.empty(); }

bool InputLog::is_overfull() const {
  return byte_count_ > kOverfullFactor * byte_count_max_ && !order_.empty();
}

bool InputLog::is_compared(const std::string& label) const {
  const PendingEntries* entries = pending(label);
  return entries == nullptr || entries->compared_;
}

void InputLog::compare(const std::string& label, std::uint64_t next) {
  auto known = places_.find(label);
  if (known == places_.end() || known->second->compared_) return;
  known->second->compared_ = true;
  known->second->erase_before(next);
  if (known->second->byte_count() > 0) return;
  auto place = known->second;
  places_.erase(known);  // its key lies in the entry
  order_.erase(place);
}

void InputLog::note_moved(const std::string& label) {
  auto known = places_.find(label);
  if (known == places_.end()) return;
  PendingEntries& entries = *known->second;
  entries.moved_before_ = entries.last_number() + 1;
  entries.moved_bytes_ = entries.byte_count_;
  moved_.splice(moved_.end(), order_, known->second);
}

void InputLog::forget_moved(const UseMoved& use) {
  for (PendingEntries* entries : grown_since_) {
    std::uint64_t next = std::exchange(entries->moved_before_, 0);
    entries->erase_before(next);
    use(std::string(entries->label()), next, std::exchange(entries->moved_bytes_, 0), false);
  }
  grown_since_.clear();
  for (const PendingEntries& entries : moved_) {
    use(std::string(entries.label()), entries.moved_before_, entries.moved_bytes_, true);
    places_.erase(entries.label());
  }
  moved_.clear();
}

void InputLog::erase_moved(const Keys& keys, StoreTransaction& effect) {
  std::uint64_t kept = order_.empty() ? next_ : order_.front().since();
  if (!full_rows_.empty()) kept = std::min(kept, full_rows_.front().first);  // not written yet
  bool some = false;
  while (!rows_.empty() && rows_.front().number < kept) {
    effect.erase(keys.input_log(rows_.front().number));
    byte_count_ -= rows_.front().byte_count;
    rows_.pop_front();
    some = true;
  }
  if (!some || !rows_.empty()) return;
  archive::Writer end;
  end.unsigned_integer(next_);
  effect.put(keys.input_log_end(), end.take());
}

}  // namespace sojourn::service
