// Finding a situation: depth first through a diagram, or through what a list of diagrams leaves
// uncovered, with the world's limits as pruning.
//
// Nothing here needs the diagram of a whole policy: rules are subtracted one axis at a time, and a
// witness ends the search at once. Among many covers, which are boxes for the most part, a guess
// (situation_guess.h) finds most situations, and box_search.h the others or that there are none.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/proof/box_search.h"
#include "engine/proof/kept_restriction.h"
#include "engine/proof/situation_guess.h"
#include "engine/proof/together.h"

namespace sojourn {

// Steps left for proofs (a step looks at a handful of diagrams): shared by all questions of one
// run, and no question may take them all.
struct ProofBudget {
  std::size_t steps = 20'000'000;
  std::size_t steps_per_question = 500'000;
  bool exhausted() const { return steps == 0; }
};

class SituationSearch {
 public:
  // Requires: all outlive this.
  SituationSearch(const RuleTable& table, const AxisPlan& axes, DiagramStore& store, World& world)
      : table_(table),
        axes_(axes),
        store_(store),
        world_(world),
        kept_(store),
        guess_(axes, store, world),
        box_search_(table, axes, world, guess_.boxes()) {}

  // A search that ran out of budget found nothing and proved nothing.
  struct Answer {
    std::optional<Witness> witness;
    bool decided = true;
    std::set<std::uint32_t> covered_by;  // `uncovered`: covers met where the question held
    bool refused = false;                // the world does not allow something that is not covered
  };

  // Which situation is wanted: with all values known, if such a one is found, to be shown; or any,
  // where only whether there is one matters; or one in which a network serves.
  enum class Wanted : std::uint8_t { plain, any, served };

  // A situation in which the question holds.
  Answer find(DiagramRef question, ProofBudget& budget, Wanted wanted = Wanted::plain);
  // The same, outside all covers.
  Answer uncovered(DiagramRef question, const std::vector<DiagramRef>& covers, ProofBudget& budget,
                   Wanted wanted = Wanted::plain) {
    return uncovered(Together{question, {}}, covers, budget, wanted);
  }
  Answer uncovered(const Together& question, const std::vector<DiagramRef>& covers,
                   ProofBudget& budget, Wanted wanted = Wanted::plain);
  // Boxes among the diagrams that were looked at.
  CoverBoxes& boxes() { return guess_.boxes(); }
  // Does the truth-valued diagram hold in the situation?
  bool holds_in(DiagramRef at, const Witness& witness) const;

 private:
  Answer search(const Together& question, const std::vector<DiagramRef>& covers,
                ProofBudget& budget, Wanted wanted);
  struct Cover {
    DiagramRef rest = kNo;
    std::uint32_t index = 0;
    std::uint32_t place = 0;  // among all
  };
  class Walk;
  // The same as boxes, and what is none.
  struct ManyCovers {
    const World::Identity* of = nullptr;  // only with this profile on this network
    Box box;                              // what else is known of the situation
    std::vector<CoverBoxes::Box> questions;
    BoxSearch::Problem problem;
    std::vector<std::uint32_t> cover_of_box;
    std::vector<Cover> others;
  };

  DiagramRef opposite(DiagramRef ref);
  Answer walk(DiagramRef question, const std::vector<Cover>& state, std::size_t steps_max,
              ProofBudget& budget);
  std::vector<World::Identity> possible_identities(DiagramRef question) const;
  Answer walk_identities(DiagramRef question, const std::vector<Cover>& state,
                         const std::vector<World::Identity>& identities, std::size_t steps_max,
                         ProofBudget& budget);
  Answer walk_identities(DiagramRef question, const std::vector<Cover>& state,
                         const std::vector<World::Identity>& identities,
                         const std::vector<bool>& tested, bool with_unknown, std::size_t steps_max,
                         ProofBudget& budget);
  // All that follows from one profile on one network.
  struct OfIdentity {
    std::size_t number = 0;
    std::vector<ClassIndex> classes;                                // by axis
    std::vector<std::pair<AxisIndex, OptionTable::Choice>> of_two;  // either of two classes
    std::vector<AxisIndex> countries;                               // that are known
  };
  const OfIdentity& of(const World::Identity& identity);
  // The axes that the question and its covers test.
  std::vector<bool> tested_axes(DiagramRef question, const std::vector<Cover>& state);
  // What is asked with an identity: what follows from it is put in.
  struct WithIdentity {
    DiagramRef question = kNo;
    std::vector<Cover> covers;  // one alone, if it covers everything
    std::size_t work = 0;
  };
  WithIdentity with(const OfIdentity& known, DiagramRef question, const std::vector<Cover>& state,
                    const std::vector<bool>& tested);
  // The classes that were put in.
  std::optional<Box> box_of(const OfIdentity& known, const std::vector<bool>& tested,
                            bool with_unknown) const;
  static void leave_one_of_each(std::vector<Cover>& covers);
  DiagramRef is_one_of(AxisIndex axis, const OptionTable::Choice& two);
  DiagramRef is_known(AxisIndex axis);
  Answer search_identity(const World::Identity& identity, const WithIdentity& asked,
                         const std::vector<bool>& tested, bool with_unknown, std::size_t steps_max,
                         ProofBudget& budget);
  // False is certain.
  bool may_hold(DiagramRef at, const World::Identity& identity, std::set<DiagramRef>& never,
                std::size_t depth = 0) const;
  std::optional<Answer> among_many(DiagramRef question, const std::vector<Cover>& state,
                                   ProofBudget& budget, Wanted wanted);
  // At most so many boxes for the question, and for each cover.
  struct BoxLimits {
    std::size_t per_question = 0, per_cover = 0;
  };
  std::optional<ManyCovers> as_boxes(DiagramRef question, const std::vector<Cover>& state,
                                     const BoxLimits& limits);
  Answer search_boxes(ManyCovers& many, std::size_t steps_max, ProofBudget& budget);
  BoxSearch::Answer look_inside(const std::vector<BoxSearch::Left>& left, const ManyCovers& many,
                                ProofBudget& budget, Answer& answer);

  const RuleTable& table_;
  const AxisPlan& axes_;
  DiagramStore& store_;
  World& world_;
  KeptRestriction kept_;
  std::map<std::pair<std::size_t, std::size_t>, OfIdentity> of_identity_;  // by row and column
  SituationGuess guess_;
  BoxSearch box_search_;
  std::unordered_map<DiagramRef, DiagramRef> opposites_;
};

}  // namespace sojourn
