// What two policies say beside their outcomes: alerts and tasks, text by text, and where one says a
// text that the other does not.
//
//   SaidTexts said(model, {work_max, nodes_max});
//   for (const std::string& text : said.texts()) {
//     if (auto where = said.compare(text)) ...          // both, drawn
//     else if (auto sides = said.sides(text)) ...       // too large: row by row (changed_boxes.h)
//   }
//
// Of one text each side is a list of rows of which the first that holds says whether it is said: a
// rule with the text says it, and under first-match a rule with an outcome silences what comes
// after it. Only where a row holds that one side has and the other has not can they differ.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/proof/changed_boxes.h"
#include "engine/proof/outcome_pairs.h"
#include "engine/proof/product.h"

namespace sojourn {

class SaidTexts {
 public:
  SaidTexts(JointModel& model, const OutcomePairs::Limits& limits);

  // Those that may be said in other situations than before: `alert "low"`. Ascending.
  std::vector<std::string> texts() const;

  struct Regions {
    DiagramRef lost = kNo, gained = kNo;
  };
  // Absent: beyond the limits.
  std::optional<Regions> compare(const std::string& text);

  struct Sides {
    OrderedSides rows;
    std::vector<bool> says_before, says_after;  // by row
  };
  // Absent: beyond the limits, for what silences a single rule is drawn.
  std::optional<Sides> sides(const std::string& text);

 private:
  // A rule that says something where it fires, or silences what comes after it, or both.
  struct Saying {
    DiagramRef where = kNo;
    std::vector<DiagramRef> unless;  // it is silenced itself
    std::vector<std::string> texts;  // ascending
    bool ends = false;
    bool changed = false;  // the other side has none like it in its place
  };

  std::vector<Saying> sayings(RuleDiagrams& rules) const;
  void find_changed();
  bool matters(const Saying& saying, const std::string& text) const;
  std::optional<DiagramRef> said(const std::vector<Saying>& sayings, const std::string& text);
  std::optional<DiagramRef> heard(const Saying& saying);
  std::optional<DiagramRef> drawn(const std::vector<ProductRow>& rows,
                                  const MakeTerminal& make_terminal,
                                  const OutcomePairs::Limits& limits) const;

  JointModel& model_;
  OutcomePairs::Limits limits_;
  std::vector<Saying> before_, after_;
  DiagramRef within_ = kNo;  // outside, everything is said as before
};

}  // namespace sojourn
