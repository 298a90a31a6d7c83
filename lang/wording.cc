#include "lang/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace sojourn::lang {
namespace {

// Longer lists are not looked through for parts that differ in one question only.
constexpr std::size_t kFactoredPartsMax = 20'000;
constexpr int kFactorRoundsMax = 8;

std::string not_text(const std::string& text) { return "not(" + text + ")"; }

// The intervals of a number, each as its two ends are written.
std::string number_text(const Question& q) {
  if (q.cuts.empty())
    return fmt::format("{} {}", q.below ? "any value of" : "no value of", q.about);
  auto at_least = [&](std::int64_t cut) { return fmt::format("{} >= {}", q.about, cut); };
  std::vector<std::string> intervals;
  bool inside = q.below;
  for (std::size_t i = 0; i < q.cuts.size(); ++i, inside = !inside) {
    if (inside && i == 0) intervals.push_back(not_text(at_least(q.cuts[i])));
    if (inside) continue;
    bool last = i + 1 == q.cuts.size();
    intervals.push_back(
        last ? at_least(q.cuts[i])
             : fmt::format("and({}, {})", at_least(q.cuts[i]), not_text(at_least(q.cuts[i + 1]))));
  }
  if (intervals.size() == 1) return intervals[0];
  std::sort(intervals.begin(), intervals.end());
  return fmt::format("or({})", fmt::join(intervals, ", "));
}

using Names = std::vector<std::string>;

template <class Algorithm>
Names combined(const Names& a, const Names& b, const Algorithm& algorithm) {
  Names found;
  algorithm(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(found));
  return found;
}
Names united(const Names& a, const Names& b) {
  return combined(a, b, [](auto... range) { std::set_union(range...); });
}
Names common(const Names& a, const Names& b) {
  return combined(a, b, [](auto... range) { std::set_intersection(range...); });
}
Names without(const Names& a, const Names& b) {
  return combined(a, b, [](auto... range) { std::set_difference(range...); });
}

// The value lies in both sets of values; a negated one is all but its names.
Question both_names(Question a, const Question& b) {
  if (a.negated && b.negated) {
    a.names = united(a.names, b.names);
  } else if (a.negated) {
    a.names = without(b.names, a.names);
    a.negated = false;
  } else {
    a.names = b.negated ? without(a.names, b.names) : common(a.names, b.names);
  }
  return a;
}

Question both_numbers(const Question& a, const Question& b) {
  Question both = a;
  both.cuts.clear();
  both.below = a.below && b.below;
  std::set<std::int64_t> cuts(a.cuts.begin(), a.cuts.end());
  cuts.insert(b.cuts.begin(), b.cuts.end());
  auto holds = [](const Question& q, std::int64_t value) {
    auto passed = std::upper_bound(q.cuts.begin(), q.cuts.end(), value) - q.cuts.begin();
    return q.below != (passed % 2 != 0);
  };
  bool before = both.below;
  for (std::int64_t cut : cuts) {
    bool here = holds(a, cut) && holds(b, cut);
    if (here != before) both.cuts.push_back(cut);
    before = here;
  }
  return both;
}

void negate(Question& question) {
  if (question.kind == Question::Kind::number) {
    question.below = !question.below;
  } else {
    question.negated = !question.negated;
  }
}

// Is `a and b`, or `a or b`, one question for all of a key? (To meet one set of countries and
// another is no question about one set.)
bool is_mergeable(const Question& question, bool all) {
  if (question.kind == Question::Kind::claims) return question.negated == all;
  return question.kind != Question::Kind::plain;
}

// What can be one question has equal keys.
std::string key_of(const Question& question) {
  bool by_sign = question.kind == Question::Kind::count || question.kind == Question::Kind::claims;
  return fmt::format("{}{} {}", static_cast<int>(question.kind),
                     by_sign && question.negated ? " not" : "", question.about);
}

// Requires: mergeable, of equal keys.
Question both(Question a, const Question& b) {
  switch (a.kind) {
    case Question::Kind::count:
      a.threshold =
          a.negated ? std::min(a.threshold, b.threshold) : std::max(a.threshold, b.threshold);
      return a;
    case Question::Kind::number:
      return both_numbers(a, b);
    case Question::Kind::names:
    case Question::Kind::countries:
    case Question::Kind::claims:
      return both_names(std::move(a), b);
    case Question::Kind::plain:
      break;
  }
  return a;
}

// `a or b` is neither of their opposites.
Question merged(Question a, Question b, bool all) {
  if (all) return both(std::move(a), b);
  negate(a);
  negate(b);
  Question neither = both(std::move(a), b);
  negate(neither);
  return neither;
}

// Two by two, so that many small ones are not one large one soon.
Question merged(std::vector<Question> questions, bool all) {
  while (questions.size() > 1) {
    std::size_t half = (questions.size() + 1) / 2;
    for (std::size_t i = 0; i + half < questions.size(); ++i) {
      questions[i] = merged(std::move(questions[i]), std::move(questions[i + half]), all);
    }
    questions.resize(half);
  }
  return std::move(questions[0]);
}

}  // namespace

std::string Question::text() const {
  std::string asked = about;
  switch (kind) {
    case Kind::plain:
      break;
    case Kind::count:
      asked += fmt::format(" >= {}", threshold);
      break;
    case Kind::number:
      return number_text(*this);
    case Kind::names:
      asked += fmt::format(" in {{{}}}", fmt::join(names, ","));
      break;
    case Kind::countries:
    case Kind::claims:
      asked += fmt::format(" in {}", fmt::join(names, "+"));
      break;
  }
  return negated ? not_text(asked) : asked;
}

Wording Wording::of(Question question) {
  Wording one(Op::question, question.text());
  one.question_ = std::move(question);
  return one;
}

Wording Wording::negated() const {
  switch (op_) {
    case Op::always:
      return never();
    case Op::never:
      return always();
    case Op::question: {
      Question other = question_;
      negate(other);
      return of(std::move(other));
    }
    case Op::all:
    case Op::any:
      break;
  }
  std::vector<Wording> parts;
  for (const Wording& part : parts_) parts.push_back(part.negated());
  return list(op_ == Op::all ? Op::any : Op::all, std::move(parts));
}

Wording Wording::list(Op op, std::vector<Wording> given) {
  Op neutral = op == Op::all ? Op::always : Op::never;
  std::vector<Wording> parts;
  for (Wording& part : given) {
    if (part.op_ == neutral) continue;
    bool ends = part.op_ == Op::always || part.op_ == Op::never;
    if (ends) return std::move(part);
    if (part.op_ == op) {
      std::move(part.parts_.begin(), part.parts_.end(), std::back_inserter(parts));
    } else {
      parts.push_back(std::move(part));
    }
  }
  for (int round = 0; round < kFactorRoundsMax; ++round) {
    merge_questions(op, parts);
    auto less = [](const Wording& a, const Wording& b) { return a.text_ < b.text_; };
    auto same = [](const Wording& a, const Wording& b) { return a.text_ == b.text_; };
    std::sort(parts.begin(), parts.end(), less);
    parts.erase(std::unique(parts.begin(), parts.end(), same), parts.end());
    absorb(parts);
    if (!factor(op, parts)) break;
  }
  if (parts.empty()) return op == Op::all ? always() : never();
  if (parts.size() == 1) return std::move(parts[0]);
  std::string text;
  for (const Wording& part : parts) text += (text.empty() ? "" : ", ") + part.text_;
  Wording made(op, fmt::format("{}({})", op == Op::all ? "and" : "or", text));
  made.parts_ = std::move(parts);
  return made;
}

// What is asked of one value is one question.
void Wording::merge_questions(Op op, std::vector<Wording>& parts) {
  bool all = op == Op::all;
  std::map<std::string, std::vector<Question>> by_value;
  std::erase_if(parts, [&](Wording& part) {
    bool taken = part.op_ == Op::question && is_mergeable(part.question_, all);
    if (taken) by_value[key_of(part.question_)].push_back(std::move(part.question_));
    return taken;
  });
  for (auto& [value, questions] : by_value) parts.push_back(of(merged(std::move(questions), all)));
}

// `a or (a and b)` is a, and so is `a and (a or b)`. Requires: sorted, each once.
void Wording::absorb(std::vector<Wording>& parts) {
  std::set<std::string> said;
  for (const Wording& part : parts) {
    if (part.op_ == Op::question) said.insert(part.text_);
  }
  std::erase_if(parts, [&](const Wording& part) {
    return std::any_of(part.parts_.begin(), part.parts_.end(),
                       [&](const Wording& inner) { return said.contains(inner.text_); });
  });
}

// `(a and b) or (a and c)`, where b and c ask about one value: `a and (b or c)`. False: there is
// nothing of the kind.
bool Wording::factor(Op op, std::vector<Wording>& parts) {
  if (parts.size() < 2 || parts.size() > kFactoredPartsMax) return false;
  bool all = op == Op::all;
  Op inner = all ? Op::any : Op::all;
  auto asks = [&](const Wording& part, const std::string& key) {
    return part.op_ == Op::question && is_mergeable(part.question_, all) &&
           key_of(part.question_) == key;
  };
  std::set<std::string> values;
  for (const Wording& part : parts) {
    if (part.op_ != inner) continue;
    for (const Wording& one : part.parts_) {
      bool mergeable = one.op_ == Op::question && is_mergeable(one.question_, all);
      if (mergeable) values.insert(key_of(one.question_));
    }
  }
  bool any = false;
  for (const std::string& value : values) {
    // The lists, by what stands beside the question.
    std::map<std::string, std::vector<std::size_t>> lists;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].op_ != inner) continue;
      std::string rest;
      std::size_t asked = 0;
      for (const Wording& one : parts[i].parts_) {
        bool asks_this = asks(one, value);
        asked += asks_this ? 1 : 0;
        if (!asks_this) rest.append(one.text_).append("\n");
      }
      if (asked == 1) lists[std::move(rest)].push_back(i);
    }
    std::vector<bool> gone(parts.size(), false);
    for (const auto& [rest, places] : lists) {
      if (places.size() < 2) continue;
      any = true;
      std::vector<Question> questions;
      for (std::size_t place : places) {
        std::vector<Wording>& own = parts[place].parts_;
        auto asked = std::find_if(own.begin(), own.end(),
                                  [&](const Wording& one) { return asks(one, value); });
        questions.push_back(std::move(asked->question_));
        gone[place] = place != places[0];
        own.erase(asked);
      }
      std::vector<Wording> both = std::move(parts[places[0]].parts_);
      both.push_back(of(merged(std::move(questions), all)));
      parts[places[0]] = list(inner, std::move(both));
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (gone[i]) continue;
      if (kept != i) parts[kept] = std::move(parts[i]);
      ++kept;
    }
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(kept), parts.end());
  }
  return any;
}

}  // namespace sojourn::lang
