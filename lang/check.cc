// Declarations, rules and actions. Conditions are check_condition.cc's and check_time.cc's.
#include "lang/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "engine/base/calendar.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/condition_checker.h"
#include "lang/print.h"
#include "lang/rule_text.h"
#include "lang/units.h"
#include "lang/vocabulary.h"

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
        conditions_(vocabulary_, diagnostics) {
    for (const BrokenName& broken : library.broken_names()) vocabulary_.forgive(broken.name);
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
      if (const auto* test = std::get_if<ast::Test>(&declaration)) use_names_of(*test);
    }
    resolve_overrides();
    finish_otherwise();
    vocabulary_.finish();
    policy_.attributes = vocabulary_.take_attributes();
    policy_.profiles = vocabulary_.take_profiles();
    policy_.areas = vocabulary_.take_areas();
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
      } else if (const auto* region = std::get_if<ast::Region>(&declaration)) {
        vocabulary_.declare(*region);
      } else if (const auto* set = std::get_if<ast::Set>(&declaration)) {
        vocabulary_.declare(*set);
      } else if (const auto* define = std::get_if<ast::Define>(&declaration)) {
        vocabulary_.declare(*define);
      }
    }
  }

  void settings(const ast::Policy& header) {
    Settings& settings = policy_.settings;
    settings.name = header.name.text;
    settings.first_match = header.first_match;
    if (header.version) settings.version = header.version->text;
    if (header.owner) settings.owner = header.owner->text;
    if (header.zone && check_zone(*header.zone)) settings.zone = header.zone->text;
    set_duration(header.settle, "settle", settings.settle);
    set_duration(header.carry, "carry", settings.carry);
    set_duration(header.lead, "lead", settings.lead);
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

  bool check_zone(const ast::Name& zone) {
    Result<TimeZone> found = TimeZone::find(zone.text);
    if (found) return true;
    error(Code::E0210, zone.span, fmt::format("unknown time zone `{}`", zone.text),
          "time zones are named as in the IANA database, such as `America/Sao_Paulo` or `UTC`");
    return false;
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
    if (written.zone && check_zone(*written.zone)) zone = written.zone->text;
    std::optional<CheckedCondition> condition = conditions_.check(written.condition, zone);
    checked.condition = condition ? *std::move(condition) : CheckedCondition::always();
    checked.action = action(written.actions, written.span, zone);
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
    std::vector<std::string_view> names;
    for (const auto& [name, index] : rule_names_) names.push_back(name);
    for (std::size_t i = 0; i < written_rules_.size(); ++i) {
      for (const ast::Name& name : written_rules_[i]->overrides) override_one(i, name, names);
    }
    report_circles();
  }

  void override_one(std::size_t by, const ast::Name& name,
                    const std::vector<std::string_view>& names) {
    if (policy_.settings.first_match) {
      error(Code::E0322, name.span, "`overrides` has no meaning in a `first-match` policy",
            "order decides there: move the rule further up");
      return;
    }
    auto found = rule_names_.find(name.text);
    if (found == rule_names_.end()) {
      if (vocabulary_.is_forgiven(name.text)) return;
      std::string_view near = nearest_spelling(name.text, names);
      error(Code::E0211, name.span, fmt::format("there is no rule `{}`", name.text),
            near.empty() ? "`overrides` names rules of this policy; give the other rule a name"
                         : fmt::format("did you mean `{}`?", near));
      return;
    }
    auto& overrides = policy_.rules[by].rule.overrides;
    if (std::find(overrides.begin(), overrides.end(), found->second) == overrides.end()) {
      overrides.push_back(found->second);
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

  // --- actions ---
  CheckedAction action(const std::vector<ast::Action>& written, Span span,
                       const std::string& zone) {
    CheckedAction checked;
    checked.span = span;
    const ast::Action* outcome = nullptr;
    for (const ast::Action& part : written) action_part(part, checked, outcome, zone);
    return checked;
  }

  void action_part(const ast::Action& part, CheckedAction& checked, const ast::Action*& outcome,
                   const std::string& zone) {
    using Kind = ast::Action::Kind;
    Action& action = checked.action;
    auto profile_into = [&](std::vector<ProfileIndex>& list) {
      if (std::optional<ProfileIndex> index = vocabulary_.profile(part.name)) {
        list.push_back(*index);
      }
    };
    switch (part.kind) {
      case Kind::choose:
      case Kind::keep:
        if (outcome != nullptr) {
          Diagnostic d = make_diagnostic(
              Code::E0216, part.span, "one rule asks for two outcomes",
              "a rule has one `profile = ...` or one `keep`; alternatives are joined by `or`");
          d.labels.push_back({outcome->span, "the other one"});
          diagnostics_.add(std::move(d));
          return;
        }
        outcome = &part;
        action.kind = part.kind == Kind::keep ? Action::Kind::keep : Action::Kind::profile;
        for (const ast::Alternative& alternative : part.alternatives) {
          std::optional<ProfileIndex> index = vocabulary_.profile(alternative.profile);
          if (index) action.alternatives.push_back({*index, alternative.if_installed});
        }
        break;
      case Kind::preload:
        profile_into(action.preload);
        break;
      case Kind::remove:
        profile_into(action.remove);
        break;
      case Kind::fallback:
        if (once(part, action.fallback.has_value()))
          action.fallback = vocabulary_.profile(part.name);
        break;
      case Kind::alert:
        action.alerts.push_back(part.name.text);
        break;
      case Kind::task:
        action.tasks.push_back(part.name.text);
        break;
      case Kind::approval:
        action.approval = true;
        break;
      case Kind::hold:
        if (once(part, action.hold.ms != 0)) hold(part, action);
        break;
      case Kind::window:
        if (once(part, action.window_ms.has_value())) window(part, action);
        break;
      case Kind::rollout:
        error(Code::E0111, part.span, "`rollout` is not understood by this version",
              "leave it out; a `guard` or an approval limits how many devices change");
        break;
      case Kind::requires_condition:
        if (once(part, checked.requires_condition.has_value())) {
          checked.requires_condition = conditions_.check(*part.condition, zone);
        }
        break;
    }
  }

  bool once(const ast::Action& part, bool already) {
    if (!already) return true;
    error(Code::E0216, part.span, "this action stands twice in one rule",
          part.kind == ast::Action::Kind::requires_condition ? "join the two conditions with `and`"
                                                             : "leave one of them out");
    return false;
  }

  void hold(const ast::Action& part, Action& action) {
    std::optional<Duration> period = elapsed(part.length);
    if (period && period->ms > 0) {
      action.hold = *period;
    } else {
      error(Code::E0210, part.length.span, "`hold` needs a length of elapsed time above zero",
            "for example `hold 24 hours`");
    }
  }

  void window(const ast::Action& part, Action& action) {
    if (part.window.from_ms == part.window.until_ms) {
      error(Code::E0210, part.span, "the window begins and ends at the same time",
            "leave it out to mean the whole day");
      return;
    }
    action.window_ms = std::make_pair(part.window.from_ms, part.window.until_ms);
  }

  void add(const ast::Otherwise& written) {
    if (policy_.otherwise_written) {
      error(Code::E0207, written.span, "`otherwise` stands twice", "leave one of them out");
      return;
    }
    policy_.otherwise_written = true;
    policy_.otherwise = action(written.actions, written.span, "");
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
  }

  const ast::File& file_;
  const SourceMap& sources_;
  DiagnosticList& diagnostics_;
  DrawnRegions drawings_;
  Vocabulary vocabulary_;
  ConditionChecker conditions_;
  CheckedPolicy policy_;
  std::vector<const ast::Rule*> written_rules_;
  std::unordered_map<std::string, std::uint32_t> rule_names_;
};

}  // namespace

CheckedPolicy check(const ast::File& file, const Library& library, const LoadRequest& request,
                    const SourceMap& sources, NamedFiles& files, DiagnosticList& diagnostics) {
  return Checker(file, library, request, sources, files, diagnostics).run();
}

}  // namespace sojourn::lang
