// Private. Devices of which something stored cannot be read. Nothing is decided about them and
// nothing ordered of them; what they report is kept in the log like everybody's, and the others go
// on.
//
//   if (const Diagnostic* why = set_aside.why(label)) return *why;   // not read again for nothing
//   ... if it cannot be read: return set_aside.add(label, error);
//   ... if it can: set_aside.remove(label);
//
// A journal is read whole only after a change of policy, so damage may show long after it happened,
// and another policy, the one before, may do without what is damaged.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapters/service/keys.h"
#include "engine/base/diagnostic.h"
#include "engine/base/store.h"

namespace sojourn::service {

// Is it about rows that cannot be read, and not about a store that cannot go on?
bool is_damage(const Diagnostic& error);

// Not thread-safe: the tenant's lock is held.
class SetAside {
 public:
  // Those of the process before are tried again.
  Status open(Store& store, const Keys& keys);

  // E0886 for a device that is set aside; null: it is not, or is to be tried again.
  const Diagnostic* why(const std::string& label) const;
  // Sets the device aside; E0886. Requires: is_damage(damage).
  Diagnostic add(const std::string& label, const Diagnostic& damage);
  // The device was read.
  void remove(const std::string& label);
  // Another policy decides.
  void try_all_again();

  std::size_t count() const { return devices_.size(); }
  bool empty() const { return devices_.empty(); }

  // Those that were set aside, and read again, since the last time: with why, or "". The texts name
  // no device.
  using Changes = std::vector<std::pair<std::string, std::string>>;
  Changes take_changes() { return std::exchange(changes_, {}); }

 private:
  struct Device {
    Diagnostic why;
    bool try_again = false;
  };
  std::unordered_map<std::string, Device> devices_;
  Changes changes_;
};

}  // namespace sojourn::service
