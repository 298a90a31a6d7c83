#include "adapters/simulator/in_process_client.h"

#include "engine/base/diagnostic_code.h"

namespace sojourn::simulator {
namespace {

Diagnostic lost(std::string what) { return make_diagnostic(Code::E0863, std::move(what)); }

}  // namespace

Result<Bytes> InProcessClient::exchange(ByteView request) {
  if (!std::exchange(connected_, true)) ++traffic_.connections;
  traffic_.bytes_sent += request.size();
  Result<Bytes> answer = handler_(request);
  if (answer) {
    traffic_.bytes_received += answer->size();
    ++traffic_.exchanges;
  }
  return answer;
}

Result<Bytes> LossyClient::exchange(ByteView request) {
  if (dice_.percent(options_.lost_percent)) return lost("the request was lost");
  if (dice_.percent(options_.reordered_percent)) {
    late_.emplace_back(request.begin(), request.end());
    return lost("the request is late");
  }
  Result<Bytes> answer = inner_.exchange(request);
  if (dice_.percent(options_.doubled_percent)) answer = inner_.exchange(request);
  // One that was late arrives now; nobody waits for its answer.
  if (!late_.empty() && dice_.percent(50)) {
    Bytes late = std::move(late_.front());
    late_.pop_front();
    [[maybe_unused]] Result<Bytes> unheard = inner_.exchange(late);
  }
  if (dice_.percent(options_.lost_percent)) return lost("the answer was lost");
  return answer;
}

}  // namespace sojourn::simulator
