// The seam between the transports and the eIM: one ESipa message in, one answer out.
//
//   class OrderBook : public EsipaHandler {
//     EsipaAnswer handle(ByteView request, const PeerFacts& peer) override {
//       Result<EsipaMessage> message = decode(request);
//       if (!message) return EsipaAnswer::undecodable();
//       return EsipaAnswer::message(answer_to(*message));
//     }
//   };
//
// HTTPS and CoAP carry the same bytes; what differs between them (status codes, blocks, headers)
// stays in the servers. SGP.32 authenticates no IPA beyond the EID in its request, so nothing in
// PeerFacts is a reason to trust a message: only a verified signature in it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/bytes.h"

namespace sojourn::eim {

enum class Transport : std::uint8_t { https, plain_http, coap };

// What the transport knows of the sender. The views live as long as the call.
struct PeerFacts {
  Transport transport = Transport::https;
  std::string_view address;   // "192.0.2.7:40112"; for logs: a device may come back over another
  std::string_view identity;  // PSK identity, or a verified certificate's common name; often empty
  std::string_view admin_protocol;  // X-Admin-Protocol as sent; proves no version; empty over CoAP
};

struct EsipaAnswer {
  enum class Kind : std::uint8_t {
    message,      // `body` is the answer: 200 or 2.04
    empty,        // nothing to say, as to HandleNotification: 204, or 2.04 without payload
    undecodable,  // the request is no ESipa message: 400 or 4.00
    busy,         // the eIM is overloaded, come back later: 503 or 5.03
    too_many,     // this peer asks too often: 429 or 4.29
  };

  Kind kind = Kind::empty;
  Bytes body;
  std::uint32_t retry_after_s = 0;  // with busy and too_many

  static EsipaAnswer message(Bytes bytes) { return {Kind::message, std::move(bytes), 0}; }
  static EsipaAnswer empty() { return {}; }
  static EsipaAnswer undecodable() { return {Kind::undecodable, {}, 0}; }
  static EsipaAnswer busy(std::uint32_t seconds) { return {Kind::busy, {}, seconds}; }
  static EsipaAnswer too_many(std::uint32_t seconds) { return {Kind::too_many, {}, seconds}; }
};

// Threads: the servers call `handle` from their own threads, several at once, also for two requests
// of one device (a device that lost our answer asks again over another connection). A request that
// `may_wait` is handled on one of a few waiting threads; all others on a thread that serves
// thousands of peers, so for them `handle` answers from what is at hand.
// Errors: no exceptions; a request that cannot be answered is `busy` or has its error code in the
// message itself. An exception that escapes is answered as busy.
class EsipaHandler {
 public:
  virtual ~EsipaHandler() = default;

  virtual EsipaAnswer handle(ByteView request, const PeerFacts& peer) = 0;

  // Does handling it wait for somebody else, as a relay to the SM-DP+ does? Called on the serving
  // threads: a look at the first tag, no more.
  virtual bool may_wait(ByteView request) const {
    (void)request;
    return false;
  }
};

// The JSON binding (HTTPS only): `function` is the last part of the path, one of the eight of
// SGP.32; `body` and the answer's body are UTF-8 texts. Threads and errors as above.
class EsipaJsonHandler {
 public:
  virtual ~EsipaJsonHandler() = default;

  virtual EsipaAnswer handle_json(std::string_view function, std::string_view body,
                                  const PeerFacts& peer) = 0;
  virtual bool may_wait_json(std::string_view function) const {
    (void)function;
    return false;
  }
};

}  // namespace sojourn::eim
