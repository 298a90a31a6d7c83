#include "adapters/service/journal.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "adapters/service/fleet_word_text.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::service {
namespace {

// The members that the card's word can put out of force.
template <class Use>
void each_member(Observation& observation, const Use& use) {
  use("profile", observation.profile);
  use("iccid", observation.iccid);
  use("installed", observation.installed);
  use("fallback", observation.fallback);
}

Diagnostic damaged() {
  return make_diagnostic(Code::E0012, "the journal of a device cannot be read");
}

// How a packed block begins, and no entry.
constexpr std::array<std::uint8_t, 4> kBlockMagic = {0x28, 0xB5, 0x2F, 0xFD};
constexpr int kBlockLevel = 3;
constexpr int kQuickLevel = 1;

// Calls `use` with each entry; none is empty.
template <class Use>
Status each_line(std::string_view text, const Use& use) {
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    if (end == std::string_view::npos || end == 0) return damaged();
    if (Status used = use(text.substr(0, end)); !used) return used;
    text.remove_prefix(end + 1);
  }
  return {};
}

std::optional<Instant> time_in(std::string_view line) {
  Instant t;
  auto [rest, error] = std::from_chars(line.data() + 1, line.data() + line.size(), t.ms);
  bool whole = error == std::errc() && rest == line.data() + line.size();
  return whole ? std::optional(t) : std::nullopt;
}

}  // namespace

void JournalWriter::time(Instant now, Instant last) {
  if (now != last && now != kBeginning) text_ += fmt::format("@{}\n", now.ms);
}

CardMembers card_members(const Observation& report) {
  return {!report.profile.absent(), !report.iccid.absent(), !report.installed.absent(),
          !report.fallback.absent()};
}

void JournalWriter::report(std::string_view line, const CardMembers& as_sent,
                           const CardMembers& as_heard) {
  std::string left_out;
  auto note = [&](std::string_view name, bool sent, bool heard) {
    if (sent && !heard) left_out += fmt::format("{}{}", left_out.empty() ? "~" : ",", name);
  };
  note("profile", as_sent.profile, as_heard.profile);
  note("iccid", as_sent.iccid, as_heard.iccid);
  note("installed", as_sent.installed, as_heard.installed);
  note("fallback", as_sent.fallback, as_heard.fallback);
  // Most have one line: room for all of it at once.
  text_.reserve(text_.size() + left_out.size() + line.size() + 2);
  if (!left_out.empty()) (text_ += left_out) += ' ';
  std::size_t begin = line.find('{');
  text_ += line.substr(begin == std::string_view::npos ? 0 : begin);
  text_ += '\n';
}

void JournalWriter::switched(std::string_view profile) { text_ += fmt::format("!{}\n", profile); }

void JournalWriter::fleet_word(std::string_view text, Instant at) {
  text_ += fmt::format("^{} {}\n", at.ms, text);
}

JournalReader::JournalReader() : parser_(telemetry::make_ndjson_parser()) {}

// `line` may begin with what was left out of the report that follows.
Status JournalReader::parse_report(std::string_view line) {
  std::string_view left_out;
  if (line[0] == '~') {
    std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return damaged();
    left_out = line.substr(1, blank - 1);
    line.remove_prefix(blank + 1);
  }
  padded_.assign(line);
  padded_.append(telemetry::kLinePaddingBytes, ' ');
  telemetry::Line one{std::string_view(padded_).substr(0, line.size()), 1};
  if (parser_->parse(one, observation_) != telemetry::LineOutcome::used) return damaged();
  if (left_out.empty()) return {};
  each_member(observation_, [&](std::string_view name, auto& member) {
    std::string list = fmt::format(",{},", left_out);
    if (list.find(fmt::format(",{},", name)) != std::string::npos) member = {};
  });
  return {};
}

void introduce(DeviceLoop& loop, const MasterData& devices, const Observation& first) {
  if (loop.now() != kBeginning) return;
  std::optional<Observation> known = devices.of(first.names, first.at);
  if (known) loop.introduce(*known);
}

namespace {

// A device that is in no fleet, or only of a policy in shadow, does not hear it.
Status replay_fleet_word(std::string_view line, DeviceLoop& loop, const PreparedPolicy& policy) {
  std::size_t blank = line.find(' ');
  std::optional<Instant> at = time_in(line.substr(0, blank));
  if (blank == std::string_view::npos || !at) return damaged();
  if (loop.word() == nullptr) return {};
  auto word = fleet_word_from(line.substr(blank + 1), *loop.word(), policy.table());
  if (!word) return std::move(word).error();
  loop.take(std::move(*word), *at, [](const DecisionRecord&) {});
  return {};
}

}  // namespace

Status JournalReader::replay(std::string_view text, DeviceLoop& loop, const PreparedPolicy& policy,
                             const MasterData& devices) {
  auto drop = [](const DecisionRecord&) {};
  return each_line(text, [&](std::string_view line) -> Status {
    if (line[0] == '@') {
      std::optional<Instant> t = time_in(line);
      if (!t) return damaged();
      loop.run_until(*t, drop);
    } else if (line[0] == '!') {
      auto profile = policy.table().find_profile(line.substr(1));
      if (profile) loop.switched(*profile, loop.now(), drop);
    } else if (line[0] == '^') {
      return replay_fleet_word(line, loop, policy);
    } else {
      if (Status read = parse_report(line); !read) return read;
      introduce(loop, devices, observation_);
      loop.report(observation_, drop);
    }
    return {};
  });
}

// --- blocks --------------------------------------------------------------------------------------

namespace {

// A thread keeps its tables from block to block: making them costs more than a block.
ZSTD_CCtx* packer() {
  thread_local std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                               ZSTD_freeCCtx);
  return context.get();
}

ZSTD_DCtx* unpacker() {
  thread_local std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                               ZSTD_freeDCtx);
  return context.get();
}

}  // namespace

Bytes pack_journal(std::string_view text, PackEffort effort) {
  Bytes block(ZSTD_compressBound(text.size()));
  std::size_t size =
      ZSTD_compressCCtx(packer(), block.data(), block.size(), text.data(), text.size(),
                        effort == PackEffort::quick ? kQuickLevel : kBlockLevel);
  bool pays = ZSTD_isError(size) == 0 && size < text.size();
  if (!pays) return Bytes(text.begin(), text.end());
  block.resize(size);
  return block;
}

Result<std::string> unpack_journal(ByteView row) {
  bool packed = row.size() >= kBlockMagic.size() &&
                std::equal(kBlockMagic.begin(), kBlockMagic.end(), row.begin());
  if (!packed) return std::string(row.begin(), row.end());
  unsigned long long size = ZSTD_getFrameContentSize(row.data(), row.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN ||
      size > limits::kStoreValueBytesMax) {
    return damaged();
  }
  std::string text(size, '\0');
  std::size_t count =
      ZSTD_decompressDCtx(unpacker(), text.data(), text.size(), row.data(), row.size());
  if (ZSTD_isError(count) != 0 || count != size) return damaged();
  return text;
}

// --- thinning ------------------------------------------------------------------------------------

// Which entry said the last word on what.
class JournalThinner {
 public:
  explicit JournalThinner(JournalReader& reader) : reader_(reader) {}

  Status take(std::string_view line) {
    std::size_t number = lines_.size();
    lines_.push_back(line);
    if (line[0] == '@') return {};
    if (line[0] == '!' || line[0] == '^') {
      (line[0] == '!' ? switched_ : fleet_word_) = number;
      return {};
    }
    if (Status read = reader_.parse_report(line); !read) return read;
    note(reader_.observation_, number);
    return {};
  }

  Instant newest() const { return newest_; }

  std::string take_kept() {
    std::vector<bool> kept(lines_.size(), false);
    if (first_) kept[*first_] = true;
    for (const auto& [name, word] : words_) kept[word.line] = true;
    if (fleet_word_) kept[*fleet_word_] = true;
    if (switched_) {
      kept[*switched_] = true;
      bool dated = *switched_ > 0 && lines_[*switched_ - 1][0] == '@';
      if (dated) kept[*switched_ - 1] = true;
    }
    std::string text;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (kept[i]) text.append(lines_[i]) += '\n';
    }
    return text;
  }

 private:
  struct Word {
    Instant at;
    std::size_t line = 0;
  };

  void note(const Observation& said, std::size_t number) {
    newest_ = std::max(newest_, said.at);
    if (!first_ || said.at < first_at_) first_ = number, first_at_ = said.at;
    auto says = [&](std::string_view name, bool given) {
      if (!given) return;
      auto [word, added] = words_.try_emplace(std::string(name), Word{said.at, number});
      if (!added && word->second.at <= said.at) word->second = {said.at, number};
    };
    says("position", !said.position.absent());
    says("network", !said.network.absent());
    says("rat", !said.rat.absent());
    says("registration", !said.registration.absent());
    says("profile", !said.profile.absent());
    says("iccid", !said.iccid.absent());
    says("installed", !said.installed.absent());
    says("fallback", !said.fallback.absent());
    says("imei", !said.names.imei.empty());
    says("data total", said.data_total_bytes.has_value());
    says("commissioned", said.commissioned.has_value());
    if (said.event) says("event " + *said.event, true);
    for (const AttributeReport& one : said.attributes) says("attribute " + one.name, true);
  }

  JournalReader& reader_;
  std::vector<std::string_view> lines_;
  std::map<std::string, Word, std::less<>> words_;
  std::optional<std::size_t> first_, switched_, fleet_word_;
  Instant first_at_ = kNever;
  Instant newest_ = kBeginning;
};

Result<Instant> newest_in_journal(std::string_view text, Instant enough, JournalReader& reader) {
  JournalThinner thinner(reader);
  Status read = each_line(text, [&](std::string_view line) {
    return thinner.newest() < enough ? thinner.take(line) : Status();
  });
  if (!read) return std::move(read).error();
  return thinner.newest();
}

Result<std::string> thin_journal(std::string_view text, JournalReader& reader) {
  JournalThinner thinner(reader);
  Status read = each_line(text, [&](std::string_view line) { return thinner.take(line); });
  if (!read) return std::move(read).error();
  return thinner.take_kept();
}

}  // namespace sojourn::service
