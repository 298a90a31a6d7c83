#include "engine/runtime/audit_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/base/diagnostic_code.h"
#include "engine/runtime/json_writer.h"

namespace sojourn {
namespace {

using Json = nlohmann::ordered_json;

Sha256Digest start_of_chain(const std::string& tenant) {
  return sha256(as_bytes("sojourn evidence chain 1\n" + tenant));
}

// Each part is preceded by its length, so that no two lists of parts are the same bytes.
Sha256Digest hash_of(std::string_view previous, std::uint64_t sequence, std::string_view tenant,
                     std::string_view commitment, std::string_view record) {
  constexpr std::size_t kNumberBytesMax = 21;  // and what follows it
  const std::string_view parts[] = {previous, tenant, commitment, record};
  std::size_t byte_count = kNumberBytesMax;
  for (std::string_view part : parts) byte_count += kNumberBytesMax + part.size();
  std::string all;
  all.reserve(byte_count);
  for (std::string_view part : parts) ((all += std::to_string(part.size())) += ':') += part;
  (all += '#') += std::to_string(sequence);
  return sha256(as_bytes(all));
}

std::string commitment_of(std::string_view salt, std::string_view device) {
  return to_hex(sha256(as_bytes(fmt::format("{}:{}{}", salt.size(), salt, device))));
}

Diagnostic broken(std::uint64_t sequence, std::string what) {
  return make_diagnostic(Code::E0020, fmt::format("record {}: {}", sequence, what),
                         "the file was changed after it was written; compare it with a copy");
}

struct Line {
  std::uint64_t sequence = 0;
  std::string tenant, previous, commitment, record, hash;
  std::optional<std::string> device, salt;
};

std::optional<Line> parse_line(std::string_view text) {
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Line line;
  auto sequence = json.find("sequence");
  if (sequence == json.end() || !sequence->is_number_unsigned()) return std::nullopt;
  line.sequence = sequence->get<std::uint64_t>();
  auto take = [&](const char* key, std::string& into) {
    auto member = json.find(key);
    if (member == json.end() || !member->is_string()) return false;
    into = member->get<std::string>();
    return true;
  };
  bool whole = take("tenant", line.tenant) && take("previous", line.previous) &&
               take("commitment", line.commitment) && take("record", line.record) &&
               take("hash", line.hash);
  if (!whole) return std::nullopt;
  std::string text_member;
  if (take("device", text_member)) line.device = text_member;
  if (take("salt", text_member)) line.salt = text_member;
  return line;
}

std::string written(const Line& line) {
  std::string text;
  text.reserve(line.record.size() + line.record.size() / 4 + 512);
  JsonObject json(text);
  json.number("sequence", line.sequence).text("tenant", line.tenant);
  json.text("previous", line.previous);
  if (line.device) json.text("device", *line.device);
  if (line.salt) json.text("salt", *line.salt);
  json.text("commitment", line.commitment).text("record", line.record).text("hash", line.hash);
  json.close();
  return text;
}

}  // namespace

AuditChain::AuditChain(std::string tenant, Bytes key)
    : tenant_(std::move(tenant)), key_(std::move(key)), head_(start_of_chain(tenant_)) {}

AuditChain::AuditChain(std::string tenant, Bytes key, const Sha256Digest& previous,
                       std::uint64_t sequence)
    : tenant_(std::move(tenant)), key_(std::move(key)), head_(previous), sequence_(sequence) {}

std::string AuditChain::append(std::string_view record_json, std::string_view device) {
  Bytes salted = key_;
  std::string counter = fmt::format("#{}", sequence_);
  salted.insert(salted.end(), counter.begin(), counter.end());
  Line line;
  line.sequence = sequence_;
  line.tenant = tenant_;
  line.previous = to_hex(head_);
  line.device = std::string(device);
  line.salt = to_hex(ByteView(sha256(salted)).first(16));
  line.commitment = commitment_of(*line.salt, device);
  line.record = std::string(record_json);
  head_ = hash_of(line.previous, sequence_, tenant_, line.commitment, line.record);
  line.hash = to_hex(head_);
  ++sequence_;
  return written(line);
}

std::optional<ChainHead> AuditChain::last() const {
  if (sequence_ == 0) return std::nullopt;
  return ChainHead{sequence_ - 1, head_};
}

Result<ChainHead> chain_head(std::string_view text) {
  auto line = parse_line(text);
  auto hash = line ? from_hex(line->hash) : std::nullopt;
  ChainHead head;
  if (!hash || hash->size() != head.hash.size()) {
    return broken(0, "the line is not a record of the chain");
  }
  head.sequence = line->sequence;
  std::copy(hash->begin(), hash->end(), head.hash.begin());
  return head;
}

Status ChainVerifier::check(std::string_view text) {
  auto line = parse_line(text);
  if (!line) return broken(next_sequence_, "the line is not a record of the chain");
  if (record_count_ == 0) {
    tenant_ = line->tenant;
    head_ = start_of_chain(tenant_);
  }
  if (line->sequence != next_sequence_) {
    return broken(next_sequence_,
                  line->sequence > next_sequence_
                      ? fmt::format("missing: record {} follows", line->sequence)
                      : fmt::format("out of order: record {} follows", line->sequence));
  }
  if (line->tenant != tenant_) {
    return broken(line->sequence, fmt::format("belongs to another tenant, `{}`", line->tenant));
  }
  if (line->previous != to_hex(head_)) {
    return broken(line->sequence, "does not follow the record before it");
  }
  Sha256Digest hash =
      hash_of(line->previous, line->sequence, line->tenant, line->commitment, line->record);
  if (line->hash != to_hex(hash)) return broken(line->sequence, "was changed");
  bool complete = line->device.has_value() == line->salt.has_value() && written(*line) == text;
  if (!complete) return broken(line->sequence, "was changed");
  if (line->device && line->commitment != commitment_of(*line->salt, *line->device)) {
    return broken(line->sequence, "names another device than it was written for");
  }
  if (expected_ && line->sequence == expected_->sequence && hash != expected_->hash) {
    return broken(line->sequence, "is another than was noted beside the chain");
  }
  head_ = hash;
  ++next_sequence_;
  ++record_count_;
  return {};
}

Status ChainVerifier::end() const {
  if (!expected_ || expected_->sequence < next_sequence_) return {};
  return broken(next_sequence_,
                fmt::format("missing at the end: the chain went on to record {}, as was noted "
                            "beside it",
                            expected_->sequence));
}

Result<std::string> pseudonymise(std::string_view text) {
  auto line = parse_line(text);
  if (!line) return broken(0, "the line is not a record of the chain");
  line->device.reset();
  line->salt.reset();
  return written(*line);
}

}  // namespace sojourn
