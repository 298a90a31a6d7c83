#include "engine/proof/kept_restriction.h"

#include <set>

namespace sojourn {
namespace {

// Beyond so many what is kept is forgotten.
constexpr std::size_t kKeptMax = 2'000'000;
// What is put in is read from so many axes in the time of a look at a diagram.
constexpr std::size_t kAxesPerLook = 4;

}  // namespace

void KeptRestriction::begin(std::size_t number, const std::vector<ClassIndex>& put_in) {
  put_in_ = &put_in;
  number_ = number;
  put_.reset();
  asked_ = 0;
  if (kept_of_sets_ > kKeptMax) {
    kept_of_set_.clear();
    kept_of_sets_ = 0;
  }
  if (kept_of_set_.size() <= number) kept_of_set_.resize(number + 1);
}

DiagramRef KeptRestriction::where(DiagramRef at) {
  if (is_terminal(at)) return at;
  ++asked_;
  auto [kept, fresh] = kept_of_set_[number_].try_emplace(at, kNo);
  if (!fresh) return kept->second;
  ++kept_of_sets_;
  return kept->second = put_into(at);
}

DiagramRef KeptRestriction::put_into(DiagramRef at) {
  if (!put_) {
    put_.emplace(store_, *put_in_, none_forgotten_);
    for (Tested& tested : tested_) tested.classes.reset();
    if (kept_.size() > kKeptMax) kept_.clear();
  }
  std::uint32_t classes = classes_of(tested_by(at));
  auto [kept, fresh] = kept_.try_emplace(std::uint64_t{classes} << 32 | at, kNo);
  if (fresh) kept->second = put_->where(at, 1);
  return kept->second;
}

// A number for the axes that the diagram tests.
std::uint32_t KeptRestriction::tested_by(DiagramRef at) {
  auto [number, fresh] = tested_by_.try_emplace(at, 0);
  if (!fresh) return number->second;
  std::set<DiagramRef> seen;
  std::set<AxisIndex> axes;
  std::vector<DiagramRef> open = {at};
  while (!open.empty()) {
    DiagramRef next = open.back();
    open.pop_back();
    if (is_terminal(next) || !seen.insert(next).second) continue;
    axes.insert(store_.axis(next));
    for (const DiagramRun& run : store_.runs(next)) open.push_back(run.target);
  }
  std::vector<AxisIndex> tested(axes.begin(), axes.end());
  auto count = static_cast<std::uint32_t>(tested_.size());
  auto [known, added] = tested_numbers_.try_emplace(tested, count);
  if (added) tested_.push_back({std::move(tested), std::nullopt});
  return number->second = known->second;
}

// A number for the classes that are put in of what is tested.
std::uint32_t KeptRestriction::classes_of(std::uint32_t tested) {
  Tested& of = tested_[tested];
  if (of.classes) return *of.classes;
  asked_ += of.axes.size() / kAxesPerLook;
  std::vector<ClassIndex> classes;
  for (AxisIndex axis : of.axes) classes.push_back((*put_in_)[axis]);
  auto count = static_cast<std::uint32_t>(class_numbers_.size());
  of.classes = class_numbers_.try_emplace({tested, std::move(classes)}, count).first->second;
  return *of.classes;
}

}  // namespace sojourn
