// Loads a policy text for a test, over the small world of tests/support/fake_gazetteer.h.
//
//   Loaded loaded = load("attribute type : meter | tracker ...");
//   REQUIRE(loaded.policy);
//   CHECK(loaded.rendered() == "");
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/geo/geo.h"
#include "engine/base/diagnostic_code.h"
#include "lang/lang.h"
#include "tests/support/fake_gazetteer.h"

namespace sojourn::lang::testing {

struct Loaded {
  std::optional<LoadedPolicy> policy;
  SourceMap sources;
  DiagnosticList diagnostics;

  const RuleTable& table() const { return policy->table; }
  // Every diagnostic as a person reads it; notes left out unless asked for.
  std::string rendered(bool with_notes = false) const {
    std::string out;
    for (const Diagnostic& d : diagnostics.all()) {
      if (with_notes || d.severity != Severity::note) out += render(d, sources);
    }
    return out;
  }
  // The codes, in the order of places: "E0201 E0204".
  std::string codes(bool with_notes = false) const {
    std::string out;
    for (const Diagnostic& d : diagnostics.all()) {
      if (!with_notes && d.severity == Severity::note) continue;
      if (!out.empty()) out += ' ';
      out += code_name(d.code);
    }
    return out;
  }
};

inline const Gazetteer& small_world() {
  static const sojourn::testing::FakeGazetteer world;
  return world;
}

inline Loaded load(std::string_view text, const Inventory& inventory = {},
                   const FileSource* files = nullptr, std::string path = "policy.sojourn",
                   const Gazetteer& world = small_world()) {
  Loaded loaded;
  LoadRequest request;
  request.path = std::move(path);
  request.text = std::string(text);
  request.files = files;
  request.read_area = geo::read_geojson_area;
  request.gazetteer = &world;
  request.inventory = inventory;
  loaded.policy = load_policy(request, loaded.sources, loaded.diagnostics);
  loaded.diagnostics.finish();
  return loaded;
}

}  // namespace sojourn::lang::testing
