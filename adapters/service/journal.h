// Private. The journal of a device: what was taken in, in the order in which it was, as text. Read
// again in that order it makes the same history and the same decisions, under any policy.
//
//   {"ts":...}            a report as it came
//   ~profile,iccid {...}  the same, of which these members did not count: the card's signed word
//                         contradicted them
//   @1767261600000        time had passed up to here (milliseconds) when what follows came
//   !vivo-local           the card proved that this profile was enabled, at the last @
//   ^1767261600000 {...}  what the fleet said then (fleet_word_text.h)
//
// What was taken in lately lies in rows as it came. Rows that are covered by the device's stored
// memory (device_memory.h) are packed into blocks; they are read again only under another policy.
// Blocks older than the tenant keeps history are thinned: of them stays what was said last.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "adapters/service/master_data.h"
#include "adapters/telemetry/line_parser.h"
#include "engine/base/result.h"
#include "engine/device/observation.h"
#include "engine/runtime/device_loop.h"

namespace sojourn::service {

// The members that the card's word can put out of force: which of them does a report have?
struct CardMembers {
  bool profile = false, iccid = false, installed = false, fallback = false;
};
CardMembers card_members(const Observation& report);

// Writes the text of one transaction's entries.
class JournalWriter {
 public:
  // `now`: the loop's time before; `last`: what a reader of the journal will have by itself.
  void time(Instant now, Instant last);
  void report(std::string_view line, const CardMembers& as_sent, const CardMembers& as_heard);
  void switched(std::string_view profile);
  void fleet_word(std::string_view text, Instant at);
  bool empty() const { return text_.empty(); }
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

// Before the first report of a device: what is known of it.
void introduce(DeviceLoop& loop, const MasterData& devices, const Observation& first);

// Reads entries into a loop; keeps its memory. Not thread-safe.
class JournalReader {
 public:
  JournalReader();
  // `devices`: introduced with their first report. E0012 for what is no journal.
  Status replay(std::string_view text, DeviceLoop& loop, const PreparedPolicy& policy,
                const MasterData& devices);

 private:
  friend class JournalThinner;
  // Into observation_, without what did not count.
  Status parse_report(std::string_view line);

  std::unique_ptr<telemetry::LineParser> parser_;
  std::string padded_;
  Observation observation_;
};

// Entries as a stored block, and any stored row as entries. E0012. Quick is for what is soon gone:
// half the time, a sixth more bytes.
enum class PackEffort : std::uint8_t { usual, quick };
Bytes pack_journal(std::string_view text, PackEffort effort = PackEffort::usual);
Result<std::string> unpack_journal(ByteView row);

// The instant of the newest report among the entries, or of any that is not before `enough`;
// kBeginning when there is none. E0012.
Result<Instant> newest_in_journal(std::string_view text, Instant enough, JournalReader& reader);

// Of old entries those that still say something: the first report, the last word on each member,
// the last proven switch, the fleet's last word. Values that stood at their end stand when only
// these are read. E0012.
Result<std::string> thin_journal(std::string_view text, JournalReader& reader);

}  // namespace sojourn::service
