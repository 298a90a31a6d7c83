#include "engine/proof/lived_policy.h"

#include <utility>

#include "engine/proof/compile.h"

namespace sojourn {

const std::shared_ptr<const PreparedPolicy>& LivedPolicy::get() {
  if (std::exchange(tried_, true) || gazetteer_ == nullptr) return policy_;
  CompileOptions options;
  options.claims = claims_;
  // Walked for some hundred days of some hundred lives; what they count takes far longer.
  options.without.add(Pass::grow);
  options.validate = false;
  auto graph = compile(std::make_shared<const RuleTable>(table_), options);
  if (!graph) return policy_;
  if (auto prepared = PreparedPolicy::prepare(*graph, *gazetteer_)) policy_ = *prepared;
  return policy_;
}

}  // namespace sojourn
