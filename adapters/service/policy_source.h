// A rule file, read and judged: the one way from a path or an upload to a policy with findings.
//
//   DiskFiles files;
//   auto source = read_policy_source("latam.sojourn", text, files, *world);
//   if (Status analysed = analyse_policy(*source, *world); !analysed) ...
//   for (const Diagnostic& one : source->diagnostics.all()) std::cerr << render(one,
//   source->sources); if (source->policy && !source->diagnostics.has_errors())
//   compile(source->policy->table);
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/file_source.h"
#include "engine/base/gazetteer.h"
#include "engine/base/source.h"
#include "engine/proof/recheck.h"
#include "lang/lang.h"

namespace sojourn::service {

// Its texts, what was found wrong, and, without errors, the policy.
struct PolicySource {
  std::string path;
  std::string text;
  const FileSource* files = nullptr;  // what the text may name
  SourceMap sources;
  DiagnosticList diagnostics;
  std::optional<lang::LoadedPolicy> policy;
};

// Parses and checks. Requires: `files` outlives the result.
std::unique_ptr<PolicySource> read_policy_source(std::string path, std::string text,
                                                 const FileSource& files, const Gazetteer& world);

// Adds what the prover finds (conflicts, gaps, dead rules, promises) to the diagnostics.
// Each counterexample is replayed through the engine before it is shown, and one that does not come
// about is told as an internal error instead. No effect when there are errors already. `kept`: of a
// version of the same policy that was analysed before; only what changed since is asked anew, and
// what is found is the same.
Status analyse_policy(PolicySource& source, const Gazetteer& world, Recheck* kept = nullptr);

}  // namespace sojourn::service
