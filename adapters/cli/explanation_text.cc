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

void add_conditions(std::string& out, const std::vector<ConditionEvidence>& because, Instant now) {
  for (const ConditionEvidence& evidence : because) {
    out += fmt::format("    {}\n", evidence_line(evidence, now));
    for (const EvidenceRow& row : evidence.rows) out += fmt::format("      {}\n", row_text(row));
  }
}

void add_ban(std::string& out, const BanEvidence& ban, Instant now) {
  bool about_change = ban.state.ends_with("change");
  std::string with = ban.profile.empty() ? "an unknown profile" : ban.profile;
  out += fmt::format("  {} ({}): {}{}", ban.ban, ban.at, ban.state,
                     about_change ? "" : " with " + with);
  if (ban.deadline != kNever && ban.state != "violated") {
    out += fmt::format(", would be violated at {}", to_rfc3339(ban.deadline));
  }
  out += "\n";
  if (!ban.source.empty()) {
    out += fmt::format("    source: {}{}\n", ban.source,
                       ban.certainty.empty() ? "" : " (" + ban.certainty + ")");
  }
  add_conditions(out, ban.because, now);
}

}  // namespace

std::string evidence_line(const ConditionEvidence& evidence, Instant now) {
  std::string text = fmt::format("{:<8}{}", mark(evidence.truth), evidence.condition);
  std::string details = evidence.value;
  auto add = [&](const std::string& detail) {
    details.append(details.empty() ? "" : ", ").append(detail);
  };
  if (!evidence.source.empty()) add("by " + evidence.source);
  if (evidence.since) add("since " + to_rfc3339(*evidence.since));
  if (evidence.reported && *evidence.reported < now) {
    add(fmt::format("reported {} ago", describe(now - *evidence.reported)));
  }
  if (evidence.would_hold_at) {
    add(fmt::format("would hold at {}{}", to_rfc3339(*evidence.would_hold_at),
                    evidence.if_it_goes_on ? " if it goes on" : ""));
  }
  return details.empty() ? text : fmt::format("{}: {}", text, details);
}

std::string explanation_text(const Explanation& explanation) {
  std::string enabled =
      explanation.enabled_profile.empty() ? "an unknown profile" : explanation.enabled_profile;
  if (!explanation.undeclared.empty()) enabled += fmt::format(" ({})", explanation.undeclared);
  std::string device = explanation.device.empty() ? "the device" : "device " + explanation.device;
  std::string out = fmt::format("{}\n  at {}, {} on {}\n", explanation.outcome,
                                to_rfc3339(explanation.at), device, enabled);
  if (explanation.decided_by) {
    out += fmt::format("  by {} ({})\n", explanation.decided_by->label, explanation.decided_by->at);
    add_conditions(out, explanation.decided_by->because, explanation.at);
  } else {
    out += explanation.decision.ban >= 0 ? "  by a ban, see below\n"
                                         : "  by `otherwise`: no rule applies\n";
  }
  for (const std::string& alert : explanation.alerts) out += fmt::format("  alert: {}\n", alert);
  for (const std::string& task : explanation.tasks) out += fmt::format("  task: {}\n", task);
  for (const std::string& why : explanation.skipped) out += fmt::format("  note: {}\n", why);
  if (explanation.suppressed) out += fmt::format("  waits for: {}\n", *explanation.suppressed);
  if (!explanation.bans.empty()) out += "\nbans\n";
  for (const BanEvidence& ban : explanation.bans) add_ban(out, ban, explanation.at);
  if (!explanation.others.empty()) out += "\nother rules\n";
  for (const RuleEvidence& rule : explanation.others) {
    out += fmt::format("  {} ({}): {}", rule.label, rule.at,
                       rule.why_not.empty() ? mark(rule.truth) : rule.why_not);
    if (rule.would_fire_at) {
      out += fmt::format("; would fire at {} if nothing changes", to_rfc3339(*rule.would_fire_at));
    }
    out += "\n";
    add_conditions(out, rule.because, explanation.at);
  }
  out += explanation.review == kNever
             ? "\nwithout a new report nothing changes\n"
             : fmt::format("\nwithout a new report it can next change at {}\n",
                           to_rfc3339(explanation.review));
  return out;
}

}  // namespace sojourn::cli
