// Whom a simulated eUICC obeys: its eIM configuration data, and what a package may do to it
// (SGP.32 2.11.1.2, 5.9.2).
//
//   EimTable table({.ci_key_id = maker.ci_key_id()});
//   table.execute(AddEim{configuration});
//   EimAssociation* eim = table.find("eim.example.com");
//
// Laws: eimIds are distinct; association tokens only grow, and none is given out twice; an
// operation that fails changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/sgp32/package.h"
#include "adapters/simulator/keys.h"

namespace sojourn::simulator {

// One eIM that the eUICC is associated with.
struct EimAssociation {
  sgp32::EimConfigurationData configuration{};  // counter and token: see below
  TrustedKey key;
  std::int64_t counter = 0;             // the highest that was used
  std::optional<std::int64_t> token{};  // absent: none configured
};

struct EimTableOptions {
  std::int64_t counter_max = 0x7FFFFF;  // the least that SGP.32 asks for
  std::size_t eim_count_max = 4;
  Bytes ci_key_id{};  // the CI that this eUICC knows; empty: any is known
};

class EimTable {
 public:
  explicit EimTable(EimTableOptions options = {}) : options_(std::move(options)) {}

  const std::vector<EimAssociation>& associations() const { return associations_; }
  EimAssociation* find(std::string_view eim_id);
  std::int64_t counter_max() const { return options_.counter_max; }

  sgp32::OperationResult execute(const sgp32::Eco& operation);

  std::int64_t last_token() const { return last_token_; }
  // As it was when it was saved.
  void restore(std::vector<EimAssociation> associations, std::int64_t last_token);

 private:
  std::int64_t run(const sgp32::AddEim& x, std::optional<std::int64_t>& token);
  std::int64_t run(const sgp32::DeleteEim& x);
  std::int64_t run(const sgp32::UpdateEim& x);
  // What is wrong with values that are there; 0 when nothing is.
  std::int64_t refusal(const sgp32::EimConfigurationData& x) const;

  EimTableOptions options_;
  std::vector<EimAssociation> associations_;
  std::int64_t last_token_ = 0;
};

// The key that an eIM's configuration data carries. E0871.
Result<TrustedKey> public_key_of(const sgp32::KeyOrCertificate& key);

// What its result is called.
sgp32::Operation operation_of(const sgp32::Eco& operation);

// Is it an ok of that operation? deleteEim has two: lastEimDeleted is one.
bool succeeded(const sgp32::OperationResult& result);

}  // namespace sojourn::simulator
