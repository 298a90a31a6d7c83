#include "engine/device/decision.h"

#include <algorithm>

namespace sojourn {
namespace {

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  for (const std::string& text : more) {
    if (std::find(to.begin(), to.end(), text) == to.end()) to.push_back(text);
  }
}

}  // namespace

DecisionTexts texts_of(const RuleTable& table, const Decision& decision,
                       const std::vector<std::uint32_t>& also) {
  DecisionTexts texts;
  auto add = [&](const Action& action) {
    append(texts.alerts, action.alerts);
    append(texts.tasks, action.tasks);
  };
  if (decision.rule >= 0) add(table.rules[static_cast<std::size_t>(decision.rule)].action);
  if (decision.rule < 0 && decision.ban < 0) add(table.otherwise);
  if (decision.ban >= 0) {
    const Ban& ban = table.bans[static_cast<std::size_t>(decision.ban)];
    if (ban.remedy) add(*ban.remedy);
    if (decision.kind == Action::Kind::keep) append(texts.alerts, {ban.alert()});
  }
  for (std::uint32_t rule : also) add(table.rules[rule].action);
  return texts;
}

}  // namespace sojourn
