// Diagrams that are boxes, as masks of classes per axis: what most rules are, in a form in which
// thousands of them are looked at in microseconds.
//
//   CoverBoxes boxes(store);
//   if (const CoverBoxes::Box* box = boxes.find(rule)) for (const Limit& limit :
//   boxes.limits(*box))
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/proof/diagram.h"

namespace sojourn {

// The classes of an axis, as far as there are few enough.
class ClassMask {
 public:
  static constexpr ClassIndex kClassesMax = 256;
  void set(ClassIndex value) { words_[value / 64] |= std::uint64_t{1} << (value % 64); }
  bool test(ClassIndex value) const { return (words_[value / 64] >> (value % 64) & 1) != 0; }
  bool meets(const ClassMask& other) const {
    std::uint64_t both = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) both |= words_[i] & other.words_[i];
    return both != 0;
  }
  bool none() const { return (words_[0] | words_[1] | words_[2] | words_[3]) == 0; }
  void add(const ClassMask& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  void remove(const ClassMask& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
  }
  template <class Visit>  // void(ClassIndex), ascending
  void for_each(const Visit& visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t bits = words_[i]; bits != 0; bits &= bits - 1) {
        visit(static_cast<ClassIndex>(i * 64) + static_cast<ClassIndex>(std::countr_zero(bits)));
      }
    }
  }

 private:
  std::array<std::uint64_t, kClassesMax / 64> words_{};
};

class CoverBoxes {
 public:
  struct Limit {
    AxisIndex axis = 0;
    // The share of the box's later limits, all classes taken as equally likely; the last one's
    // is 1.
    float share_below = 1;
    ClassMask classes;
  };
  struct Box {
    std::uint32_t first = 0, count = 0;
  };

  // Requires: the store outlives this.
  explicit CoverBoxes(DiagramStore& store) : store_(store) {}

  // Null when the diagram is no box, or an axis has too many classes. Valid until the next call.
  const Box* find(DiagramRef ref);
  // The diagram as disjoint boxes; null when these are more than `most`, or an axis has too many
  // classes. Valid as long as this.
  const std::vector<Box>* parts(DiagramRef ref, std::size_t most);
  // By axis, ascending. Valid until the next `find`.
  std::span<const Limit> limits(const Box& box) const {
    return std::span(limits_).subspan(box.first, box.count);
  }
  const Limit& limit(std::uint32_t index) const { return limits_[index]; }

 private:
  static constexpr std::uint32_t kUnseen = 0xFFFF'FFFFu, kNoBox = 0xFFFF'FFFEu;
  std::uint32_t make(DiagramRef ref);

  std::optional<std::vector<Box>> make_parts(DiagramRef ref, std::size_t most);

  DiagramStore& store_;
  std::vector<std::uint32_t> box_of_;  // by diagram
  std::vector<Box> boxes_;
  std::vector<Limit> limits_;
  std::map<std::pair<std::size_t, DiagramRef>, std::optional<std::vector<Box>>> parts_;  // by most
};

}  // namespace sojourn
