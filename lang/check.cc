// Declarations and rules. Conditions are check_condition.cc's and check_time.cc's, actions
// check_action.cc's, bans and guards check_laws.cc's.
#include "lang/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "engine/base/calendar.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/action_checker.h"
#include "lang/condition_checker.h"
#include "lang/law_checker.h"
#include "lang/print.h"
#include "lang/rule_text.h"
#include "lang/units.h"
#include "lang/vocabulary.h"
#include "lang/zone_names.h"

namespace sojourn::lang {
namespace {

class Checker {
 public:
  Checker(const ast::File& file, const Library& library, const LoadRequest& request,
          const SourceMap& sources, NamedFiles& files, DiagnosticList& diagnostics)
      : file_(file),
        sources_(sources),
        diagnostics_(diagnostics),
        drawings_(request, sources, files, diagnostics),
        vocabulary_(*request.gazetteer, drawings_, diagnostics),
        conditions_(vocabulary_, diagnostics),
        actions_(vocabulary_, conditions_, diagnostics),
        laws_(conditions_, actions_, sources, diagnostics) {
    for (const BrokenName& broken : library.broken_names()) vocabulary_.forgive(broken.name);
    vocabulary_.forgive(library.missing());
    rules_missing_ = library.missing().rules;
    vocabulary_.add_inventory(library.inventory());
  }

  CheckedPolicy run() {
    declare_all();
    for (const auto& declaration : file_.declarations) {
      if (const auto* rule = std::get_if<ast::Rule>(&declaration)) add_rule(*rule);
      if (const auto* define = std::get_if<ast::Define>(&declaration)) {
        conditions_.check(define->condition, "");  // mistakes in unused definitions count as well
      }
      if (const auto* otherwise = std::get_if<ast::Otherwise>(&declaration)) add(*otherwise);
      if (const auto* ban = std::get_if<ast::Ban>(&declaration)) laws_.add(*ban);
      if (const auto* promise = std::get_if<ast::Assertion>(&declaration)) laws_.add(*promise);
      if (const auto* test = std::get_if<ast::Test>(&declaration)) use_names_of(*test);
    }
    for (const auto& declaration : file_.declarations) {
      const auto* guard = std::get_if<ast::Guard>(&declaration);
      if (guard != nullptr)
        laws_.add(*guard, [&](const ast::Name& name) { return rule_named(name); });
    }
    laws_.finish(policy_);
    resolve_overrides();
    finish_otherwise();
    vocabulary_.finish();
    policy_.attributes = vocabulary_.take_attributes();
    policy_.profiles = vocabulary_.take_profiles();
    policy_.areas = vocabulary_.take_areas();
    if (!diagnostics_.has_errors() && !rules_missing_) {
      check_event_names(conditions_.asked_events(), file_, policy_, diagnostics_);
    }
    check_limits();
    return std::move(policy_);
  }

 private:
  void error(Code code, Span span, std::string message, std::string help = {}) {
    diagnostics_.add(make_diagnostic(code, span, std::move(message), std::move(help)));
  }

  // --- declarations ---
  void declare_all() {
    const ast::Policy* header = nullptr;
    for (const auto& declaration : file_.declarations) {
      if (const auto* policy = std::get_if<ast::Policy>(&declaration)) {
        if (header != nullptr) {
          error(Code::E0207, policy->name.span, "a file has one `policy`", "leave this one out");
          continue;
        }
        header = policy;
        settings(*policy);
      } else if (const auto* attribute = std::get_if<ast::Attribute>(&declaration)) {
        vocabulary_.declare(*attribute);
      } else if (const auto* profile = std::get_if<ast::Profile>(&declaration)) {
        vocabulary_.declare(*profile);
        enter_iccids(*profile);
      } else if (const auto* region = std::get_if<ast::Region>(&declaration)) {
        vocabulary_.declare(*region);
      } else if (const auto* set = std::get_if<ast::Set>(&declaration)) {
        vocabulary_.declare(*set);
      } else if (const auto* define = std::get_if<ast::Define>(&declaration)) {
        vocabulary_.declare(*define);
      }
    }
  }

  // Which of two profiles a card's ICCID belongs to must not hang on which was declared first.
  void enter_iccids(const ast::Profile& profile) {
    for (const ast::Name& prefix : profile.iccid_prefixes) {
      std::string digits = prefix.text;
      bool whole = !digits.ends_with('*');
      if (whole && digits.size() < 18) continue;  // is no ICCID, and told so
      if (!whole) digits.pop_back();
      auto [other, added] = iccids_.try_emplace(digits, profile.name.text, prefix.span);
      if (added || other->second.first == profile.name.text) continue;
      Diagnostic d =
          make_diagnostic(Code::E0207, prefix.span,
                          fmt::format("the profiles `{}` and `{}` have the same ICCIDs",
                                      other->second.first, profile.name.text),
                          "give one of them more digits: of two beginnings the longer one holds");
      d.labels.push_back({other->second.second, "the first one"});
      diagnostics_.add(std::move(d));
    }
  }

  void settings(const ast::Policy& header) {
    Settings& settings = policy_.settings;
    settings.name = header.name.text;
    settings.first_match = header.first_match;
    if (header.version) settings.version = header.version->text;
    if (header.owner) settings.owner = header.owner->text;
    if (header.zone && is_zone(*header.zone, diagnostics_)) settings.zone = header.zone->text;
    set_duration(header.settle, "settle", settings.settle);
    set_duration(header.carry, "carry", settings.carry);
    set_duration(header.lead, "lead", settings.lead);
    for (const ast::View& view : header.views) add(view);
  }

  void add(const ast::View& written) {
    std::optional<DisputedView> view = vocabulary_.view(written);
    if (!view) return;
    std::vector<DisputedView>& views = policy_.settings.views;
    bool again = std::any_of(views.begin(), views.end(), [&](const DisputedView& other) {
      return other.claimants == view->claimants;
    });
    if (again) {
      return error(Code::E0207, written.claim.span,
                   fmt::format("`{}` is seen in two ways", written.claim.text),
                   "leave one of the views out");
    }
    views.push_back(*view);
  }

  void set_duration(const std::optional<ast::TimeLength>& written, std::string_view name,
                    Duration& setting) {
    if (!written) return;
    if (std::optional<Duration> period = elapsed(*written)) {
      setting = *period;
    } else {
      error(Code::E0210, written->span, fmt::format("`{}` needs a length of elapsed time", name),
            "months and years differ in length; write days or hours");
    }
  }

  // --- rules ---
  void add_rule(const ast::Rule& written) {
    CheckedRule checked;
    checked.span = written.span;
    checked.name_span = written.name ? written.name->span
                                     : Span{written.span.source, written.span.begin,
                                            written.span.begin + 4};  // `when` or `rule`
    Rule& rule = checked.rule;
    if (written.name) rule.name = written.name->text;
    if (written.text) rule.text = written.text->text;
    Location at = sources_.location(written.span);
    rule.origin = {std::string(at.path), at.line};
    rule.source = rule_text(written);
    std::string zone;
    if (written.zone && is_zone(*written.zone, diagnostics_)) zone = written.zone->text;
    std::optional<CheckedCondition> condition = conditions_.check(written.condition, zone);
    checked.condition = condition ? *std::move(condition) : CheckedCondition::always();
    checked.action = actions_.check(written.actions, written.span, zone);
    enter_rule_name(written);
    written_rules_.push_back(&written);
    policy_.rules.push_back(std::move(checked));
  }

  void enter_rule_name(const ast::Rule& written) {
    if (!written.name) return;
    auto index = static_cast<std::uint32_t>(policy_.rules.size());
    auto [at, added] = rule_names_.emplace(written.name->text, index);
    if (added) return;
    Diagnostic d = make_diagnostic(Code::E0207, written.name->span,
                                   fmt::format("two rules are called `{}`", written.name->text),
                                   "give one of them another name, or none");
    d.labels.push_back({policy_.rules[at->second].name_span, "the first one"});
    diagnostics_.add(std::move(d));
  }

  void resolve_overrides() {
    for (std::size_t i = 0; i < written_rules_.size(); ++i) {
      for (const ast::Name& name : written_rules_[i]->overrides) override_one(i, name);
    }
    report_circles();
  }

  // The index of a rule; reports a name that is none.
  std::optional<std::uint32_t> rule_named(const ast::Name& name) {
    auto found = rule_names_.find(name.text);
    if (found != rule_names_.end()) return found->second;
    if (rules_missing_ || vocabulary_.is_forgiven(name.text)) return std::nullopt;
    std::vector<std::string_view> names;
    for (const auto& [known, index] : rule_names_) names.push_back(known);
    std::string_view near = nearest_spelling(name.text, names);
    error(Code::E0211, name.span, fmt::format("there is no rule `{}`", name.text),
          near.empty() ? "rules of this policy are named here; give the other rule a name"
                       : fmt::format("did you mean `{}`?", near));
    return std::nullopt;
  }

  void override_one(std::size_t by, const ast::Name& name) {
    if (policy_.settings.first_match) {
      error(Code::E0322, name.span, "`overrides` has no meaning in a `first-match` policy",
            "order decides there: move the rule further up");
      return;
    }
    std::optional<std::uint32_t> found = rule_named(name);
    if (!found) return;
    auto& overrides = policy_.rules[by].rule.overrides;
    if (std::find(overrides.begin(), overrides.end(), *found) == overrides.end()) {
      overrides.push_back(*found);
    }
  }

  // A depth-first walk with an explicit stack; reports the first circle it closes, and each later
  // one that shares no rule with it.
  void report_circles() {
    enum class Mark : std::uint8_t { fresh, open, done };
    std::vector<Mark> marks(policy_.rules.size(), Mark::fresh);
    struct Step {
      std::uint32_t rule;
      std::size_t next;
    };
    for (std::uint32_t start = 0; start < policy_.rules.size(); ++start) {
      if (marks[start] != Mark::fresh) continue;
      std::vector<Step> path = {{start, 0}};
      marks[start] = Mark::open;
      while (!path.empty()) {
        Step& step = path.back();
        const auto& overrides = policy_.rules[step.rule].rule.overrides;
        if (step.next == overrides.size()) {
          marks[step.rule] = Mark::done;
          path.pop_back();
          continue;
        }
        std::uint32_t to = overrides[step.next++];
        if (marks[to] == Mark::open) {
          std::vector<std::uint32_t> circle;
          auto from =
              std::find_if(path.begin(), path.end(), [&](const Step& s) { return s.rule == to; });
          for (; from != path.end(); ++from) circle.push_back(from->rule);
          report_circle(circle);
        } else if (marks[to] == Mark::fresh) {
          marks[to] = Mark::open;
          path.push_back({to, 0});
        }
      }
    }
  }

  void report_circle(const std::vector<std::uint32_t>& circle) {
    std::string names;
    for (std::uint32_t rule : circle) {
      names += fmt::format("`{}` overrides ", policy_.rules[rule].rule.label());
    }
    names += fmt::format("`{}`", policy_.rules[circle.front()].rule.label());
    error(Code::E0320, policy_.rules[circle.front()].name_span,
          circle.size() == 1 ? "a rule overrides itself" : "rules override each other in a circle",
          names + "; take one of them out");
  }

  void add(const ast::Otherwise& written) {
    if (policy_.otherwise_written) {
      error(Code::E0207, written.span, "`otherwise` stands twice", "leave one of them out");
      return;
    }
    policy_.otherwise_written = true;
    policy_.otherwise = actions_.check(written.actions, written.span, "");
    if (policy_.otherwise.action.rollout) {
      error(Code::E0216, written.span, "`otherwise` has no `rollout`",
            "a rollout belongs to a rule; `otherwise` is what the others do");
    }
  }

  void finish_otherwise() {
    Action& otherwise = policy_.otherwise.action;
    if (otherwise.kind == Action::Kind::none) otherwise.kind = Action::Kind::keep;
  }

  // What a test names counts as used; whether it exists, the test's own checks say.
  void use_names_of(const ast::Test& test) {
    for (const ast::TestLine& line : test.lines) {
      for (const ast::TestPart& part : line.parts) {
        if (part.attribute) vocabulary_.attribute(part.key.text);
      }
    }
  }

  void check_limits() {
    auto limit = [&](std::size_t count, std::size_t most, std::string_view what) {
      if (count <= most) return;
      diagnostics_.add(make_diagnostic(
          Code::E0901, fmt::format("the policy has {} {}; {} are allowed", count, what, most),
          "split the policy"));
    };
    limit(policy_.rules.size(), limits::kRulesMax, "rules");
    limit(policy_.profiles.size(), limits::kProfilesMax, "profiles");
    limit(policy_.attributes.size(), limits::kAttributesMax, "attributes");
    limit(policy_.areas.size(), limits::kAreasMax, "areas");
    limit(policy_.bans.size(), limits::kBansMax, "bans");
    limit(policy_.guards.size(), limits::kGuardsMax, "guards");
  }

  const ast::File& file_;
  const SourceMap& sources_;
  DiagnosticList& diagnostics_;
  DrawnRegions drawings_;
  Vocabulary vocabulary_;
  bool rules_missing_ = false;  // some were to come from a file that could not be read
  ConditionChecker conditions_;
  ActionChecker actions_;
  LawChecker laws_;
  CheckedPolicy policy_;
  std::vector<const ast::Rule*> written_rules_;
  std::unordered_map<std::string, std::uint32_t> rule_names_;
  std::unordered_map<std::string, std::pair<std::string, Span>>
      iccids_;  // the first profile with them
};

}  // namespace

CheckedPolicy check(const ast::File& file, const Library& library, const LoadRequest& request,
                    const SourceMap& sources, NamedFiles& files, DiagnosticList& diagnostics) {
  return Checker(file, library, request, sources, files, diagnostics).run();
}

}  // namespace sojourn::lang
