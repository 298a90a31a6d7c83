// ESipa without a network: an eIM in the same process, and a channel that loses messages.
//
//   InProcessClient direct([&](ByteView request) { return eim.handle(request); });
//   LossyClient client(direct, {.lost_percent = 10, .doubled_percent = 5, .seed = 7});
//
// Threads: one at a time.
#pragma once

#include <deque>
#include <functional>

#include "adapters/simulator/dice.h"
#include "adapters/simulator/esipa_client.h"

namespace sojourn::simulator {

// Traffic counts the messages themselves.
class InProcessClient final : public EsipaClient {
 public:
  using Handler = std::function<Result<Bytes>(ByteView request)>;
  explicit InProcessClient(Handler handler) : handler_(std::move(handler)) {}

  Result<Bytes> exchange(ByteView request) override;
  void disconnect() override { connected_ = false; }
  Traffic traffic() const override { return traffic_; }

 private:
  Handler handler_;
  bool connected_ = false;
  Traffic traffic_;
};

struct LossyClientOptions {
  unsigned lost_percent = 0;     // of requests, and of answers
  unsigned doubled_percent = 0;  // of requests: the eIM handles them twice, the second answer wins
  unsigned reordered_percent = 0;  // of requests: unanswered, and handled after a later one
  std::uint64_t seed = 0;
};

// In front of another client, which outlives it. What is lost is E0863, as of a transport.
class LossyClient final : public EsipaClient {
 public:
  LossyClient(EsipaClient& inner, LossyClientOptions options)
      : inner_(inner), options_(options), dice_(options.seed) {}

  Result<Bytes> exchange(ByteView request) override;
  void disconnect() override { inner_.disconnect(); }
  Traffic traffic() const override { return inner_.traffic(); }

 private:
  EsipaClient& inner_;
  LossyClientOptions options_;
  Dice dice_;
  std::deque<Bytes> late_;  // requests on their way
};

}  // namespace sojourn::simulator
