#include "engine/proof/answering.h"

#include <algorithm>

namespace sojourn {

Truth usual_answer(const Test& test) {
  return test.kind == Test::Kind::known ? Truth::yes : Truth::no;
}

Answering::Answering(const ConditionTable& conditions, const Feature& feature,
                     const std::vector<std::uint32_t>& tests)
    : conditions_(conditions), feature_(feature), tests_(tests) {
  for (std::uint32_t index : tests) {
    const Test& test = conditions.tests()[index];
    if (test.kind != Test::Kind::one_of) {
      asked_of_any_.push_back(index);
      continue;
    }
    for (std::int64_t symbol : test.symbols) naming_[symbol].push_back(index);
  }
}

std::vector<Answering::Answer> Answering::to(const Reading& reading) const {
  std::vector<Answer> answers;
  if (!reading.known) {
    ask(tests_, reading, answers);
    return answers;
  }
  ask(asked_of_any_, reading, answers);
  auto named = naming_.find(reading.lower);
  if (named == naming_.end()) return answers;
  auto middle = static_cast<std::ptrdiff_t>(answers.size());
  ask(named->second, reading, answers);
  std::inplace_merge(answers.begin(), answers.begin() + middle, answers.end());
  return answers;
}

void Answering::ask(const std::vector<std::uint32_t>& tests, const Reading& reading,
                    std::vector<Answer>& answers) const {
  for (std::uint32_t index : tests) {
    const Test& test = conditions_.tests()[index];
    Truth truth = judge(test, feature_, reading);
    if (truth != usual_answer(test)) answers.emplace_back(index, truth);
  }
}

}  // namespace sojourn
