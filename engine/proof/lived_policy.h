// The policy under proof, ready to run, for what has to be lived through with the engine before it
// is told.
#pragma once

#include <memory>
#include <vector>

#include "engine/base/gazetteer.h"
#include "engine/device/device.h"

namespace sojourn {

class LivedPolicy {
 public:
  // `gazetteer` may be null: there is no policy to run then. Requires: all outlive this.
  LivedPolicy(const RuleTable& table, const std::vector<CountryClaim>& claims,
              const Gazetteer* gazetteer)
      : table_(table), claims_(claims), gazetteer_(gazetteer) {}

  // Made when it is asked for. Null: it cannot be made.
  const std::shared_ptr<const PreparedPolicy>& get();
  const std::vector<CountryClaim>& claims() const { return claims_; }

 private:
  const RuleTable& table_;
  const std::vector<CountryClaim>& claims_;
  const Gazetteer* gazetteer_;
  bool tried_ = false;
  std::shared_ptr<const PreparedPolicy> policy_;
};

}  // namespace sojourn
