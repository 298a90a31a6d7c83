#include "adapters/eim/esipa_answer.h"

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::eim {

bool is_own_trouble(const Diagnostic& why) {
  switch (why.code) {
    case Code::E0009:
    case Code::E0012:
    case Code::E0014:
    case Code::E0015:
    case Code::E0016:
    case Code::E0018:
    case Code::E0019:
    case Code::E0812:
      return true;
    default:
      return false;
  }
}

EsipaAnswer esipa_answer(Result<Answer> answer) {
  if (!answer) {
    return is_own_trouble(answer.error()) ? EsipaAnswer::busy(limits::kEsipaRetryAfterSeconds)
                                          : EsipaAnswer::undecodable();
  }
  if (answer->body.empty()) return EsipaAnswer::empty();
  return EsipaAnswer::message(std::move(answer->body));
}

}  // namespace sojourn::eim
