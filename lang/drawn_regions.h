// Private to lang. Regions drawn in GeoJSON files beside a rule file -> Areas.
//
// The rule file says what the drawing is for: `geojson "amazon.geojson"` wants polygons,
// `corridor(15 km) along "route.geojson"` lines. A shape that cannot be used (crossing edges, too
// few corners) is reported where the file is named.
#pragma once

#include <optional>

#include "engine/base/gazetteer.h"
#include "engine/base/source.h"
#include "lang/ast.h"
#include "lang/lang.h"
#include "lang/named_files.h"

namespace sojourn::lang {

class DrawnRegions {
 public:
  // All outlive this.
  DrawnRegions(const LoadRequest& request, const SourceMap& sources, NamedFiles& files,
               DiagnosticList& diagnostics)
      : request_(request), sources_(sources), files_(files), diagnostics_(diagnostics) {}

  // Requires: the member's kind is geojson or corridor.
  std::optional<Area> area(const ast::RegionMember& member);

 private:
  std::optional<Area> read(const ast::RegionMember& member);
  static bool is_off_earth(const Area& area);
  bool is_wanted(const ast::RegionMember& member, Area& area);
  void error(Code code, Span span, std::string message, std::string help);

  const LoadRequest& request_;
  const SourceMap& sources_;
  NamedFiles& files_;
  DiagnosticList& diagnostics_;
};

}  // namespace sojourn::lang
