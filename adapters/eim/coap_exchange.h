// One CoAP session's requests and answers, free of any CoAP library and of sockets: block-wise
// transfer both ways (RFC 7959), Request-Tag (RFC 9175), repeated messages (RFC 7252 4.2).
//
//   CoapExchange exchange(limits, budget);
//   CoapStep step = exchange.receive(request);
//   if (step.body) step.reply = exchange.answer(step.delivery, handler.handle(*step.body, peer));
//   send(step.reply);
//
// A device has one exchange at a time (NSTART = 1), so a session keeps one body that is coming in
// and one answer that is going out. A repeated message is answered from the kept answer and never
// delivered twice; a message older than that gets a bare acknowledgement, whose sender has long
// gone on. Blocks of two requests are told apart by Request-Tag and never mixed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "adapters/eim/esipa_handler.h"
#include "engine/base/bytes.h"
#include "engine/base/limits.h"

namespace sojourn::eim {

// A Block1 or Block2 option (RFC 7959 2.2).
struct CoapBlock {
  std::uint32_t number = 0;
  bool more = false;
  std::uint8_t size_exponent = 6;  // 0 to 6: blocks of 16 to 1024 bytes; 7 is reserved over UDP

  std::size_t size() const { return std::size_t{16} << size_exponent; }
  friend bool operator==(const CoapBlock&, const CoapBlock&) = default;
};

// The views live as long as the call.
struct CoapRequest {
  std::uint16_t message_id = 0;
  ByteView token;
  ByteView request_tag;  // empty when absent: RFC 9175 3.4 treats both alike here
  std::optional<CoapBlock> block1;
  std::optional<CoapBlock> block2;
  std::optional<std::uint64_t> size1;
  ByteView payload;
};

// Code as on the wire: class in the upper three bits.
constexpr std::uint8_t coap_code(unsigned of_class, unsigned detail) {
  return static_cast<std::uint8_t>(of_class << 5 | detail);
}

struct CoapReply {
  std::uint8_t code = 0;  // 0: only an acknowledgement, the answer comes later or never
  ByteView payload;       // into the exchange; valid until its next call
  std::optional<CoapBlock> block1;
  std::optional<CoapBlock> block2;
  std::optional<std::uint32_t> size1;    // with 4.13: what would have been accepted
  std::optional<std::uint32_t> size2;    // of the whole answer, with its first block
  std::optional<std::uint32_t> etag;     // with block2
  std::optional<std::uint32_t> max_age;  // with 5.03 and 4.29: seconds to wait
};

struct CoapStep {
  CoapReply reply;
  // A whole message for the handler; `reply` is then the acknowledgement for the meantime.
  std::optional<Bytes> body;
  std::uint64_t delivery = 0;  // to hand to `answer`
};

struct CoapExchangeLimits {
  std::size_t body_bytes_max = limits::kEsipaRequestBytesMax;
  std::uint8_t size_exponent = 6;  // of our blocks: 1024 bytes fit one datagram everywhere
  std::uint32_t retry_after_s = limits::kEsipaRetryAfterSeconds;
};

// What all sessions of a server keep together. A session that would go beyond it hears 5.03.
struct CoapBudget {
  std::size_t bytes_max = limits::kCoapKeptBytesMax;
  std::size_t bytes = 0;
};

// Threads: none of its own; one at a time, with its budget.
// Invariant: budget.bytes counts the bytes of this exchange's body and answer.
class CoapExchange {
 public:
  CoapExchange(const CoapExchangeLimits& limits, CoapBudget& budget)
      : limits_(limits), budget_(budget) {}
  ~CoapExchange();
  CoapExchange(const CoapExchange&) = delete;
  CoapExchange& operator=(const CoapExchange&) = delete;

  CoapStep receive(const CoapRequest& request);

  // The reply to a delivered body. Code 0 when a newer request has taken its place.
  CoapReply answer(std::uint64_t delivery, EsipaAnswer answer);

 private:
  struct Seen {
    std::uint16_t message_id = 0;
    std::array<std::uint8_t, 8> token{};
    std::uint8_t token_size = 0;
    bool used = false;
    std::uint64_t delivery = 0;       // what it was delivered as; 0: it was a block
    std::optional<CoapBlock> block1;  // and then of this assembly
    std::uint64_t assembly = 0;
  };
  static constexpr std::size_t kSeenCount = 16;  // more than a network reorders

  struct Assembly {
    Bytes request_tag;
    Bytes body;
  };

  std::optional<CoapReply> repeated(const CoapRequest& request);
  Seen& remember(const CoapRequest& request);
  CoapReply next_block(const CoapRequest& request);
  CoapStep receive_block(const CoapRequest& request);
  CoapStep deliver(const CoapRequest& request, Bytes body);
  CoapReply first_reply() const;
  CoapReply slice(const CoapBlock& block, bool first) const;
  CoapReply refuse(unsigned of_class, unsigned detail) const;
  bool reserve(std::size_t bytes);
  void release(std::size_t bytes);
  void drop_assembly();
  void drop_answer();

  const CoapExchangeLimits limits_;
  CoapBudget& budget_;
  std::optional<Assembly> assembly_;
  std::uint64_t assembly_count_ = 0;
  std::optional<EsipaAnswer> answer_;
  std::uint64_t delivery_ = 0;  // the newest delivered; answer_ is its answer
  std::optional<CoapBlock> asked_block1_, asked_block2_;  // of the newest delivered request
  std::array<Seen, kSeenCount> seen_{};
  std::size_t seen_next_ = 0;
};

}  // namespace sojourn::eim
