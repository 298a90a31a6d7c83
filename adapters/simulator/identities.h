// A folder of identities: the certificates of a demonstration, and the eUICCs of a fleet.
//
//   make_identities("demo", {.device_count = 100, .valid_from = now});
//   Result<IdentityFolder> folder = IdentityFolder::open("demo");
//   Result<Euicc> card = folder->card(0);
//   ...
//   folder->save(0, *card);
//
//   demo/ci.pem, ci.key        the authority; devices trust it for TLS, the eIM for eUICCs
//   demo/eum.pem, eum.key      issues the eUICCs
//   demo/eim.pem, eim.key      the eIM's signing key
//   demo/tls.pem, tls.key      the eIM's server certificate
//   demo/fleet.json            eimId, EIDs, the profiles every card starts with
//   demo/devices/EID.pem, EID.key, EID.json (the card's memory, once it has one)
//
// EIDs follow from the number of the device, so a bigger folder holds the smaller one's. Private
// keys are readable by their owner alone (0600). Not for production: the authority's key is there.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/simulator/euicc.h"

namespace sojourn::simulator {

// Each device has a key, a certificate and a card in files of their own.
inline constexpr std::size_t kIdentitiesMax = 100'000;

struct IdentityOptions {
  std::size_t device_count = 1;
  Instant valid_from{};
  std::string eim_id = "eim.example.com";
  std::vector<std::string> server_names = {"localhost", "127.0.0.1"};
  // Empty: a bootstrap profile, enabled, of class provisioning, with the fallback attribute; and
  // two local ones. All cards start with the same.
  std::vector<Profile> profiles{};
  bool association_token = false;  // cards ask for one
};
// E0872 when the folder exists and is not empty, or cannot be written.
Status make_identities(const std::string& folder, const IdentityOptions& options);

// The EID of the n-th device of a folder, with right check digits (SGP.29).
Eid demo_eid(std::size_t n);

// Threads: card and save for different devices at once.
class IdentityFolder {
 public:
  static Result<IdentityFolder> open(const std::string& folder);  // E0872

  const std::string& eim_id() const { return eim_id_; }
  std::size_t size() const { return eids_.size(); }
  const Eid& eid(std::size_t n) const { return eids_[n]; }
  const std::string& ci_pem() const { return ci_pem_; }  // what devices trust
  // Requires: n < size(). As it was saved; new, in `version`, when it never was.
  Result<Euicc> card(std::size_t n, sgp32::Version version = sgp32::Version::v1_2) const;
  Status save(std::size_t n, const Euicc& card) const;

 private:
  std::string folder_;
  std::string eim_id_;
  std::string ci_pem_;
  std::vector<Eid> eids_;
  std::vector<Profile> profiles_;
  Bytes eim_public_key_;
  bool association_token_ = false;
  std::shared_ptr<const Bytes> eum_certificate_;
};

}  // namespace sojourn::simulator
