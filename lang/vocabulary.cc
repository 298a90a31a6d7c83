#include "lang/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/country_names.h"
#include "lang/phrase_habits.h"
#include "lang/print.h"
#include "lang/repeats.h"
#include "lang/units.h"

namespace sojourn::lang {
namespace {

constexpr double kMillionthsPerDegree = 1e6;  // dividing rounds -23960000 to -23.96 exactly

bool looks_like_country(std::string_view name) {
  return name.size() == 2 && name[0] >= 'A' && name[0] <= 'Z' && name[1] >= 'A' && name[1] <= 'Z';
}

std::string two_letters(Country country) {
  return fmt::format("did you mean `{}`? countries are the two letters of ISO 3166",
                     code_of(country));
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

// What a condition may ask about without a declaration.
constexpr std::string_view kSubjects[] = {"region",  "network",  "plmn", "profile",  "fallback",
                                          "roaming", "breakout", "rat",  "speed",    "accuracy",
                                          "data",    "silent",   "date", "rejected", "installed"};

// What other languages call the types.
std::string_view type_meant(std::string_view word) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {"boolean", "flag"},
      {"bool", "flag"},
      {"string", "text"},
      {"str", "text"},
      {"integer", "number"},
      {"int", "number"},
      {"float", "number"},
      {"decimal", "number"},
      {"percent", "number in %"},
      {"percentage", "number in %"},
      {"countries", "set of country"},
      {"list", "set of text"},
      {"tags", "set of text"}};
  for (const auto& [theirs, ours] : kTypes) {
    if (word == theirs) return ours;
  }
  return {};
}

std::string did_you_mean(std::string_view near) {
  return near.empty() ? std::string() : fmt::format("did you mean `{}`?", near);
}

std::string symbol_key(AttributeIndex index, const std::string& text) {
  return fmt::format("{}:{}", index, text);
}

// "724": BR.
std::string place_of_code(std::string_view text) {
  std::uint16_t mcc = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mcc);
  bool whole = text.size() == 3 && error == std::errc() && end == text.data() + text.size();
  CountrySet countries = whole ? countries_of({mcc, 0, 0}) : CountrySet();
  return countries.size() == 1
             ? fmt::format("{} is a code of `{}`; write the country", text, countries.text())
             : "places are countries `BR`, subdivisions `BR-SP` and declared regions";
}

std::string content_of(const Area& area) {
  std::string text = fmt::format("{}:{}:{:.7f}:{:.7f}:{:.3f}", static_cast<int>(area.kind),
                                 area.kind == Area::Kind::subdivision ? area.name : "",
                                 area.centre.lat, area.centre.lon, area.radius_m);
  for (const auto& part : area.parts) {
    text += '[';
    for (const Area::Ring& ring : part) {
      text += '(';
      for (LatLon at : ring) text += fmt::format("{:.7f},{:.7f};", at.lat, at.lon);
    }
  }
  return text;
}

}  // namespace

void Vocabulary::error(Code code, Span span, std::string message, std::string help) {
  diagnostics_.add(make_diagnostic(code, span, std::move(message), std::move(help)));
}

// --- declaring
// -------------------------------------------------------------------------------------

bool Vocabulary::enter(Kind kind, const ast::Name& name, std::size_t index) {
  auto& names = kind == Kind::profile  ? profile_names_
                : kind == Kind::region ? region_names_
                                       : attribute_names_;
  Entry entry{kind, static_cast<std::uint32_t>(index), name.span, false};
  auto [at, added] = names.emplace(name.text, entry);
  if (added) return true;
  if (!at->second.span) {  // an inventory's declaration gives way
    at->second = entry;
    return true;
  }
  Diagnostic d =
      make_diagnostic(Code::E0207, name.span, fmt::format("`{}` is declared twice", name.text),
                      "give one of them another name, or leave it out");
  d.labels.push_back({*at->second.span, "first declared here"});
  diagnostics_.add(std::move(d));
  return false;
}

Vocabulary::Entry* Vocabulary::find(Kind kind, std::string_view name) {
  auto& names = kind == Kind::profile  ? profile_names_
                : kind == Kind::region ? region_names_
                                       : attribute_names_;
  auto found = names.find(std::string(name));
  return found == names.end() || found->second.kind != kind ? nullptr : &found->second;
}

std::vector<std::string_view> Vocabulary::names_of(Kind kind) const {
  std::vector<std::string_view> names;
  const auto& table = kind == Kind::profile  ? profile_names_
                      : kind == Kind::region ? region_names_
                                             : attribute_names_;
  for (const auto& [name, entry] : table) names.push_back(name);
  return names;
}

void Vocabulary::add_inventory(const Inventory& inventory) {
  for (const Attribute& attribute : inventory.attributes) {
    auto index = static_cast<std::uint32_t>(attributes_.size());
    if (!attribute_names_.emplace(attribute.name, Entry{Kind::attribute, index, {}, true}).second) {
      continue;
    }
    attributes_.push_back(attribute);
    bool texts =
        attribute.type == AttributeType::text || attribute.type == AttributeType::set_of_text;
    for (std::size_t i = 0; texts && i < attribute.values.size(); ++i) {
      text_symbols_.emplace(symbol_key(index, attribute.values[i]), static_cast<std::int64_t>(i));
    }
  }
  for (const Profile& profile : inventory.profiles) {
    auto index = static_cast<std::uint32_t>(profiles_.size());
    if (!profile_names_.emplace(profile.name, Entry{Kind::profile, index, {}, true}).second) {
      continue;
    }
    profiles_.push_back(profile);
  }
}

void Vocabulary::declare(const ast::Attribute& declared) {
  Attribute attribute;
  attribute.name = declared.name.text;
  using Written = ast::Attribute::Type;
  switch (declared.type) {
    case Written::flag:
      attribute.type = AttributeType::flag;
      break;
    case Written::number:
      attribute.type = AttributeType::number;
      break;
    case Written::choice:
      attribute.type = declared.is_set ? AttributeType::set_of_choice : AttributeType::choice;
      break;
    case Written::text:
      attribute.type = declared.is_set ? AttributeType::set_of_text : AttributeType::text;
      break;
    case Written::country:
      attribute.type = declared.is_set ? AttributeType::set_of_country : AttributeType::country;
      break;
  }
  if (declared.is_set && declared.type == Written::flag) {
    error(Code::E0205, declared.span, "a set of flags has no meaning",
          "declare each flag by itself, or a `set of text`");
  }
  if (declared.choices.size() == 1) {
    std::string_view type = type_meant(declared.choices[0].text);
    if (!type.empty()) {
      error(Code::E0205, declared.choices[0].span,
            fmt::format("`{}` would be the only value of `{}`", declared.choices[0].text,
                        attribute.name),
            fmt::format("as a type it is called `{}`", type));
    }
  }
  std::unordered_set<std::string_view> listed;
  for (const ast::Name& choice : declared.choices) {
    auto& values = attribute.values;
    if (!listed.insert(choice.text).second) {
      error(Code::E0207, choice.span, fmt::format("the value `{}` is listed twice", choice.text));
      continue;
    }
    values.push_back(choice.text);
  }
  if (declared.unit) {
    attribute.unit = declared.unit->text;
    if (find_unit(attribute.unit) == nullptr) {
      std::string_view near = unit_meant(attribute.unit);
      error(Code::E0206, declared.unit->span, fmt::format("unknown unit `{}`", attribute.unit),
            near.empty() ? "units are %, dBm, dB, m, km, nmi, km/h, m/s, B, kB, MB, GB, V, mV, "
                           "\u00B0C, Hz and units of time; a bare `number` has none"
                         : did_you_mean(near));
    }
  }
  if (declared.valid) {
    attribute.valid = elapsed(*declared.valid);
    if (!attribute.valid) {
      error(Code::E0210, declared.valid->span, "`valid` needs a length of elapsed time",
            "months and years differ in length; write days or hours");
    }
  }
  Entry* old = find(Kind::attribute, attribute.name);
  if (old != nullptr && !old->span) {
    for (const std::string& text : attributes_[old->index].values) {
      text_symbols_.erase(symbol_key(old->index, text));
    }
    choice_symbols_.erase(old->index);
    attributes_[old->index] = std::move(attribute);
    old->span = declared.name.span;
    return;
  }
  if (enter(Kind::attribute, declared.name, attributes_.size())) {
    attributes_.push_back(std::move(attribute));
  }
}

std::optional<Country> Vocabulary::country(const ast::Name& name) {
  std::optional<Country> found = find_country(name.text);
  if (found) return found;
  std::string capital = upper(name.text);
  std::string help = "countries are the two capital letters of ISO 3166, such as `BR`";
  if (find_country(capital)) help = fmt::format("did you mean `{}`?", capital);
  if (std::optional<Country> named = country_named(name.text)) help = did_you_mean(code_of(*named));
  if (std::optional<Country> meant = country_of_alpha3(name.text)) help = two_letters(*meant);
  error(Code::E0203, name.span, fmt::format("`{}` is not a country", name.text), std::move(help));
  return std::nullopt;
}

std::optional<DisputedView> Vocabulary::view(const ast::View& written) {
  DisputedView view;
  std::string_view rest = written.claim.text;
  bool known = true;
  while (!rest.empty()) {
    std::string_view code = rest.substr(0, rest.find('-'));
    rest.remove_prefix(std::min(rest.size(), code.size() + 1));
    std::optional<Country> member = country({std::string(code), written.claim.span});
    known = known && member;
    if (member) view.claimants.insert(*member);
  }
  std::optional<Country> as = country(written.as);
  if (!known || !as) return std::nullopt;
  view.as = *as;
  if (!view.claimants.contains(view.as)) {
    error(Code::E0210, written.as.span,
          fmt::format("`{}` does not claim what `{}` do", written.as.text, written.claim.text),
          "a view takes one of the countries that claim the place");
    return std::nullopt;
  }
  std::vector<CountryClaim> claims = gazetteer_.claims();
  CountryClaim claim = CountryClaim::of(view.claimants);
  bool disputed = view.claimants.size() >= 2 && view.claimants.size() <= kClaimantsMax &&
                  std::find(claims.begin(), claims.end(), claim) != claims.end();
  if (disputed) return view;
  std::vector<std::string> others;
  for (CountryClaim other : claims) {
    CountrySet members = other.set();
    if (members.size() > 1 && members.contains(view.as)) others.push_back(other.text());
  }
  error(Code::E0203, written.claim.span,
        fmt::format("the map knows no place that exactly `{}` claim", written.claim.text),
        others.empty() ? fmt::format("no place that `{}` claims is disputed", written.as.text)
                       : fmt::format("places that `{}` and others claim: {}", written.as.text,
                                     fmt::join(others, ", ")));
  return std::nullopt;
}

void Vocabulary::declare(const ast::Profile& declared) {
  Profile profile;
  profile.name = declared.name.text;
  for (const ast::Name& home : declared.home) {
    if (std::optional<Country> found = country(home)) profile.home.insert(*found);
  }
  if (!declared.home_none && declared.home.empty()) {
    error(Code::E0210, declared.name.span,
          fmt::format("the profile `{}` has no `home`", declared.name.text),
          "say in which countries it is at home: `home BR`; or `home none` for one that roams "
          "everywhere");
  }
  for (const ast::Name& prefix : declared.iccid_prefixes) {
    std::string digits = prefix.text;
    if (digits.ends_with('*')) {
      digits.pop_back();
    } else if (digits.size() < 18) {
      error(Code::E0212, prefix.span, fmt::format("`{}` is not a whole ICCID", prefix.text),
            fmt::format("for all ICCIDs that begin so write `{}*`", prefix.text));
    }
    if (digits.size() > 20) {
      error(Code::E0212, prefix.span, "an ICCID has at most 20 digits");
      continue;
    }
    profile.iccid_prefixes.push_back(std::move(digits));
  }
  for (const ast::Name& code : declared.plmns) {
    if (std::optional<Plmn> plmn = parse_plmn(code.text)) profile.plmns.push_back(*plmn);
  }
  if (declared.download) profile.download = declared.download->text;
  for (const ast::Name& name : declared.breakout) {
    if (std::optional<Country> found = country(name)) profile.breakout.insert(*found);
  }
  if (declared.cost) {
    profile.cost = declared.cost->millionths / 1'000'000;
    if (declared.cost->millionths < 0 || declared.cost->millionths % 1'000'000 != 0) {
      error(Code::E0210, declared.cost->span, "`cost` is a whole number, 0 or more",
            "count in the smallest coin");
    }
  }
  Entry* old = find(Kind::profile, profile.name);
  if (old != nullptr && !old->span) {
    profiles_[old->index] = std::move(profile);
    old->span = declared.name.span;
    return;
  }
  if (enter(Kind::profile, declared.name, profiles_.size())) {
    profiles_.push_back(std::move(profile));
  }
}

void Vocabulary::declare(const ast::Region& declared) {
  if (find_country(declared.name.text) ||
      !gazetteer_.find_subdivision(declared.name.text).empty()) {
    error(Code::E0207, declared.name.span,
          fmt::format("`{}` is the code of a country or subdivision", declared.name.text),
          "give the region another name");
    return;
  }
  if (enter(Kind::region, declared.name, regions_.size())) regions_.push_back({&declared, {}, {}});
}

void Vocabulary::declare(const ast::Set& declared) {
  note_repeats(declared.values, diagnostics_);
  if (enter(Kind::set, declared.name, sets_.size())) sets_.push_back(&declared);
}

void Vocabulary::declare(const ast::Define& declared) {
  if (enter(Kind::define, declared.name, defines_.size())) defines_.push_back(&declared);
}

// --- asking
// ------------------------------------------------------------------------------------------

std::optional<AttributeIndex> Vocabulary::attribute(std::string_view name) {
  Entry* entry = find(Kind::attribute, name);
  if (entry == nullptr) return std::nullopt;
  entry->used = true;
  return entry->index;
}

const ast::Define* Vocabulary::define(std::string_view name) {
  Entry* entry = find(Kind::define, name);
  if (entry == nullptr) return nullptr;
  entry->used = true;
  return defines_[entry->index];
}

std::optional<ProfileIndex> Vocabulary::profile(const ast::Name& name) {
  Entry* entry = find(Kind::profile, name.text);
  if (entry != nullptr) {
    entry->used = true;
    return entry->index;
  }
  if (missing_.profiles || is_forgiven(name.text)) return std::nullopt;
  forgive(name.text);  // once is enough
  std::string_view near = nearest_spelling(name.text, names_of(Kind::profile));
  error(Code::E0202, name.span, fmt::format("the profile `{}` is not declared", name.text),
        near.empty()
            ? fmt::format("declare it: `profile {} home BR`, with the countries in which it "
                          "is at home",
                          print_name(name.text))
            : did_you_mean(near));
  return std::nullopt;
}

std::vector<ast::Value> Vocabulary::expand_sets(const std::vector<ast::Value>& values) {
  std::vector<ast::Value> expanded;
  std::vector<bool> seen(sets_.size());  // a set in itself adds nothing
  std::vector<ast::Value> open(values.rbegin(), values.rend());
  while (!open.empty()) {
    ast::Value value = std::move(open.back());
    open.pop_back();
    Entry* entry = value.kind == ast::Value::Kind::name ? find(Kind::set, value.text) : nullptr;
    if (entry == nullptr) {
      expanded.push_back(std::move(value));
      continue;
    }
    entry->used = true;
    if (seen[entry->index]) continue;
    seen[entry->index] = true;
    const auto& members = sets_[entry->index]->values;
    open.insert(open.end(), members.rbegin(), members.rend());
  }
  return expanded;
}

AreaIndex Vocabulary::add_area(Area area) {
  auto [at, added] = area_lookup_.emplace(content_of(area), areas_.size());
  if (added) areas_.push_back(std::move(area));
  return at->second;
}

bool Vocabulary::add_place(const ast::Name& name, Places& places) {
  if (std::optional<Country> found = find_country(name.text)) {
    places.countries.insert(*found);
    return true;
  }
  if (Entry* entry = find(Kind::region, name.text)) {
    entry->used = true;
    const Places* known = region(regions_[entry->index]);
    if (known == nullptr) return false;
    places.countries |= known->countries;
    places.areas.insert(places.areas.end(), known->areas.begin(), known->areas.end());
    return true;
  }
  if (std::string_view code = gazetteer_.find_subdivision(name.text); !code.empty()) {
    places.areas.push_back(add_area(Area::subdivision(std::string(code))));
    return true;
  }
  if (missing_.places || is_forgiven(name.text)) return false;
  std::string help;
  std::string capital = upper(name.text);
  std::string_view near = nearest_spelling(name.text, names_of(Kind::region));
  if (find_country(capital)) {
    help = fmt::format("did you mean `{}`? countries are capital letters", capital);
  } else if (std::optional<Country> named = country_named(name.text)) {
    help = fmt::format("did you mean `{}`? countries are the codes of ISO 3166", code_of(*named));
  } else if (!near.empty()) {
    help = did_you_mean(near);
  } else if (std::optional<Country> meant = country_of_alpha3(name.text)) {
    help = two_letters(*meant);
  } else if (capital == "EU" || capital == "EEA") {
    help = fmt::format("{} is no country; name its members: `region {} = AT, BE, BG`, and so on",
                       capital, capital + "-MEMBERS");
  } else if (looks_like_country(name.text)) {
    help = "countries are the codes of ISO 3166, such as `BR`";
  } else if (name.text.size() > 3 && name.text[2] == '-' && find_country(name.text.substr(0, 2))) {
    help = fmt::format("the subdivisions of {} are codes of ISO 3166-2",
                       name_of(*find_country(name.text.substr(0, 2))));
  } else {
    help = fmt::format("declare it: `region {} = AR, BR`", print_name(name.text));
  }
  error(Code::E0203, name.span, fmt::format("`{}` is no country, subdivision or region", name.text),
        std::move(help));
  return false;
}

const Places* Vocabulary::region(RegionEntry& entry) {
  if (entry.progress == Progress::done) return &entry.places;
  if (entry.progress == Progress::under_way) {
    error(Code::E0213, entry.declared->name.span,
          fmt::format("the region `{}` contains itself", entry.declared->name.text),
          "take it out of the list of one of the regions it consists of");
    return nullptr;
  }
  if (region_depth_ >= limits::kNestingDepthMax) {
    if (!std::exchange(region_depth_told_, true)) {
      error(Code::E0901, entry.declared->name.span,
            fmt::format("regions lie in each other more than {} deep", limits::kNestingDepthMax),
            "list the places of the inner ones in one region");
    }
    return nullptr;
  }
  entry.progress = Progress::under_way;
  Places places;
  ++region_depth_;
  for (const ast::RegionMember& member : entry.declared->members) add_member(member, places);
  --region_depth_;
  std::sort(places.areas.begin(), places.areas.end());
  places.areas.erase(std::unique(places.areas.begin(), places.areas.end()), places.areas.end());
  entry.places = std::move(places);
  entry.progress = Progress::done;
  return &entry.places;
}

void Vocabulary::add_member(const ast::RegionMember& member, Places& places) {
  using MemberKind = ast::RegionMember::Kind;
  if (member.kind == MemberKind::name) {
    add_place(member.name, places);
    return;
  }
  if (member.kind != MemberKind::circle) {
    if (std::optional<Area> area = drawings_.area(member)) {
      places.areas.push_back(add_area(*std::move(area)));
    }
    return;
  }
  LatLon centre{static_cast<double>(member.lat.millionths) / kMillionthsPerDegree,
                static_cast<double>(member.lon.millionths) / kMillionthsPerDegree};
  if (Status valid = check_position(centre); !valid) {
    bool lat_wrong = std::abs(centre.lat) > 90;
    const ast::Number& wrong = lat_wrong ? member.lat : member.lon;
    error(Code::E0214, wrong.span,
          fmt::format("{} `{}` is not on Earth", lat_wrong ? "the latitude" : "the longitude",
                      print_millionths(wrong.millionths)),
          valid.error().help);
    return;
  }
  std::optional<double> radius_m = reach_metres(member.length);
  if (!radius_m) {
    error(Code::E0214, member.length.span,
          fmt::format("`{}` is not a radius", print(member.length)),
          "a radius is a length above zero, in m, km or nmi");
    return;
  }
  places.areas.push_back(add_area(Area::circle(centre.lat, centre.lon, *radius_m)));
}

std::optional<Places> Vocabulary::places(const std::vector<ast::Value>& values) {
  Places places;
  bool all = true;
  for (const ast::Value& value : expand_sets(values)) {
    bool named = value.kind == ast::Value::Kind::name || value.kind == ast::Value::Kind::text;
    if (named) {
      all &= add_place({value.text, value.span}, places);
    } else {
      error(Code::E0205, value.span, fmt::format("`{}` is not a place", print(value)),
            place_of_code(value.text));
      all = false;
    }
  }
  std::sort(places.areas.begin(), places.areas.end());
  places.areas.erase(std::unique(places.areas.begin(), places.areas.end()), places.areas.end());
  if (!all) return std::nullopt;
  return places;
}

std::optional<CountrySet> Vocabulary::countries(const std::vector<ast::Value>& values,
                                                std::string_view what) {
  for (const ast::Value& value : values) {
    if (value.kind != ast::Value::Kind::plmn) continue;
    error(
        Code::E0205, value.span, fmt::format("`{}` is the code of one network", value.text),
        fmt::format("write `plmn = {}`; `network in` asks for the network's country", value.text));
    return std::nullopt;
  }
  std::optional<Places> found = places(values);
  if (!found) return std::nullopt;
  if (found->areas.empty()) return found->countries;
  error(Code::E0205, values.front().span,
        fmt::format("{} has a country, but no place within it", what),
        "use whole countries here; `region in` asks for subdivisions and drawn regions");
  return std::nullopt;
}

std::int64_t Vocabulary::text_symbol(AttributeIndex index, const std::string& text) {
  auto& values = attributes_[index].values;
  auto next = static_cast<std::int64_t>(values.size());
  auto [at, added] = text_symbols_.emplace(symbol_key(index, text), next);
  if (added) values.push_back(text);
  return at->second;
}

std::optional<std::int64_t> Vocabulary::choice_symbol(AttributeIndex index,
                                                      const std::string& value) {
  auto [known, fresh] = choice_symbols_.try_emplace(index);
  if (fresh) {
    const std::vector<std::string>& values = attributes_[index].values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      known->second.emplace(values[i], static_cast<std::int64_t>(i));
    }
  }
  auto at = known->second.find(value);
  return at == known->second.end() ? std::nullopt : std::optional(at->second);
}

void Vocabulary::unknown_attribute(const ast::Simple& use, const std::string& hint) {
  UnknownUse& seen =
      unknown_.emplace(use.name.text, UnknownUse{use.subject_span, {}, {}}).first->second;
  for (const ast::Value& value : use.values) {
    seen.flag = false;
    if (value.kind == ast::Value::Kind::amount) {
      seen.number = true;
      if (seen.unit.empty()) seen.unit = value.unit;
      continue;
    }
    std::string text = print(value);
    if (std::find(seen.values.begin(), seen.values.end(), text) == seen.values.end()) {
      seen.values.push_back(std::move(text));
    }
  }
  if (seen.hint.empty()) seen.hint = hint;
  if (std::string set = set_asked(use); !set.empty() && seen.hint.empty()) {
    seen.hint = fmt::format("a set is asked with `has`: `{} has {}`", print_name(set),
                            print_name(use.name.text));
    seen.reversed = true;
  }
  seen.set |= use.relation == ast::Relation::has || use.relation == ast::Relation::has_any ||
              use.relation == ast::Relation::has_all || use.relation == ast::Relation::has_none;
}

// `pilot in tag`: the set that stands where the value should.
std::string Vocabulary::set_asked(const ast::Simple& use) const {
  using enum ast::Relation;
  bool asks = use.relation == in || use.relation == not_in || use.relation == equal ||
              use.relation == not_equal;
  if (!asks || use.values.size() != 1) return {};
  for (const Attribute& attribute : attributes_) {
    bool set = attribute.type == AttributeType::set_of_text ||
               attribute.type == AttributeType::set_of_choice ||
               attribute.type == AttributeType::set_of_country;
    if (set && attribute.name == use.values[0].text) return attribute.name;
  }
  return {};
}

// `type = meter or tracker`: the last word is no condition, but another value.
std::string Vocabulary::value_help(const std::string& name) const {
  for (const Attribute& attribute : attributes_) {
    if (attribute.type != AttributeType::choice) continue;
    auto value = std::find(attribute.values.begin(), attribute.values.end(), name);
    if (value == attribute.values.end()) continue;
    const std::string& other =
        attribute.values[value == attribute.values.begin() ? attribute.values.size() - 1 : 0];
    return fmt::format("it is a value of `{0}`: one of several reads `{0} in {1}, {2}`",
                       print_name(attribute.name), print_name(other), print_name(name));
  }
  if (profile_names_.contains(name)) {
    return fmt::format("it is a profile: one of several reads `profile in {}, ...`",
                       print_name(name));
  }
  return {};
}

void Vocabulary::report_unknown(const std::string& name, const UnknownUse& use) {
  std::string declaration = "flag";
  if (use.set) {
    declaration = "set of text";
  } else if (use.number) {
    declaration = use.unit.empty() ? "number" : "number in " + use.unit;
  } else if (!use.values.empty()) {
    declaration = fmt::format("{}", fmt::join(use.values, " | "));
  }
  std::string help = fmt::format("declare it: `attribute {} : {}`", print_name(name), declaration);
  if (!use.values.empty() && !use.set && use.values.size() == 1) help += ", with all its values";
  std::vector<std::string_view> known = names_of(Kind::attribute);
  known.insert(known.end(), std::begin(kSubjects), std::end(kSubjects));
  std::string_view near = nearest_spelling(name, known);
  if (!near.empty()) help = fmt::format("did you mean `{}`? if not, {}", near, help);
  std::string_view ours = in_our_words(name);
  if (!ours.empty()) help = fmt::format("{}; if you mean something else, {}", ours, help);
  if (use.flag || use.reversed) {
    std::string value = use.hint.empty() ? value_help(name) : use.hint;
    if (!value.empty()) help = std::move(value);
  }
  error(Code::E0201, use.span, fmt::format("`{}` is not declared", name), std::move(help));
}

void Vocabulary::finish() {
  for (const auto& [name, use] : unknown_) {
    if (!missing_.attributes && !is_forgiven(name)) report_unknown(name, use);
  }
  for (RegionEntry& entry : regions_) region(entry);  // mistakes in unused regions count as well
  // With errors about, a use may hide in what could not be read.
  if (diagnostics_.has_errors()) return;
  auto note_unused = [&](const auto& names) {
    for (const auto& [name, entry] : names) {
      if (entry.used || !entry.span || entry.kind == Kind::profile) continue;
      error(Code::N0220, *entry.span, fmt::format("`{}` is declared but never used", name));
    }
  };
  note_unused(attribute_names_);
  note_unused(region_names_);
}

}  // namespace sojourn::lang
