#include "adapters/eim/order.h"

#include "engine/base/diagnostic_code.h"

namespace sojourn::eim {
namespace {

struct Transition {
  OrderState state;
  OrderEvent event;
  OrderState next;
};
constexpr Transition kTransitions[] = {
#define SOJOURN_TRANSITION(state, event, next) \
  {OrderState::state, OrderEvent::event, OrderState::next},
#include "adapters/eim/order_transitions.def"
#undef SOJOURN_TRANSITION
};

constexpr std::string_view kStateNames[] = {"queued",   "outstanding", "unsure",
                                            "checking", "done",        "failed"};
constexpr std::string_view kEventNames[] = {"sent",       "succeeded",    "refused",  "rolled back",
                                            "already so", "later",        "rejected", "replayed",
                                            "complained", "resigned",     "lost",     "not stored",
                                            "confirmed",  "contradicted", "given up", "withdrawn"};

Status refuse(std::string message) { return make_diagnostic(Code::E0842, std::move(message)); }

}  // namespace

std::optional<OrderState> next_state(OrderState state, OrderEvent event) {
  for (const Transition& transition : kTransitions) {
    if (transition.state == state && transition.event == event) return transition.next;
  }
  return std::nullopt;
}

std::string_view state_name(OrderState state) {
  return kStateNames[static_cast<std::size_t>(state)];
}
std::string_view event_name(OrderEvent event) {
  return kEventNames[static_cast<std::size_t>(event)];
}

Status check_operations(const sgp32::PsmoList& operations) {
  if (operations.empty()) return refuse("a package without operations");
  int enable_count = 0;
  int disable_count = 0;
  bool changed = false;
  for (const sgp32::Psmo& operation : operations) {
    if (std::holds_alternative<sgp32::ListProfileInfo>(operation) && changed) {
      return refuse("profiles cannot be listed after a change in the same package");
    }
    if (std::holds_alternative<sgp32::Disable>(operation)) {
      if (enable_count > 0) return refuse("a profile cannot be disabled after an enable");
      ++disable_count;
    }
    if (std::holds_alternative<sgp32::Enable>(operation)) ++enable_count;
    changed = changed || enable_count > 0 || disable_count > 0 ||
              std::holds_alternative<sgp32::Delete>(operation);
  }
  if (enable_count > 1) return refuse("more than one enable in a package");
  if (disable_count > 1) return refuse("more than one disable in a package");
  return {};
}

}  // namespace sojourn::eim
