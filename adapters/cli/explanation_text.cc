#include "adapters/cli/explanation_text.h"

#include <fmt/format.h>

namespace sojourn::cli {
namespace {

const char* mark(Truth truth) {
  return truth == Truth::yes ? "yes" : truth == Truth::no ? "no" : "unknown";
}

std::string row_text(const EvidenceRow& row) {
  std::string to = row.to == kNever ? "now" : to_rfc3339(row.to);
  std::string text = fmt::format("{} to {}", to_rfc3339(row.from), to);
  for (const std::string* part : {&row.country, &row.network, &row.profile, &row.imei}) {
    if (!part->empty()) text += "  " + *part;
  }
  if (!row.known_by.empty()) text += fmt::format("  ({})", row.known_by);
  return text;
}

void add_rule(std::string& out, const RuleEvidence& rule) {
  for (const ConditionEvidence& evidence : rule.because) {
    out += fmt::format("    {}\n", evidence_line(evidence));
    for (const EvidenceRow& row : evidence.rows) out += fmt::format("      {}\n", row_text(row));
  }
}

}  // namespace

std::string evidence_line(const ConditionEvidence& evidence) {
  std::string text = fmt::format("{:<8}{}", mark(evidence.truth), evidence.condition);
  std::string details = evidence.value;
  if (!evidence.source.empty())
    details += fmt::format("{}by {}", details.empty() ? "" : ", ", evidence.source);
  if (evidence.since) details += fmt::format(", since {}", to_rfc3339(*evidence.since));
  if (evidence.would_hold_at)
    details += fmt::format(", would hold at {}", to_rfc3339(*evidence.would_hold_at));
  return details.empty() ? text : fmt::format("{}: {}", text, details);
}

std::string explanation_text(const Explanation& explanation) {
  std::string enabled =
      explanation.enabled_profile.empty() ? "an unknown profile" : explanation.enabled_profile;
  std::string out = fmt::format("{}\n  at {}, device {} on {}\n", explanation.outcome,
                                to_rfc3339(explanation.at), explanation.device, enabled);
  if (explanation.decided_by) {
    out += fmt::format("  by {} ({})\n", explanation.decided_by->label, explanation.decided_by->at);
    add_rule(out, *explanation.decided_by);
  } else {
    out += explanation.decision.ban >= 0 ? "  by a ban, see below\n"
                                         : "  by `otherwise`: no rule applies\n";
  }
  for (const std::string& alert : explanation.alerts) out += fmt::format("  alert: {}\n", alert);
  for (const std::string& task : explanation.tasks) out += fmt::format("  task: {}\n", task);
  if (!explanation.bans.empty()) out += "\nbans\n";
  for (const BanEvidence& ban : explanation.bans) {
    std::string with = ban.profile.empty() ? "an unknown profile" : ban.profile;
    out += fmt::format("  {} ({}): {} with {}", ban.ban, ban.at, ban.state, with);
    if (ban.deadline != kNever) out += fmt::format(", deadline {}", to_rfc3339(ban.deadline));
    out += "\n";
    if (!ban.source.empty()) {
      out += fmt::format("    source: {}{}\n", ban.source,
                         ban.certainty.empty() ? "" : " (" + ban.certainty + ")");
    }
    for (const ConditionEvidence& evidence : ban.because) {
      out += fmt::format("    {}\n", evidence_line(evidence));
    }
  }
  if (!explanation.others.empty()) out += "\nother rules\n";
  for (const RuleEvidence& rule : explanation.others) {
    out += fmt::format("  {} ({}): {}\n", rule.label, rule.at,
                       rule.why_not.empty() ? mark(rule.truth) : rule.why_not);
    add_rule(out, rule);
  }
  out += explanation.review == kNever
             ? "\nwithout a new report nothing changes\n"
             : fmt::format("\nwithout a new report it can next change at {}\n",
                           to_rfc3339(explanation.review));
  return out;
}

}  // namespace sojourn::cli
