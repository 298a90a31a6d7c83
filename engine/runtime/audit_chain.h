// The evidence chain: decision records linked by hashes, so that a changed, missing or reordered
// record is found offline.
//
//   AuditChain chain("acme", key);
//   std::string line = chain.append(record_json, device);      // write it, one line each
//   AuditReport report = verify_chain(lines);
//
// A line is {"sequence":N,"tenant":...,"previous":H(N-1),"device":...,"salt":...,"commitment":...,
// "record":"...","hash":H(N)} where `record` holds "%" in the place of the device's name. The hash
// covers the commitment SHA-256(salt || device), not the name: a line may be pseudonymised by
// taking device and salt away, and the chain still verifies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace sojourn {

// Where a chain stands after a line of it.
struct ChainHead {
  std::uint64_t sequence = 0;  // of the line
  Sha256Digest hash{};
};

class AuditChain {
 public:
  // `key` makes the salts; who does not have it cannot guess names from commitments. The chain
  // starts with a hash of the tenant's name, or goes on after `previous` and `sequence`.
  AuditChain(std::string tenant, Bytes key);
  AuditChain(std::string tenant, Bytes key, const Sha256Digest& previous, std::uint64_t sequence);

  // The next line, without its line break. `record_json` must not name the device.
  std::string append(std::string_view record_json, std::string_view device);

  const Sha256Digest& head() const { return head_; }
  std::uint64_t sequence() const { return sequence_; }
  // The last record; absent before the first.
  std::optional<ChainHead> last() const;

 private:
  std::string tenant_;
  Bytes key_;
  Sha256Digest head_{};
  std::uint64_t sequence_ = 0;
};

// To go on from there; the line itself is believed. E0020.
Result<ChainHead> chain_head(std::string_view line);

// Checks lines one by one; keeps only the last hash, so files of any size can be checked.
//
//   ChainVerifier verifier;
//   verifier.expect(head);                       // if one is known from elsewhere
//   for (line : lines) if (Status sound = verifier.check(line); !sound) return sound;
//   return verifier.end();
class ChainVerifier {
 public:
  // The chain reaches this record, or goes on after it. Requires: no line was checked yet.
  void expect(const ChainHead& head) { expected_ = head; }
  // Not ok: what is wrong with this line (changed, missing before it, out of order, not a record).
  Status check(std::string_view line);
  // Nothing more comes. Not ok: there are no records up to the head that is expected.
  Status end() const;
  std::uint64_t record_count() const { return record_count_; }
  const Sha256Digest& head() const { return head_; }

 private:
  std::string tenant_;
  std::optional<ChainHead> expected_;
  Sha256Digest head_{};
  std::uint64_t next_sequence_ = 0;
  std::uint64_t record_count_ = 0;
};

// The same line without the device's name and salt.
Result<std::string> pseudonymise(std::string_view line);

}  // namespace sojourn
