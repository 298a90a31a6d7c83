// Private to lang. Vocabulary: every name a policy declares, and what it stands for.
//
// Filled from the inventory and the declarations; asked by the condition checker. It remembers
// which names were used, and reports each undeclared one once, with a declaration to paste that
// suits all its uses.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/gazetteer.h"
#include "engine/graph/rule_table.h"
#include "lang/ast.h"
#include "lang/drawn_regions.h"
#include "lang/lang.h"

namespace sojourn::lang {

// A set of places: whole countries, and areas (indices into CheckedPolicy::areas).
struct Places {
  CountrySet countries;
  std::vector<AreaIndex> areas;
};

// Kinds of names of which some were to come from a file that could not be read.
struct MissingNames {
  bool profiles = false;
  bool attributes = false;
  bool places = false;
  bool rules = false;
};

class Vocabulary {
 public:
  // All outlive this.
  Vocabulary(const Gazetteer& gazetteer, DrawnRegions& drawings, DiagnosticList& diagnostics)
      : gazetteer_(gazetteer), drawings_(drawings), diagnostics_(diagnostics) {}

  // --- declaring ---
  void add_inventory(const Inventory& inventory);
  void declare(const ast::Attribute& declared);
  void declare(const ast::Profile& declared);
  void declare(const ast::Region& declared);
  void declare(const ast::Set& declared);
  void declare(const ast::Define& declared);
  // Names of declarations that could not be read: never reported as missing.
  void forgive(std::string_view name) { forgiven_.insert(std::string(name)); }
  void forgive(const MissingNames& missing) { missing_ = missing; }

  // --- asking; each marks what it finds as used ---
  std::optional<AttributeIndex> attribute(std::string_view name);
  Attribute& attribute_at(AttributeIndex index) { return attributes_[index]; }
  // Reports an unknown profile.
  std::optional<ProfileIndex> profile(const ast::Name& name);
  const ast::Define* define(std::string_view name);
  // The values with sets replaced by their members.
  std::vector<ast::Value> expand_sets(const std::vector<ast::Value>& values);
  // The union of the places named; reports what is not a place.
  std::optional<Places> places(const std::vector<ast::Value>& values);
  // Places that must be whole countries, for `what` ("a network", "roaming").
  std::optional<CountrySet> countries(const std::vector<ast::Value>& values, std::string_view what);
  // How a disputed place is seen: its claim one that the map knows, seen as one of its countries.
  std::optional<DisputedView> view(const ast::View& written);
  // The index of a text among those an attribute's conditions name; added when new.
  std::int64_t text_symbol(AttributeIndex index, const std::string& text);
  // The index of a value of a declared choice; absent when it is none of its values.
  std::optional<std::int64_t> choice_symbol(AttributeIndex index, const std::string& value);

  // An attribute that nobody declared, and how it was used; reported by `finish`.
  void unknown_attribute(const ast::Simple& use, const std::string& hint = {});
  bool is_forgiven(std::string_view name) const { return forgiven_.count(std::string(name)) != 0; }

  // Reports undeclared attributes and unused declarations.
  void finish();

  std::vector<Attribute> take_attributes() { return std::move(attributes_); }
  std::vector<Profile> take_profiles() { return std::move(profiles_); }
  std::vector<Area> take_areas() { return std::move(areas_); }
  const std::vector<Profile>& profiles() const { return profiles_; }

 private:
  enum class Kind : std::uint8_t { attribute, profile, region, set, define };
  struct Entry {
    Kind kind = Kind::attribute;
    std::uint32_t index = 0;   // into the vector of its kind
    std::optional<Span> span;  // absent: from the inventory
    bool used = false;
  };
  struct UnknownUse {
    Span span;
    std::vector<std::string> values;
    std::string unit;
    bool number = false, set = false, flag = true;
    std::string hint{};     // instead of declaring it
    bool reversed = false;  // what is asked for stands before the set that is asked
  };
  enum class Progress : std::uint8_t { untouched, under_way, done };
  struct RegionEntry {
    const ast::Region* declared = nullptr;
    Progress progress = Progress::untouched;
    Places places;
  };

  bool enter(Kind kind, const ast::Name& name, std::size_t index);
  Entry* find(Kind kind, std::string_view name);
  std::vector<std::string_view> names_of(Kind kind) const;
  std::optional<Country> country(const ast::Name& name);
  bool add_place(const ast::Name& name, Places& places);
  const Places* region(RegionEntry& entry);
  void add_member(const ast::RegionMember& member, Places& places);
  AreaIndex add_area(Area area);
  std::string value_help(const std::string& name) const;
  std::string set_asked(const ast::Simple& use) const;
  void report_unknown(const std::string& name, const UnknownUse& use);
  void error(Code code, Span span, std::string message, std::string help = {});

  const Gazetteer& gazetteer_;
  DrawnRegions& drawings_;
  DiagnosticList& diagnostics_;
  std::unordered_map<std::string, Entry> attribute_names_;  // attributes, sets and defines
  std::unordered_map<std::string, Entry> profile_names_;
  std::unordered_map<std::string, Entry> region_names_;
  std::vector<Attribute> attributes_;
  std::vector<Profile> profiles_;
  std::vector<Area> areas_;
  std::map<std::string, AreaIndex> area_lookup_;  // by content
  std::vector<RegionEntry> regions_;
  int region_depth_ = 0;            // of regions that are under way
  bool region_depth_told_ = false;  // once, for all that lie too deep
  std::vector<const ast::Set*> sets_;
  std::vector<const ast::Define*> defines_;
  std::unordered_map<std::string, std::int64_t> text_symbols_;  // attribute index, text
  // By attribute: its values, for choices asked for; there may be ten thousand.
  std::map<AttributeIndex, std::unordered_map<std::string, std::int64_t>> choice_symbols_;
  std::map<std::string, UnknownUse> unknown_;
  std::set<std::string> forgiven_;
  MissingNames missing_;
};

}  // namespace sojourn::lang
