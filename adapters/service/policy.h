// A policy as a tenant runs it: read from a rule file or a compiled graph, checked, made ready.
//
//   auto world = geo::open_gazetteer(folder);
//   PolicyCheck check = check_policy("latam.sojourn", text, DiskFiles(), *world);
//   if (!check.runnable) show(check.findings);      // rendered, as `sojourn check` prints them
//   run(*check.runnable.prepared);
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/service/master_data.h"
#include "engine/base/file_source.h"
#include "engine/base/gazetteer.h"
#include "engine/device/device.h"
#include "engine/proof/recheck.h"

namespace sojourn::service {

struct PolicyFinding {
  std::string code;      // "E0301"
  std::string severity;  // "error", "warning", "broken promise", "note"
  std::string message;
  std::string rendered;  // with the lines it is about
};

// A policy made ready, and what the inventories that it names know of devices.
struct RunnablePolicy {
  std::shared_ptr<const PreparedPolicy> prepared;
  std::shared_ptr<const MasterData> devices;  // a compiled graph has none: empty
  explicit operator bool() const { return prepared != nullptr; }
};

struct PolicyCheck {
  std::vector<PolicyFinding> findings;
  // Empty when there are errors or broken promises.
  RunnablePolicy runnable;
  // It was to come into force, and waits for a second person.
  bool proposed = false;
};

// E0882 with what keeps it from running.
Diagnostic has_errors(const std::string& path, const PolicyCheck& check);

// Parses, checks, analyses and compiles; a compiled graph (told by its first bytes) is read and
// checked for structure. `path` is where files that the policy names lie beside; what is found, and
// every record, names them as seen from there. `files` says which of them it may read. Requires: the
// gazetteer outlives the result.
PolicyCheck check_policy(const std::string& path, std::string_view bytes, const FileSource& files,
                         const Gazetteer& world, Recheck* kept = nullptr);

// Checks one version of a tenant's policy after another. What an upload leaves as it was is not
// proved again; what is found is what `check_policy` finds. Any thread; a lock inside.
class PolicyChecker {
 public:
  PolicyCheck check(const std::string& path, std::string_view bytes, const FileSource& files,
                    const Gazetteer& world);

 private:
  std::mutex mutex_;
  Recheck kept_;
};

// "sha256:..." of what a policy means; equal for two that decide alike.
std::string digest_text(const PreparedPolicy& policy);

}  // namespace sojourn::service
