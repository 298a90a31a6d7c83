#include "engine/proof/box_search.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace sojourn {
namespace {

// Inlined into a function of each kind of processor.
[[gnu::always_inline]] inline std::size_t count_in(const std::uint64_t* a, const std::uint64_t* b,
                                                   std::size_t words) {
  std::size_t count = 0;
  for (std::size_t w = 0; w < words; ++w) {
    count += static_cast<std::size_t>(std::popcount(a[w] & b[w]));
  }
  return count;
}

#if defined(__x86_64__)
[[gnu::target("popcnt")]] std::size_t count_quickly(const std::uint64_t* a, const std::uint64_t* b,
                                                    std::size_t words) {
  return count_in(a, b, words);
}
const bool kCountsQuickly = __builtin_cpu_supports("popcnt") != 0;
#endif

// Of the bits that both have.
std::size_t count_bits(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
#if defined(__x86_64__)
  if (kCountsQuickly) return count_quickly(a, b, words);
#endif
  return count_in(a, b, words);
}

std::size_t count_of(const ClassMask& classes) {
  std::size_t count = 0;
  classes.for_each([&](ClassIndex) { ++count; });
  return count;
}

}  // namespace

BoxSearch::Answer BoxSearch::run(const Problem& problem, std::size_t& steps, const AtEnd& at_end) {
  covers_ = &problem.covers;
  at_end_ = &at_end;
  steps_ = &steps;
  pure_ = true;
  prepare(problem);
  allow(problem);
  return branch(0);
}

// Which covers each class of each axis leaves.
void BoxSearch::prepare(const Problem& problem) {
  words_ = (problem.covers.size() + 63) / 64;
  used_.assign(words_, 0);
  std::vector<std::size_t> slot_of(axes_.axes().size(), 0);
  auto mark = [&](const CoverBoxes::Box& box) {
    for (const CoverBoxes::Limit& limit : boxes_.limits(box)) slot_of[limit.axis] = 1;
  };
  mark(problem.question);
  for (const CoverBoxes::Box& cover : problem.covers) mark(cover);
  slots_.clear();
  std::size_t rows = 0;
  for (AxisIndex axis = 0; axis < slot_of.size(); ++axis) {
    if (slot_of[axis] == 0) continue;
    slot_of[axis] = slots_.size();
    slots_.push_back({axis, axes_.axes()[axis].class_count, rows});
    rows += slots_.back().class_count;
  }
  // Covers that do not limit an axis accept all its classes.
  accepts_.assign(rows * words_, ~Word{0});
  for (std::size_t i = 0; i < problem.covers.size(); ++i) {
    Word bit = Word{1} << (i % 64);
    for (const CoverBoxes::Limit& limit : boxes_.limits(problem.covers[i])) {
      const Slot& slot = slots_[slot_of[limit.axis]];
      Word* at = accepts_.data() + slot.first_row * words_ + i / 64;
      for (ClassIndex c = 0; c < slot.class_count; ++c, at += words_) {
        if (!limit.classes.test(c)) *at &= ~bit;
      }
    }
  }
  frames_.resize(std::max(frames_.size(), slots_.size() + 1));
  open_.resize(slots_.size() * words_);
  once_.resize(words_);
  twice_.resize(words_);
}

// The classes that the question leaves, and the covers that these do not miss.
void BoxSearch::allow(const Problem& problem) {
  Frame& first = frames_[0];
  first.allowed.assign(slots_.size(), {});
  alike_.assign(slots_.size(), {});
  std::span<const CoverBoxes::Limit> limits = boxes_.limits(problem.question);
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    auto limit = std::find_if(limits.begin(), limits.end(),
                              [&](const auto& one) { return one.axis == slots_[s].axis; });
    const Axis& of = axes_.axes()[slots_[s].axis];
    bool has_unknown = of.side == AxisSide::value;
    bool known = !problem.with_unknown || is_always_known(table_.features[of.feature]);
    for (ClassIndex c = 0; c < slots_[s].class_count; ++c) {
      bool refused = has_unknown && known && c == of.unknown_class;
      if (!refused && (limit == limits.end() || limit->classes.test(c))) first.allowed[s].set(c);
    }
    if (world_.is_free(slots_[s].axis)) join_alike(first.allowed[s], s);
  }
  first.alive.assign(words_, ~Word{0});
  if (std::size_t rest = problem.covers.size() % 64; rest != 0) {
    first.alive.back() = (Word{1} << rest) - 1;
  }
  for (std::size_t s = 0; s < slots_.size(); ++s) narrow(first, s);
}

// Of classes that leave the same covers the first one stands for all. An unknown value stands for
// itself.
void BoxSearch::join_alike(ClassMask& allowed, std::size_t slot) {
  const Axis& axis = axes_.axes()[slots_[slot].axis];
  std::vector<ClassIndex> order;
  allowed.for_each([&](ClassIndex c) {
    if (c != axis.unknown_class) order.push_back(c);
  });
  auto rows = [&](ClassIndex c) { return std::span(accepts(slot, c), words_); };
  std::sort(order.begin(), order.end(), [&](ClassIndex a, ClassIndex b) {
    auto [of_a, of_b] = std::mismatch(rows(a).begin(), rows(a).end(), rows(b).begin());
    return of_a == rows(a).end() ? a < b : *of_a < *of_b;
  });
  ClassMask joined;
  for (std::size_t i = 0, first = 0; i < order.size(); ++i) {
    bool same = i > 0 && std::equal(rows(order[i]).begin(), rows(order[i]).end(),
                                    rows(order[first]).begin());
    if (!same) first = i;
    if (!same) continue;
    alike_[slot].push_back({order[i], order[first]});
    joined.set(order[i]);
  }
  allowed.remove(joined);
}

// Covers that no allowed class of the axis leaves are missed. False: no class is allowed.
bool BoxSearch::narrow(Frame& frame, std::size_t slot) {
  if (frame.allowed[slot].none()) return false;
  std::fill(once_.begin(), once_.end(), 0);
  frame.allowed[slot].for_each([&](ClassIndex c) {
    const Word* row = accepts(slot, c);
    for (std::size_t w = 0; w < words_; ++w) once_[w] |= row[w];
  });
  for (std::size_t w = 0; w < words_; ++w) frame.alive[w] &= once_[w];
  return true;
}

// Which covers each axis can still miss. False: one is missed by none.
bool BoxSearch::look_at_open(const Frame& frame) {
  std::fill(once_.begin(), once_.end(), 0);
  std::fill(twice_.begin(), twice_.end(), 0);
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    Word* open = open_.data() + s * words_;
    std::fill(open, open + words_, ~Word{0});
    frame.allowed[s].for_each([&](ClassIndex c) {
      const Word* row = accepts(s, c);
      for (std::size_t w = 0; w < words_; ++w) open[w] &= row[w];
    });
    for (std::size_t w = 0; w < words_; ++w) {
      open[w] = frame.alive[w] & ~open[w];
      twice_[w] |= once_[w] & open[w];
      once_[w] |= open[w];
    }
  }
  for (std::size_t w = 0; w < words_; ++w) {
    Word whole = frame.alive[w] & ~once_[w];
    if (whole == 0) continue;
    use(w, whole & (~whole + 1));
    return false;
  }
  return true;
}

// False: everything is covered.
bool BoxSearch::propagate(Frame& frame) {
  for (const ClassMask& allowed : frame.allowed) {
    if (allowed.none()) return false;
  }
  while (true) {
    *steps_ -= std::min(*steps_, words_ + 1);
    if (!look_at_open(frame)) return false;
    for (std::size_t w = 0; w < words_; ++w) twice_[w] = once_[w] & ~twice_[w];
    std::vector<std::size_t> narrowed;
    for (std::size_t s = 0; s < slots_.size(); ++s) {
      bool any = false;
      for (std::size_t w = 0; w < words_; ++w) {
        Word single = twice_[w] & open_[s * words_ + w];
        if (single == 0) continue;
        any = true;
        use(w, single);
        for (; single != 0; single &= single - 1) {
          auto cover = w * 64 + static_cast<std::size_t>(std::countr_zero(single));
          frame.allowed[s].remove(limit_of(cover, slots_[s].axis));
        }
      }
      if (any) narrowed.push_back(s);
    }
    if (narrowed.empty()) return true;
    for (std::size_t s : narrowed) {
      if (!narrow(frame, s)) return false;
    }
  }
}

BoxSearch::Answer BoxSearch::branch(std::size_t depth) {
  if (*steps_ == 0) return Answer::undecided;
  Frame& frame = frames_[depth];
  if (!propagate(frame)) return Answer::none;
  std::size_t slot = choose_slot(frame);
  if (slot == slots_.size()) {
    Answer end = (*at_end_)(left_of(frame));
    if (end == Answer::none) pure_ = false;
    return end;
  }
  std::vector<ClassIndex> failed;
  for (ClassIndex c : order_classes(frame, slot)) {
    if (leaves_as_much(frame, slot, c, failed)) continue;
    Frame& below = frames_[depth + 1];
    below.allowed = frame.allowed;
    below.allowed[slot] = {};
    below.allowed[slot].set(c);
    if (!possible(below, slot)) {
      pure_ = false;
      continue;
    }
    const Word* row = accepts(slot, c);
    below.alive.resize(words_);
    for (std::size_t w = 0; w < words_; ++w) below.alive[w] = frame.alive[w] & row[w];
    bool pure_before = std::exchange(pure_, true);
    Answer answer = branch(depth + 1);
    if (answer != Answer::none) return answer;
    if (pure_) failed.push_back(c);
    pure_ = pure_ && pure_before;
  }
  return Answer::none;
}

// Does the class leave all the covers that one of the failed classes left?
bool BoxSearch::leaves_as_much(const Frame& frame, std::size_t slot, ClassIndex value,
                               const std::vector<ClassIndex>& failed) const {
  const Word* row = accepts(slot, value);
  return std::any_of(failed.begin(), failed.end(), [&](ClassIndex other) {
    const Word* failed_row = accepts(slot, other);
    for (std::size_t w = 0; w < words_; ++w) {
      if ((frame.alive[w] & failed_row[w] & ~row[w]) != 0) return false;
    }
    return true;
  });
}

// None: every cover is missed. Requires: `open_` is of this frame.
std::size_t BoxSearch::choose_slot(const Frame& frame) const {
  std::size_t best = slots_.size();
  double best_score = 0;
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    std::size_t covers = count_bits(open_.data() + s * words_, frame.alive.data(), words_);
    if (covers == 0) continue;
    double score = static_cast<double>(count_of(frame.allowed[s])) / static_cast<double>(covers);
    if (best == slots_.size() || score < best_score) best = s, best_score = score;
  }
  return best;
}

// Those that leave the fewest covers first; one that only another axis can miss counts four.
std::vector<ClassIndex> BoxSearch::order_classes(const Frame& frame, std::size_t slot) const {
  // Covers that two axes can miss are soon left to one.
  std::vector<Word> pressing(words_, 0), thrice(words_, 0), seen(words_, 0);
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    const Word* open = open_.data() + s * words_;
    for (std::size_t w = 0; w < words_; ++w) {
      thrice[w] |= pressing[w] & open[w];
      pressing[w] |= seen[w] & open[w];
      seen[w] |= open[w];
    }
  }
  for (std::size_t w = 0; w < words_; ++w) pressing[w] &= frame.alive[w] & ~thrice[w];
  std::vector<std::pair<std::size_t, ClassIndex>> weighed;
  frame.allowed[slot].for_each([&](ClassIndex c) {
    const Word* row = accepts(slot, c);
    weighed.push_back(
        {count_bits(frame.alive.data(), row, words_) + 3 * count_bits(pressing.data(), row, words_),
         c});
  });
  std::sort(weighed.begin(), weighed.end());
  std::vector<ClassIndex> order;
  for (auto [weight, c] : weighed) order.push_back(c);
  return order;
}

// Can the world be so, as far as this axis is concerned? False is certain.
bool BoxSearch::possible(const Frame& frame, std::size_t slot) const {
  Box box = world_.whole();
  for (std::size_t s = 0; s < slots_.size(); ++s) {
    if (count_of(frame.allowed[s]) != 1) continue;
    frame.allowed[s].for_each([&](ClassIndex c) { box[slots_[s].axis] = {c, c + 1}; });
  }
  return world_.allows(box, slots_[slot].axis);
}

ClassMask BoxSearch::with_alike(const ClassMask& classes, std::size_t slot) const {
  ClassMask all = classes;
  for (auto [value, first] : alike_[slot]) {
    if (classes.test(first)) all.set(value);
  }
  return all;
}

std::vector<BoxSearch::Left> BoxSearch::left_of(const Frame& frame) const {
  std::vector<Left> left;
  for (std::size_t s = 0; s < slots_.size(); ++s)
    left.push_back({slots_[s].axis, with_alike(frame.allowed[s], s)});
  return left;
}

const ClassMask& BoxSearch::limit_of(std::size_t cover, AxisIndex axis) const {
  std::span<const CoverBoxes::Limit> limits = boxes_.limits((*covers_)[cover]);
  return std::find_if(limits.begin(), limits.end(),
                      [&](const CoverBoxes::Limit& limit) { return limit.axis == axis; })
      ->classes;
}

std::vector<std::uint32_t> BoxSearch::used() const {
  std::vector<std::uint32_t> found;
  for (std::size_t w = 0; w < words_; ++w) {
    for (Word bits = used_[w]; bits != 0; bits &= bits - 1) {
      found.push_back(static_cast<std::uint32_t>(w * 64) +
                      static_cast<std::uint32_t>(std::countr_zero(bits)));
    }
  }
  return found;
}

}  // namespace sojourn
