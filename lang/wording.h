// Private to lang. One wording for conditions that mean the same in other words.
//
//   Wording::all_of({a, b}).negated().text()        // "or(not(a), not(b))"
//
// Negations stand at what is asked, lists within lists are one, what is said twice is said once,
// and all that a list asks of one value is one question:
//
//   not(a or b)                                     and(not(a), not(b))
//   a or (a and b)                                  a
//   battery >= 30 and battery >= 50                 battery >= 50
//   type in meter or type in tracker                type in {meter,tracker}
//   (a and battery >= 50) or (a and battery < 50 and battery >= 30)
//                                                   and(a, battery >= 30)
//
// Every step keeps the value of the condition also where something is unknown (Kleene): of a value
// that is unknown every question is. Conditions of equal texts mean the same; it is not said that
// those of different texts do not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sojourn::lang {

// What is asked of one feature.
struct Question {
  enum class Kind : std::uint8_t {
    plain,      // `about` is the whole question
    count,      // at least `threshold` of what has a lower and an upper bound
    number,     // the value lies in the intervals that `cuts` divide
    names,      // the value is among `names`
    countries,  // the value, one country, is among `names`
    claims,     // the value, several countries, meets `names`
  };
  Kind kind = Kind::plain;
  std::string about;  // the feature's identity
  bool negated = false;
  std::int64_t threshold = 0;
  std::vector<std::int64_t> cuts;  // ascending: where the answer changes
  bool below = false;              // the answer below the first cut
  std::vector<std::string> names;  // ascending

  std::string text() const;
};

class Wording {
 public:
  static Wording always() { return Wording(Op::always, "always"); }
  static Wording never() { return Wording(Op::never, "never"); }
  static Wording of(Question question);
  static Wording all_of(std::vector<Wording> parts) { return list(Op::all, std::move(parts)); }
  static Wording any_of(std::vector<Wording> parts) { return list(Op::any, std::move(parts)); }

  Wording negated() const;
  const std::string& text() const { return text_; }

 private:
  enum class Op : std::uint8_t { always, never, question, all, any };

  Wording(Op op, std::string text) : op_(op), text_(std::move(text)) {}
  static Wording list(Op op, std::vector<Wording> parts);
  static void merge_questions(Op op, std::vector<Wording>& parts);
  static void absorb(std::vector<Wording>& parts);
  static bool factor(Op op, std::vector<Wording>& parts);

  Op op_;
  Question question_;           // op question
  std::vector<Wording> parts_;  // op all, any: by text, ascending
  std::string text_;
};

}  // namespace sojourn::lang
