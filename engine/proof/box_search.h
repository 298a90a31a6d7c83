// Is there a situation in a box that none of many other boxes hold?
//
// Every cover must be missed on some axis, so a cover is a clause: "type is none of {meter}, or
// country none of {BR, AR}". This is the search of satisfiability over axes of many classes:
//
//   a cover that only one axis can still miss narrows that axis at once (unit propagation);
//   the axis to branch on has the fewest classes left for the most covers that it can miss;
//   of its classes the one that leaves the fewest covers is tried first;
//   a class that leaves all the covers of one that failed is not tried.
//
// Classes of one axis that leave the same covers are looked at as one, where the world lets the
// axis be in any: so what is found does not depend on what rules beyond the problem tell apart.
//
// (M. Davis, G. Logemann and D. Loveland, "A machine program for theorem-proving", 1962; dom/deg:
// C. Bessière and J.-C. Régin, 1996.) All covers are looked at together, as bit vectors by axis and
// class, as a residual matcher finds the rows of a situation.
#pragma once

#include <functional>
#include <vector>

#include "engine/proof/cover_boxes.h"
#include "engine/proof/world.h"

namespace sojourn {

// Not thread-safe. Kept for its memory.
class BoxSearch {
 public:
  enum class Answer : std::uint8_t { found, none, undecided };
  // The classes that are left of an axis; axes that are not named are not limited.
  struct Left {
    AxisIndex axis = 0;
    ClassMask classes;
  };
  // Asked where every cover is missed: is there really a situation in what is left?
  using AtEnd = std::function<Answer(const std::vector<Left>&)>;
  struct Problem {
    CoverBoxes::Box question;
    std::vector<CoverBoxes::Box> covers;
    bool with_unknown = false;  // values may be unknown
  };

  // Requires: all outlive this.
  BoxSearch(const RuleTable& table, const AxisPlan& axes, const World& world,
            const CoverBoxes& boxes)
      : table_(table), axes_(axes), world_(world), boxes_(boxes) {}

  // Takes what it needs of the steps; a step looks at 64 covers.
  Answer run(const Problem& problem, std::size_t& steps, const AtEnd& at_end);
  // After `none`: the covers that the proof used, by their place among the problem's. Ascending.
  std::vector<std::uint32_t> used() const;

 private:
  using Word = std::uint64_t;
  // An axis that the question or some cover limits.
  struct Slot {
    AxisIndex axis = 0;
    ClassIndex class_count = 0;
    std::size_t first_row = 0;  // of `accepts_`: a row for each class
  };
  struct Frame {
    std::vector<ClassMask> allowed;  // by slot
    std::vector<Word> alive;         // covers that are not missed yet
  };

  void prepare(const Problem& problem);
  void allow(const Problem& problem);
  void join_alike(ClassMask& allowed, std::size_t slot);
  ClassMask with_alike(const ClassMask& classes, std::size_t slot) const;
  Answer branch(std::size_t depth);
  bool propagate(Frame& frame);
  bool look_at_open(const Frame& frame);
  bool narrow(Frame& frame, std::size_t slot);
  std::size_t choose_slot(const Frame& frame) const;
  std::vector<ClassIndex> order_classes(const Frame& frame, std::size_t slot) const;
  bool leaves_as_much(const Frame& frame, std::size_t slot, ClassIndex value,
                      const std::vector<ClassIndex>& failed) const;
  bool possible(const Frame& frame, std::size_t slot) const;
  std::vector<Left> left_of(const Frame& frame) const;
  const Word* accepts(std::size_t slot, ClassIndex value) const {
    return accepts_.data() + (slots_[slot].first_row + value) * words_;
  }
  const ClassMask& limit_of(std::size_t cover, AxisIndex axis) const;
  void use(std::size_t word, Word covers) { used_[word] |= covers; }

  const RuleTable& table_;
  const AxisPlan& axes_;
  const World& world_;
  const CoverBoxes& boxes_;
  // Of one run.
  const std::vector<CoverBoxes::Box>* covers_ = nullptr;
  const AtEnd* at_end_ = nullptr;
  std::size_t* steps_ = nullptr;
  std::size_t words_ = 0;  // of a bit for each cover
  // By slot: classes with the first of those that leave the same covers, which stands for them.
  std::vector<std::vector<std::pair<ClassIndex, ClassIndex>>> alike_;
  std::vector<Slot> slots_;         // by axis, ascending
  std::vector<Word> accepts_;       // by slot and class: covers that the class does not miss
  std::vector<Frame> frames_;       // by depth
  std::vector<Word> open_;          // by slot: covers alive that the axis can still miss
  std::vector<Word> once_, twice_;  // covers that some axis, that two can still miss
  std::vector<Word> used_;
  bool pure_ = true;  // what was not found was covered, and not merely impossible
};

}  // namespace sojourn
