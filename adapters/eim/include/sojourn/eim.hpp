// The eIM of SGP.32 as a library: commands become signed packages, devices fetch them, and what a
// card proves comes back as the result of its command.
//
//   EimOptions options;
//   options.eim_id = "eim.example.com";
//   options.signing_key_pem = read("eim.key");                     // EC, P-256
//   auto store = open_store("eim.store");                          // sojourn/store.hpp
//   auto eim = Eim::open(store.value(), options);
//   eim.value().enrol({.eid = eid});
//
//   CardPlan plan = engine.plan(eid, now_ms).value();              // sojourn/sojourn.hpp
//   keep(eid, engine.save(eid).value());                           // durably, before it is ordered
//   if (plan.in_flight) eim.value().order(eid, *plan.in_flight);   // on an error: see `order`
//   ... the device calls, by sojourn/esipa.hpp or by a transport of the host's own:
//   EsipaReply reply = eim.value().handle(message, now_ms);        // reply.body goes back
//   ... and when options.on_event tells of a device, and of every device after a restart:
//   auto ended = eim.value().ended(eid, now_ms);
//   for (const EndedOrder& one : ended.value()) {
//     engine.carried_out(eid, one.result);
//     keep(eid, engine.save(eid).value());
//     eim.value().forget(eid, {one.order});                        // only now
//   }
//   CardView card = eim.value().card(eid).value();                 // listed for whatever reason
//   if (card.listed) engine.listed(eid, card.profiles, card.listed_at_ms);
//
// What a card may rely on: a counter is durable before the package that carries it leaves, and is
// never used again; one package at a time is with a device, the same bytes until a verified result
// arrives; nothing unsigned ends an order. Values in, values out; nothing throws but what the
// standard library throws when memory is gone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sojourn/sojourn.hpp>
#include <string>
#include <vector>

namespace sojourn {

class Store;  // sojourn/store.hpp

namespace embed {

using ByteString = std::vector<std::uint8_t>;

// What a host may want to know as it happens.
struct EimEvent {
  enum class Kind : std::uint8_t {
    order_finished,        // `ended` has it
    order_moved,           // another state
    complaint,             // an unsigned error: look at keys and tokens if it repeats
    signature_refused,     // a result that does not verify
    unreadable,            // a result that cannot be read
    unexpected,            // an answer to nothing that was asked
    state_change_claimed,  // the device says, unsigned, that another profile is enabled now:
                           // `Engine::claimed` wants to know, with `cause`
    notification,          // of the eUICC: `evidence` is the PendingNotification's DER
    identity_learnt,       // the eUICC's key, from its certificates
    identity_refused,
  };
  Kind kind{};
  std::string eid{};
  std::uint64_t order = 0;  // 0: about none
  std::string text{};       // for people
  ByteString evidence{};
  std::optional<std::int64_t> cause{};  // of state_change_claimed, if the device gave one
};

struct EimOptions {
  std::string eim_id{};
  std::string tenant = "default";  // of several eIMs in one store
  // The eIM's key: an unencrypted EC key as PEM, on P-256 or brainpoolP256r1. Or `sign`, for a key
  // in an HSM: 64 bytes, r||s, of ECDSA over SHA-256 of the bytes; absent: it cannot sign now. One
  // call at a time; it must not call the eIM.
  std::string signing_key_pem{};
  std::function<std::optional<ByteString>(const ByteString& bytes)> sign{};
  std::vector<ByteString> ci_certificates{};  // trusted roots of eUICC chains, DER
  // A device that complains is left alone so long; 0 to seven days.
  std::int64_t retry_after_ms = 300'000;
  // Called within `handle` and `withdraw`, on their thread, after what it tells is durable; several
  // at once when the host calls from several threads. It must not stop the servers, and a crash may
  // lose it: `ended` tells all that has ended. In the servers an exception of it is answered by
  // 503.
  std::function<void(const EimEvent& event)> on_event{};
};

struct CardEnrolment {
  std::string eid{};             // 32 digits
  ByteString public_key_info{};  // the eUICC's; empty: learnt from the certificates that it shows
  std::optional<std::int64_t> association_token{};
  // counterValue of this eIM's configuration on the eUICC; 0 to 8,388,607.
  std::int64_t last_counter = 0;
};

// What is known of a card under its signature.
struct CardView {
  std::vector<CardProfile> profiles{};
  std::int64_t listed_at_ms = 0;
  bool listed = false;  // false: never yet
  bool key_known = false;
  std::int64_t last_counter = 0;  // none above it ever left
  std::size_t open_orders = 0;    // queued, or with the device
};

struct EndedOrder {
  std::uint64_t order = 0;
  CardResult result{};    // .command: the number it was ordered under; 0: none
  ByteString evidence{};  // the data that the card signed; empty: there is none
};

struct EsipaReply {
  // Of HTTP: 200, 204 nothing to say, 400 no such message, 503 the store or the key is not to be
  // had: the device comes back, and nothing is lost. CoAP says 2.04, 2.04, 4.00, 5.03.
  unsigned status = 200;
  ByteString body{};
  std::string eid{};     // of whom the message was; "": not told
  bool enrolled = true;  // false: no such card here, and the body says so
  Error why{};           // 400 and 503
};

// Threads: all members from any thread, several at once. Movable; one per tenant of a store.
class Eim {
 public:
  // Errors: neither key nor `sign` (or a key that cannot be used), an empty eim_id.
  static Expected<Eim> open(std::shared_ptr<Store> store, EimOptions options);
  ~Eim();
  Eim(Eim&&) noexcept;
  Eim& operator=(Eim&&) noexcept;

  // A card that was enrolled before goes on with its counters. Errors: no EID, enrolled already, a
  // key that cannot be read.
  Expected<Done> enrol(const CardEnrolment& card);
  // It is enrolled no more. An error while an order of it is not forgotten.
  Expected<Done> release(const std::string& eid);
  Expected<CardView> card(const std::string& eid);

  // Queues a command behind what is queued; its order's number. A command with a number is ordered
  // once: asked again, also after a crash, it is the order it was. Errors: E0842 an order that
  // could leave the card without a network, such as deleting what is enabled or the fallback, or
  // another command under this number (the command ends as `refused`); E0841 not enrolled
  // (`not_now`); all others are the store's, and it is ordered again later.
  Expected<std::uint64_t> order(const std::string& eid, const CardCommand& command);
  // Only what has not left yet; then it ends as `withdrawn`. An error otherwise: its result comes.
  Expected<Done> withdraw(const std::string& eid, std::uint64_t order);
  // The orders that have ended, oldest first, until they are forgotten; heard of at `now_ms`.
  Expected<std::vector<EndedOrder>> ended(const std::string& eid, std::int64_t now_ms);
  // What is not ended, or not there, stays so.
  Expected<Done> forget(const std::string& eid, const std::vector<std::uint64_t>& orders);

  // Notifications of the eUICC that came in, oldest first, each as the DER of a HandleNotification,
  // and forgotten here: the host passes them on to the SM-DP+ that they name (ES9+). The newest 64
  // are kept until then.
  Expected<std::vector<ByteString>> take_notifications(const std::string& eid);

  // From now on, and until it is allowed again, no order leaves: devices that ask for one are told
  // to come back. What they bring is taken in.
  void stop_orders(bool stopped);

  // One message of ESipa, ASN.1 binding: GetEimPackage, ProvideEimPackageResult or
  // HandleNotification. `session_eid`: the EID of an earlier message on the same connection, if
  // there was one: some IPAs leave it out later, and notifications of others carry none.
  EsipaReply handle(const ByteString& message, std::int64_t now_ms,
                    const std::string& session_eid = "");

 private:
  friend class EsipaServers;
  struct State;
  explicit Eim(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace embed
}  // namespace sojourn
