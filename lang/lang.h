// The language: rule files in, rule tables and test cases out.
//
//   SourceMap sources;
//   DiagnosticList diagnostics;
//   LoadRequest request{.path = "latam.sojourn", .text = text, .gazetteer = &world};
//   std::optional<LoadedPolicy> policy = load_policy(request, sources, diagnostics);
//   diagnostics.finish();
//   for (const Diagnostic& d : diagnostics.all()) std::cerr << render(d, sources);
//   if (policy) compile(policy->table);
//
// Source -> SyntaxTree -> Ast -> CheckedPolicy -> RuleTable, one file per arrow: grammar.cc,
// ast_builder.cc, check.cc, lower.cc. A rule file never crashes or hangs this, whatever its bytes.
// Everything here is a function of its arguments and safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/file_source.h"
#include "engine/base/gazetteer.h"
#include "engine/base/source.h"
#include "engine/device/observation.h"
#include "engine/graph/rule_table.h"
#include "lang/test_case.h"

namespace sojourn::lang {

// Declarations that come from elsewhere: master data, an inventory of profiles. What the rule file
// declares under the same name takes their place.
struct Inventory {
  std::vector<Attribute> attributes;
  std::vector<Profile> profiles;
};

// GeoJSON to an area: polygons, or lines of no width. `name` is what messages call it.
using AreaReader = Result<Area> (*)(std::string name, std::string_view text);

struct LoadRequest {
  std::string path;  // for messages, and where files it names lie beside
  std::string text;
  const FileSource* files = nullptr;     // absent: a policy that names files is refused
  AreaReader read_area = nullptr;        // needed for regions drawn in files
  const Gazetteer* gazetteer = nullptr;  // required
  Inventory inventory;
};

struct LoadedPolicy {
  RuleTable table;
  std::vector<TestCase> tests;
  // Master data from inventories of devices: standing observations without a time.
  std::vector<Observation> devices;
  std::vector<Span> rule_spans;  // by rule: its name, or the word `when`
  std::vector<Span> ban_spans;   // by ban: its name, or the word `forbid`
  std::vector<Span> assertion_spans;
  bool otherwise_written = true;  // false: `otherwise keep` was understood (a note says so)
};

// Absent when there are errors; diagnostics hold them, and warnings and notes in any case.
std::optional<LoadedPolicy> load_policy(const LoadRequest& request, SourceMap& sources,
                                        DiagnosticList& diagnostics);

// `test` blocks about a policy that was read before, as they would be understood below its own
// text. Absent when they cannot be read, or are more than tests.
std::optional<std::vector<TestCase>> read_tests(std::string_view blocks, const RuleTable& policy);

// The one layout. Absent when the text has syntax errors (they are in `diagnostics`).
// format(format(x)) == format(x), and both mean the same.
std::optional<std::string> format(std::string_view path, std::string_view text, SourceMap& sources,
                                  DiagnosticList& diagnostics);

}  // namespace sojourn::lang
