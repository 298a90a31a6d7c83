#include "lang/event_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "engine/base/calendar.h"
#include "engine/base/diagnostic_code.h"
#include "lang/print.h"

namespace sojourn::lang {
namespace {

// Events that laws and networks speak of, and the words of the language for what is counted.
constexpr std::string_view kWellKnown[] = {"owner-changed", "roaming-activated"};
constexpr std::string_view kWords[] = {"rejected", "switches"};

// What is no event of its own, and how it is asked for.
std::string instead_of_event(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kSaid[] = {
      {"reject", "rejected"},           {"rejects", "rejected"},
      {"rejection", "rejected"},        {"rejections", "rejected"},
      {"refusals", "rejected"},         {"attach-rejects", "rejected"},
      {"change", "switches"},           {"changes", "switches"},
      {"switch", "switches"},           {"profile-changes", "switches"},
      {"profile-switches", "switches"}, {"swaps", "switches"}};
  for (auto [said, word] : kSaid) {
    if (said != name) continue;
    return fmt::format("write `{}`: `at least 3 {} within 6 hours`", word,
                       word == "rejected" ? "rejected with 11, 13" : "switches");
  }
  if (!parse_date(name)) return {};
  return fmt::format(
      "`since` asks for an event; a date is asked for with `from {0}`, or in a ban with `counting "
      "from {0}`",
      name);
}

std::set<std::string> alerts_of(const CheckedPolicy& policy) {
  std::set<std::string> all;
  auto add = [&](const CheckedAction& checked) {
    all.insert(checked.action.alerts.begin(), checked.action.alerts.end());
  };
  for (const CheckedRule& rule : policy.rules) add(rule.action);
  for (const CheckedBan& ban : policy.bans) {
    if (ban.remedy) add(*ban.remedy);
  }
  add(policy.otherwise);
  return all;
}

// Alerts about bans are the engine's own.
bool is_of_a_ban(std::string_view alert, const CheckedPolicy& policy) {
  return std::any_of(policy.bans.begin(), policy.bans.end(), [&](const CheckedBan& ban) {
    return alert.starts_with(fmt::format("ban {}: ", ban.ban.label()));
  });
}

// The events that tests report.
std::vector<ast::Name> told_in(const ast::File& file) {
  std::vector<ast::Name> told;
  for (const ast::Declaration& declaration : file.declarations) {
    const auto* test = std::get_if<ast::Test>(&declaration);
    if (test == nullptr) continue;
    for (const ast::TestLine& line : test->lines) {
      for (const ast::TestPart& part : line.parts) {
        if (part.key.text != "event" || part.values.size() != 1) continue;
        told.push_back({part.values.front().text, part.values.front().span});
      }
    }
  }
  return told;
}

std::string nearly(std::string_view near) { return fmt::format("did you mean `{}`?", near); }

bool has(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class EventNames {
 public:
  EventNames(const ast::File& file, const CheckedPolicy& policy, DiagnosticList& diagnostics)
      : source_(file.source),
        told_(told_in(file)),
        policy_(policy),
        alerts_(alerts_of(policy)),
        diagnostics_(diagnostics) {
    for (const ast::Name& event : told_) told_names_.insert(event.text);
  }

  void asked(const AskedEvent& asked) {
    if (asked.alert) return asked_alert(asked);
    if (asked.span.source != source_) return;  // the tests of a file that is imported stay there
    if (told_names_.contains(asked.name) || has(kWellKnown, asked.name)) {
      asked_names_.insert(asked.name);
      return;
    }
    if (std::string instead = instead_of_event(asked.name); !instead.empty()) {
      return error(Code::E0218, asked.span, fmt::format("`{}` is no event", asked.name), instead);
    }
    std::vector<std::string_view> known(told_names_.begin(), told_names_.end());
    known.insert(known.end(), std::begin(kWellKnown), std::end(kWellKnown));
    known.insert(known.end(), std::begin(kWords), std::end(kWords));
    std::string_view near = nearest_spelling(asked.name, known);
    if (!near.empty()) {
      return error(Code::E0218, asked.span, fmt::format("no test tells an event `{}`", asked.name),
                   fmt::format("{} if not, tell it in a test: `event {}`", nearly(near),
                               print_name(asked.name)));
    }
    if (!asked_names_.insert(asked.name).second) return;
    error(Code::N0223, asked.span, fmt::format("no test tells the event `{}`", asked.name),
          "whoever reports it has to spell it so; a test with it shows what it brings about");
  }

  // The other way round: a test that tells nearly what is asked about.
  void check_told() {
    std::vector<std::string_view> names(asked_names_.begin(), asked_names_.end());
    for (const ast::Name& event : told_) {
      if (asked_names_.contains(event.text)) continue;  // those that were not refused
      std::string_view near = nearest_spelling(event.text, names);
      if (near.empty()) continue;
      error(Code::E0503, event.span, fmt::format("nothing asks about the event `{}`", event.text),
            nearly(near));
    }
  }

 private:
  void error(Code code, Span span, std::string message, std::string help) {
    diagnostics_.add(make_diagnostic(code, span, std::move(message), std::move(help)));
  }

  void asked_alert(const AskedEvent& asked) {
    if (alerts_.contains(asked.name) || is_of_a_ban(asked.name, policy_)) return;
    std::vector<std::string_view> names(alerts_.begin(), alerts_.end());
    std::string_view near = nearest_spelling(asked.name, names);
    error(Code::E0218, asked.span, fmt::format("nothing raises an alert `{}`", asked.name),
          near.empty() ? "an alert is known by its text, as it stands in a rule" : nearly(near));
  }

  SourceId source_;
  std::vector<ast::Name> told_;
  std::set<std::string> told_names_, asked_names_;
  const CheckedPolicy& policy_;
  std::set<std::string> alerts_;
  DiagnosticList& diagnostics_;
};

}  // namespace

void check_event_names(const std::vector<AskedEvent>& asked, const ast::File& file,
                       const CheckedPolicy& policy, DiagnosticList& diagnostics) {
  EventNames names(file, policy, diagnostics);
  std::set<std::pair<std::uint32_t, std::uint32_t>>
      seen;  // definitions are read once for each zone
  for (const AskedEvent& one : asked) {
    if (seen.emplace(one.span.source.index, one.span.begin).second) names.asked(one);
  }
  names.check_told();
}

}  // namespace sojourn::lang
