// Private. Where the service's rows lie in the store, and what they hold. One tenant each; the
// order book's rows (adapters/eim) lie beside them.
//
//   histories "device" LABEL      DeviceRow: what stands of a device (device_row.h)
//   histories "journal" LABEL N   what was taken in, in order (journal.h), up to row N of the log
//   histories "past" LABEL        the same, older than history is kept, thinned
//   histories "memory" LABEL      the device as it was after a packed block (device_memory.h)
//   histories "set aside" LABEL   nothing: something of it cannot be read (set_aside.h)
//   histories "imei" IMEI         the EID last seen with it
//   histories "shadow" LABEL      what the shadow policy decides otherwise (shadow.h)
//   inputs    "log" N             what was taken in lately, of all devices (input_log.h)
//   inputs    "log end"           the number of the log's next row, when it has none
//   instants  T LABEL             nothing: time alone may change the device at T
//   audit     "chain" N           a line of the evidence chain (engine/runtime/audit_chain.h)
//   audit     "of" LABEL N        nothing: line N is about this device
//   outbox    "intent" LABEL      a command that is decided and not yet ordered
//   outbox    "finished" LABEL N  an order that has ended, as JSON for people
//   outbox    "approval" LABEL    nothing: its decision waits for a person's yes
//   outbox    "order key" KEY     the order that was placed under an idempotency key
//   outbox    "order key at" T KEY  nothing: when it was, to forget it in time
//   fleet     "row" NAME          what is known of the fleet, and who is to be told (live_fleet.h)
//   fleet     "shadow row" NAME   the same under the shadow policy
//   settings  "switches"          kill switches (controls.h)
//   settings  "shadow"            the policy that runs in shadow, as a version
//   settings  "version" N         policies that were in force (policy_versions.h)
//   settings  "proposal"          one that waits for a second person, as a version
//   settings  "policy"            a policy activated through REST, instead of the file's
//   settings  "decided by"        the digest of the policy under which all devices were judged
//   settings  "audit key"         what makes the salts of the chain
//   settings  "audit head"        the last record of the chain, noted beside it (stored_chain.h)
//   settings  "room"              when there was room on the disk again
#pragma once

#include "engine/base/store_key.h"

namespace sojourn::service {

class Keys {
 public:
  explicit Keys(std::string tenant) : tenant_(std::move(tenant)) {}

  StoreKey devices() const { return in(Space::histories, "device"); }
  StoreKey device(std::string_view label) const { return devices().add_text(label); }
  StoreKey journal(std::string_view label) const {
    return in(Space::histories, "journal").add_text(label);
  }
  StoreKey journal(std::string_view label, std::uint64_t n) const {
    return journal(label).add_unsigned(n);
  }
  StoreKey past(std::string_view label) const {
    return in(Space::histories, "past").add_text(label);
  }
  StoreKey memory(std::string_view label) const {
    return in(Space::histories, "memory").add_text(label);
  }
  StoreKey set_aside() const { return in(Space::histories, "set aside"); }
  StoreKey set_aside(std::string_view label) const { return set_aside().add_text(label); }
  StoreKey imei(std::string_view imei) const { return in(Space::histories, "imei").add_text(imei); }
  StoreKey input_log() const { return in(Space::inputs, "log"); }
  StoreKey input_log(std::uint64_t n) const { return input_log().add_unsigned(n); }
  StoreKey input_log_end() const { return in(Space::inputs, "log end"); }
  StoreKey instants() const { return StoreKey(Space::instants, tenant_, kLayout); }
  StoreKey instant(Instant t, std::string_view label) const {
    return instants().add_instant(t).add_text(label);
  }
  StoreKey chain() const { return in(Space::audit, "chain"); }
  StoreKey chain(std::uint64_t n) const { return chain().add_unsigned(n); }
  StoreKey records_of(std::string_view label) const {
    return in(Space::audit, "of").add_text(label);
  }
  StoreKey record_of(std::string_view label, std::uint64_t n) const {
    return records_of(label).add_unsigned(n);
  }
  StoreKey intents() const { return in(Space::outbox, "intent"); }
  StoreKey intent(std::string_view label) const { return intents().add_text(label); }
  StoreKey finished_orders(std::string_view label) const {
    return in(Space::outbox, "finished").add_text(label);
  }
  StoreKey finished_order(std::string_view label, std::uint64_t n) const {
    return finished_orders(label).add_unsigned(n);
  }
  StoreKey approvals() const { return in(Space::outbox, "approval"); }
  StoreKey approval(std::string_view label) const { return approvals().add_text(label); }
  StoreKey order_key(std::string_view key) const {
    return in(Space::outbox, "order key").add_text(key);
  }
  StoreKey order_keys_at() const { return in(Space::outbox, "order key at"); }
  StoreKey order_key_at(Instant t, std::string_view key) const {
    return order_keys_at().add_instant(t).add_text(key);
  }
  StoreKey fleet() const { return in(Space::fleet, "row"); }
  StoreKey shadow_fleet() const { return in(Space::fleet, "shadow row"); }
  StoreKey switches() const { return in(Space::settings, "switches"); }
  StoreKey shadow() const { return in(Space::settings, "shadow"); }
  StoreKey shadow_rows() const { return in(Space::histories, "shadow"); }
  StoreKey shadow_row(std::string_view label) const { return shadow_rows().add_text(label); }
  StoreKey versions() const { return in(Space::settings, "version"); }
  StoreKey version(std::uint64_t n) const { return versions().add_unsigned(n); }
  StoreKey proposal() const { return in(Space::settings, "proposal"); }
  StoreKey policy() const { return in(Space::settings, "policy"); }
  StoreKey decided_by() const { return in(Space::settings, "decided by"); }
  StoreKey audit_key() const { return in(Space::settings, "audit key"); }
  StoreKey audit_head() const { return in(Space::settings, "audit head"); }
  StoreKey room() const { return in(Space::settings, "room"); }

 private:
  static constexpr std::uint16_t kLayout = 1;
  StoreKey in(Space space, std::string_view name) const {
    return StoreKey(space, tenant_, kLayout).add_text(name);
  }
  std::string tenant_;
};

}  // namespace sojourn::service
