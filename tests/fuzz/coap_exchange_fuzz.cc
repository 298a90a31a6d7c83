// Requests of one CoAP session in any order and shape, answered at once, later or never.
//
// Each request takes: flags, message id, token, two bytes for either block, size1, payload size.
#include <cstdlib>
#include <vector>

#include "adapters/eim/coap_exchange.h"

namespace {

using namespace sojourn;
using namespace sojourn::eim;

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}
  bool empty() const { return rest_.empty(); }
  std::uint8_t byte() { return empty() ? 0 : bytes(1)[0]; }
  ByteView bytes(std::size_t count) {
    ByteView taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

 private:
  ByteView rest_;
};

CoapBlock block(Input& in) {
  std::uint8_t head = in.byte();
  CoapBlock block;
  block.number = in.byte();
  block.more = (head & 1u) != 0;
  block.size_exponent = static_cast<std::uint8_t>((head >> 1) % 7);
  return block;
}

void check(bool holds) {
  if (!holds) std::abort();
}

// A device that asks for larger blocks than ours later on gets what it can take.
void check_reply(const CoapReply& reply) {
  if (reply.block2) check(reply.payload.size() <= reply.block2->size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in(data, size);
  CoapExchangeLimits limits;
  limits.body_bytes_max = 600;
  limits.size_exponent = static_cast<std::uint8_t>(in.byte() % 7);
  CoapBudget budget{.bytes_max = 1'500};
  {
    CoapExchange exchange(limits, budget);
    std::vector<std::uint64_t> waiting;
    while (!in.empty()) {
      std::uint8_t flags = in.byte();
      if ((flags & 0x80u) != 0 && !waiting.empty()) {
        // The handler comes back, perhaps long after.
        EsipaAnswer answer = EsipaAnswer::message(Bytes(std::size_t{in.byte()} * 4, 7));
        if ((flags & 0x40u) != 0) answer = EsipaAnswer::busy(5);
        check_reply(exchange.answer(waiting.back(), std::move(answer)));
        waiting.pop_back();
        check(budget.bytes <= budget.bytes_max);
        continue;
      }
      CoapRequest request;
      request.message_id = in.byte();
      request.token = in.bytes(flags & 7u);
      if ((flags & 0x08u) != 0) request.block1 = block(in);
      if ((flags & 0x10u) != 0) request.block2 = block(in);
      if ((flags & 0x20u) != 0) request.size1 = std::uint64_t{in.byte()} * 8;
      if ((flags & 0x40u) != 0) request.request_tag = in.bytes(2);
      request.payload = in.bytes(in.byte());
      CoapStep step = exchange.receive(request);
      check_reply(step.reply);
      check(budget.bytes <= budget.bytes_max);
      if (!step.body) continue;
      check(step.body->size() <= std::max(limits.body_bytes_max, request.payload.size()));
      waiting.push_back(step.delivery);
    }
  }
  check(budget.bytes == 0);
  return 0;
}
