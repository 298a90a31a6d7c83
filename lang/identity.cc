#include "lang/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "lang/print.h"

namespace sojourn::lang {
namespace {

std::string period_text(const Period& period) {
  constexpr std::string_view kUnits[] = {"ms", "d", "w", "mo", "y"};
  return fmt::format("{}{}", period.count, kUnits[static_cast<std::size_t>(period.unit)]);
}

std::string scope_text(const Scope& scope) {
  std::string text;
  if (scope.same_network) text += " same-network";
  if (scope.per_imei) text += " per-imei";
  if (scope.per_profile) text += " per-profile";
  return text;
}

std::string event_text(const EventQuestion& event) {
  switch (event.kind) {
    case EventKind::switches:
      return "switches";
    case EventKind::commanded_switches:
      return "commanded-switches";
    case EventKind::rejected:
      return fmt::format("rejected({})", fmt::join(event.causes, "+"));
    case EventKind::alert:
      return "alert" + print_text(event.name);
    case EventKind::named:
      return "event" + print_text(event.name);
  }
  return "";
}

}  // namespace

std::string area_identity(const Area& area) {
  switch (area.kind) {
    case Area::Kind::subdivision:
      return "area " + area.name;
    case Area::Kind::circle:
      return fmt::format("area circle({:.7f},{:.7f},{:.3f}m)", area.centre.lat, area.centre.lon,
                         area.radius_m);
    case Area::Kind::polygon:
    case Area::Kind::corridor:
      break;
  }
  std::string content = fmt::format("{:.3f}", area.radius_m);
  for (const auto& part : area.parts) {
    content += '[';
    for (const Area::Ring& ring : part) {
      content += '(';
      for (LatLon at : ring) content += fmt::format("{:.7f},{:.7f};", at.lat, at.lon);
    }
  }
  return fmt::format("area {} {}", area.kind == Area::Kind::polygon ? "polygon" : "corridor",
                     to_hex(sha256(as_bytes(content))));
}

std::string Canon::attribute(const Attribute& attribute) {
  std::string text = "attribute " + print_name(attribute.name);
  if (!attribute.unit.empty()) text += " in " + attribute.unit;
  if (attribute.valid) text += fmt::format(" valid {}ms", attribute.valid->ms);
  return text;
}

std::string Canon::symbol(const Feature& feature, std::int64_t symbol) {
  if (symbol == kNoSymbol) return "none";
  if (symbol == kOtherSymbol) return "other";
  switch (feature.kind) {
    case FeatureKind::network:
      return to_text(unpack_plmn(static_cast<std::uint32_t>(symbol)));
    case FeatureKind::profile:
    case FeatureKind::fallback:
      return print_name(table_.profiles[static_cast<std::size_t>(symbol)].name);
    case FeatureKind::rat:
      return std::string(name_of(static_cast<Rat>(symbol)));
    case FeatureKind::attribute_choice:
    case FeatureKind::attribute_has: {
      const Attribute& attribute = table_.attributes[feature.subject];
      bool countries = attribute.type == AttributeType::set_of_country;
      if (countries) return std::string(code_of(Country{static_cast<std::uint8_t>(symbol)}));
      return print_name(attribute.values[static_cast<std::size_t>(symbol)]);
    }
    default:
      return fmt::format("{}", symbol);
  }
}

std::string Canon::temporal(const Feature& f) {
  std::string inner = condition(f.inner);
  std::string zone = f.zone.empty() ? table_.settings.zone : f.zone;
  std::string scope = scope_text(f.scope);
  switch (f.kind) {
    case FeatureKind::held:
      return fmt::format("held{{{}}}{}", inner, scope);
    case FeatureKind::recency:
      if (f.window.count == 0) return fmt::format("recency{{{}}}{}", inner, scope);
      return fmt::format("recency{{{}}}{} within {} {}", inner, scope, period_text(f.window), zone);
    case FeatureKind::consecutive_days:
      return fmt::format("consecutive{{{}}}{} gap {} {}", inner, scope, f.gap_days, zone);
    case FeatureKind::window_count:
      return fmt::format("count{{{}}}{} of {} within {} {}", inner, scope,
                         period_text({1, f.bucket}), period_text(f.window), zone);
    case FeatureKind::calendar_count:
      return fmt::format("count{{{}}}{} in calendar {} {}", inner, scope, period_text(f.window),
                         zone);
    case FeatureKind::held_share:
      return fmt::format("share{{{}}}{} of {}", inner, scope, period_text(f.window));
    case FeatureKind::on_a_network:
      return fmt::format("on a network{{{}}} {}", inner, zone);
    default:
      return fmt::format("day-share{{{}}}{} of {} {}", inner, scope, period_text(f.window), zone);
  }
}

std::string Canon::feature(const Feature& f) {
  std::string text = unsupposed(f);
  if (f.ahead_days != 0) text += fmt::format(" ahead {}d", f.ahead_days);
  if (!f.candidate) return text;
  bool declared = *f.candidate < table_.profiles.size();
  return text + " with " +
         (declared ? print_name(table_.profiles[*f.candidate].name) : "an undeclared profile");
}

std::string Canon::rollout(const Rule& rule) {
  return "released by " + (rule.name.empty() ? digest(rule) : print_name(rule.name));
}

std::string Canon::digest(const Rule& rule) {
  return to_hex(sha256(as_bytes(condition(rule.affected) + " " + action(rule.action))));
}

std::string Canon::digest(const Ban& one) { return to_hex(sha256(as_bytes(ban(one)))); }

// The conditions say it all: zone, dates and notice are in them. Candidates by name, for their
// order is only that of their declarations.
std::string Canon::ban(const Ban& ban) {
  std::vector<std::string> lines;
  for (std::size_t candidate = 0; candidate < ban.bites.size(); ++candidate) {
    std::string name = candidate < table_.profiles.size()
                           ? print_name(table_.profiles[candidate].name)
                           : "an undeclared profile";
    lines.push_back(fmt::format("\n  {} bites {}", name, condition(ban.bites[candidate])));
    lines.push_back(fmt::format("\n  {} violates {}", name, condition(ban.violated[candidate])));
  }
  std::sort(lines.begin(), lines.end());
  std::string text = ban.forbids_change ? "forbid change" : "ban";
  if (ban.in_doubt_counts) text += " in doubt";
  for (const std::string& line : lines) text += line;
  if (ban.remedy) text += "\n  remedy " + action(*ban.remedy);
  return text + fmt::format("\n  assuming {}ms", ban.assuming.ms);
}

std::string Canon::unsupposed(const Feature& f) {
  std::string zone = f.zone.empty() ? table_.settings.zone : f.zone;
  switch (f.kind) {
    case FeatureKind::country:
      return "country";
    case FeatureKind::network:
      return "network";
    case FeatureKind::profile:
      return "profile";
    case FeatureKind::fallback:
      return "fallback";
    case FeatureKind::rat:
      return "rat";
    case FeatureKind::attribute_choice:
    case FeatureKind::attribute_country:
    case FeatureKind::attribute_flag:
    case FeatureKind::attribute_number:
      return attribute(table_.attributes[f.subject]);
    case FeatureKind::attribute_has:
      return attribute(table_.attributes[f.subject]) + " has " + symbol(f, f.symbol);
    case FeatureKind::area:
      return area_identity(table_.areas[f.subject]);
    case FeatureKind::roaming:
      return f.countries.empty() ? "roaming" : "roaming in " + f.countries.text();
    case FeatureKind::breakout:
      return "breakout in " + f.countries.text();
    // These two are also made by `obtainable` (engine/graph/rule_table.cc), with the same texts.
    case FeatureKind::installed:
      return "installed " + table_.profiles[f.subject].name;
    case FeatureKind::quarantined:
      return "quarantined " + table_.profiles[f.subject].name;
    case FeatureKind::no_service:
      return "no service";
    case FeatureKind::in_flight:
      return "in flight";
    case FeatureKind::local_time:
      return fmt::format("local time {}ms to {}ms", f.from_ms, f.until_ms);
    case FeatureKind::date:
      return "date " + zone;
    case FeatureKind::since:
      return fmt::format("since {} {}{} {}", period_text(f.window), event_text(f.event),
                         scope_text(f.scope), f.window.unit == TimeUnit::millisecond ? "" : zone);
    case FeatureKind::speed:
      return "speed";
    case FeatureKind::accuracy:
      return "accuracy";
    case FeatureKind::border_distance:
      return "border distance";
    case FeatureKind::silent:
      return "silent";
    case FeatureKind::event_count:
      if (f.window.unit == TimeUnit::millisecond) zone.clear();
      return fmt::format("events {}{} within {}{}{}", event_text(f.event), scope_text(f.scope),
                         period_text(f.window), zone.empty() ? "" : " ", zone);
    case FeatureKind::data_sum:
      return fmt::format("data in {}{} within {} {}", f.countries.text(), scope_text(f.scope),
                         period_text(f.window), zone);
    case FeatureKind::fleet_count:
      return "devices with the same " + attribute(table_.attributes[f.subject]);
    case FeatureKind::released:
      return f.identity;  // of `rollout`: only the lowering knows the rule by then
    case FeatureKind::data_balance:
      return fmt::format("data in {} minus {}{} within {} {}", f.countries.text(),
                         f.other_countries.text(), scope_text(f.scope), period_text(f.window),
                         zone);
    default:
      return temporal(f);
  }
}

Question Canon::question(const Test& test) {
  const Feature& feature = table_.features[test.feature];
  Question asked;
  asked.about = feature.identity;
  switch (test.kind) {
    case Test::Kind::holds:
      break;
    case Test::Kind::at_least: {
      bool counts = domain_of(feature.kind) == ValueDomain::count;
      asked.kind = counts ? Question::Kind::count : Question::Kind::number;
      asked.threshold = test.threshold;
      if (!counts) asked.cuts = {test.threshold};
      break;
    }
    case Test::Kind::one_of:
      asked.kind = Question::Kind::names;
      for (std::int64_t s : test.symbols) asked.names.push_back(symbol(feature, s));
      std::sort(asked.names.begin(), asked.names.end());
      break;
    case Test::Kind::in_countries:
      // Of a network that may be in several, each set of countries is a question of its own.
      if (feature.kind == FeatureKind::network) {
        asked.about = fmt::format("{} in {}", feature.identity, test.countries.text());
        break;
      }
      asked.kind = feature.kind == FeatureKind::attribute_country ? Question::Kind::countries
                                                                  : Question::Kind::claims;
      for (Country member : test.countries.members()) {
        asked.names.push_back(std::string(code_of(member)));
      }
      std::sort(asked.names.begin(), asked.names.end());
      break;
    case Test::Kind::known:
      asked.about = fmt::format("known({})", feature.identity);
      break;
  }
  return asked;
}

Wording Canon::wording(ConditionIndex index) {
  const ConditionNode& node = table_.conditions.node(index);
  switch (node.op) {
    case ConditionOp::always:
      return Wording::always();
    case ConditionOp::never:
      return Wording::never();
    case ConditionOp::test:
      return Wording::of(question(table_.conditions.test_of(node)));
    case ConditionOp::negation:
      return wording(table_.conditions.child(node, 0)).negated();
    case ConditionOp::conjunction:
    case ConditionOp::disjunction:
      break;
  }
  std::vector<Wording> parts;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    parts.push_back(wording(table_.conditions.child(node, i)));
  }
  return node.op == ConditionOp::conjunction ? Wording::all_of(std::move(parts))
                                             : Wording::any_of(std::move(parts));
}

const std::string& Canon::condition(ConditionIndex index) {
  if (texts_.size() < table_.conditions.size()) texts_.resize(table_.conditions.size());
  if (texts_[index].empty()) texts_[index] = wording(index).text();
  return texts_[index];
}

std::string Canon::action(const Action& a) {
  auto profile = [&](ProfileIndex index) { return print_name(table_.profiles[index].name); };
  auto sorted_texts = [](std::vector<std::string> texts) {
    for (std::string& text : texts) text = print_text(text);
    std::sort(texts.begin(), texts.end());
    return fmt::format("{}", fmt::join(texts, ","));
  };
  std::string text = a.kind == Action::Kind::keep ? "keep" : "";
  for (const Alternative& alternative : a.alternatives) {
    text += fmt::format("{}{}|", profile(alternative.profile),
                        alternative.if_installed ? " if installed" : "");
  }
  for (ProfileIndex index : a.preload) text += "; preload " + profile(index);
  for (ProfileIndex index : a.remove) text += "; delete " + profile(index);
  if (a.fallback) text += "; fallback " + profile(*a.fallback);
  if (a.hold.ms != 0) text += fmt::format("; hold {}ms", a.hold.ms);
  if (a.approval) text += "; approval";
  if (a.requires_condition != ConditionTable::kAlways) {
    text += "; requires " + condition(a.requires_condition);
  }
  if (a.window_ms) text += fmt::format("; window {} {}", a.window_ms->first, a.window_ms->second);
  if (a.rollout) {
    text += fmt::format("; rollout {} each {}ms", fmt::join(a.rollout->stages, ","),
                        a.rollout->each.ms);
  }
  if (!a.alerts.empty()) text += "; alerts " + sorted_texts(a.alerts);
  if (!a.tasks.empty()) text += "; tasks " + sorted_texts(a.tasks);
  return text;
}

std::vector<std::string> Canon::declarations() {
  std::vector<std::string> lines;
  for (const DisputedView& view : table_.settings.views) {
    lines.push_back("view disputed " + view.text());
  }
  for (const Profile& profile : table_.profiles) {
    std::vector<std::string> plmns, prefixes = profile.iccid_prefixes;
    for (const Plmn& plmn : profile.plmns) plmns.push_back(to_text(plmn));
    std::sort(plmns.begin(), plmns.end());
    std::sort(prefixes.begin(), prefixes.end());
    lines.push_back(
        fmt::format("profile {} home {} iccid {} plmn {} download {} breakout {} cost {}",
                    print_name(profile.name), profile.home.text(), fmt::join(prefixes, ","),
                    fmt::join(plmns, ","), print_text(profile.download), profile.breakout.text(),
                    profile.cost));
  }
  return lines;
}

// Where one of two bans has another remedy, the first of them that is violated has the word.
std::vector<std::string> Canon::bans() {
  std::vector<std::string> lines, remedied;
  bool remedies_differ = false;
  const Action* remedy = nullptr;
  for (const Ban& one : table_.bans) {
    lines.push_back(ban(one));
    if (!one.remedy) continue;
    remedies_differ = remedies_differ || (remedy && action(*remedy) != action(*one.remedy));
    remedy = &*one.remedy;
    remedied.push_back(lines.back());
  }
  if (remedies_differ) {
    lines.push_back(fmt::format("remedies in this order [{}]", fmt::join(remedied, "] [")));
  }
  return lines;
}

std::vector<std::string> Canon::guards(const std::vector<std::string>& rules) {
  std::vector<std::string> lines;
  for (const Guard& guard : table_.guards) {
    std::vector<std::string> except;
    for (std::uint32_t rule : guard.except_rules) except.push_back(rules[rule]);
    std::sort(except.begin(), except.end());
    lines.push_back(fmt::format(
        "guard {} {} {} within {}ms except {}[{}]", static_cast<int>(guard.kind), guard.most,
        guard.least, guard.window.ms, guard.except_bans ? "bans " : "", fmt::join(except, "] [")));
  }
  return lines;
}

// By rule: does anything but its action and its condition tell it from others?
std::vector<bool> Canon::rules_spoken_of() const {
  std::vector<bool> is_spoken_of(table_.rules.size(), false);
  for (std::size_t i = 0; i < table_.rules.size(); ++i) {
    const Rule& rule = table_.rules[i];
    if (rule.action.rollout || !rule.overrides.empty()) is_spoken_of[i] = true;
    for (std::uint32_t other : rule.overrides) is_spoken_of[other] = true;
  }
  for (const Guard& guard : table_.guards) {
    for (std::uint32_t rule : guard.except_rules) is_spoken_of[rule] = true;
  }
  return is_spoken_of;
}

// Rules that ask for the same are one rule, where no other line speaks of them: all of them, or in
// a `first-match` policy those that follow each other.
std::vector<std::string> Canon::rules_in_one_wording(const std::vector<std::string>& rules,
                                                     const std::vector<bool>& is_spoken_of) {
  std::vector<std::string> lines;
  std::map<std::string, std::vector<ConditionIndex>> by_action;
  auto add_lines = [&] {
    for (const auto& [what, conditions] : by_action) {
      std::vector<Wording> any;
      for (ConditionIndex one : conditions) any.push_back(wording(one));
      lines.push_back(fmt::format("when {} then {}", Wording::any_of(std::move(any)).text(), what));
    }
    by_action.clear();
  };
  for (std::size_t i = 0; i < rules.size(); ++i) {
    std::string what = is_spoken_of[i] ? "" : action(table_.rules[i].action);
    bool follows = table_.settings.first_match && !by_action.contains(what);
    if (follows || (table_.settings.first_match && is_spoken_of[i])) add_lines();
    if (is_spoken_of[i]) {
      lines.push_back(rules[i]);
    } else {
      by_action[what].push_back(table_.rules[i].condition);
    }
  }
  add_lines();
  return lines;
}

Sha256Digest Canon::meaning() {
  const Settings& settings = table_.settings;
  std::string text = fmt::format("sojourn meaning 3\nzone {}\nsettle {}\ncarry {}\nlead {}\n{}\n",
                                 settings.zone, settings.settle.ms, settings.carry.ms,
                                 settings.lead.ms, settings.first_match ? "first-match" : "");
  auto add_in_any_order = [&](std::vector<std::string> lines) {
    std::sort(lines.begin(), lines.end());
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    for (const std::string& line : lines) text.append(line).append("\n");
  };
  std::vector<bool> is_spoken_of = rules_spoken_of();
  std::vector<std::string> rules(table_.rules.size());  // those that are
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Rule& rule = table_.rules[i];
    if (!is_spoken_of[i]) continue;
    rules[i] = fmt::format("when {} then {}", condition(rule.condition), action(rule.action));
  }
  add_in_any_order(declarations());
  std::vector<std::string> lines = rules_in_one_wording(rules, is_spoken_of);
  // The order of rules decides only where the policy says so.
  if (settings.first_match) {
    for (const std::string& line : lines) text.append(line).append("\n");
  } else {
    for (std::size_t i = 0; i < rules.size(); ++i) {
      for (std::uint32_t other : table_.rules[i].overrides) {
        lines.push_back(fmt::format("override [{}] [{}]", rules[i], rules[other]));
      }
    }
    add_in_any_order(std::move(lines));
  }
  add_in_any_order(bans());
  add_in_any_order(guards(rules));
  text += "otherwise " + action(table_.otherwise);
  return sha256(as_bytes(text));
}

}  // namespace sojourn::lang
