// What an author meant where the words are right and the sense is not: a value that stands where a
// condition should, a length of time that counts nothing, a number that every count reaches or
// none, a question about profiles of which nothing was declared.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/base/diagnostic_code.h"
#include "lang/condition_checker.h"
#include "lang/print.h"
#include "lang/units.h"

namespace sojourn::lang {
namespace {

using ast::Relation;
using ast::Subject;

bool counts_share(const ast::Condition& condition) {
  const auto* timed = std::get_if<ast::Timed>(&condition.form);
  return timed != nullptr &&
         std::any_of(timed->suffixes.begin(), timed->suffixes.end(), [](const ast::Suffix& s) {
           return s.kind == ast::Suffix::Kind::for_share || s.kind == ast::Suffix::Kind::day_share;
         });
}

}  // namespace

// A word alone that stands for nothing.
bool ConditionChecker::is_unknown_word(const ast::Condition& condition) {
  const auto* s = std::get_if<ast::Simple>(&condition.form);
  return condition.kind == ast::Condition::Kind::simple && s != nullptr &&
         s->subject == Subject::named && s->relation == Relation::none &&
         !vocabulary_.attribute(s->name.text) && vocabulary_.define(s->name.text) == nullptr;
}

// `region in BR or AR`, `tag has pilot and demo`: the last word is no condition, but another value
// of what was asked before. Says how that is asked; empty where it is not so.
std::string ConditionChecker::another_value(const ast::Condition& joined, std::size_t index) {
  if (index == 0 || !is_unknown_word(joined.parts[index])) return {};
  constexpr std::size_t kLookBackMax = 8;
  std::size_t first = index - std::min(index, kLookBackMax);
  std::size_t asked = index - 1;
  while (asked > first && is_unknown_word(joined.parts[asked])) --asked;
  const auto* before = std::get_if<ast::Simple>(&joined.parts[asked].form);
  if (before == nullptr || before->values.empty()) return {};
  Relation relation = Relation::none;
  switch (before->relation) {
    case Relation::equal:
    case Relation::in:
      relation = Relation::in;
      break;
    case Relation::not_equal:
    case Relation::not_in:
      relation = Relation::not_in;
      break;
    case Relation::has:
      relation =
          joined.kind == ast::Condition::Kind::conjunction ? Relation::has_all : Relation::has_any;
      break;
    default:
      return {};
  }
  std::vector<ast::Value> values = before->values;
  for (std::size_t i = asked + 1; i <= index; ++i) {
    ast::Value value;
    value.text = std::get<ast::Simple>(joined.parts[i].form).name.text;
    values.push_back(std::move(value));
  }
  return fmt::format("several values stand in a list: `{}`", words_of(*before, relation, values));
}

// `more than 90 days`: no event is meant.
bool ConditionChecker::counts_time(const ast::EventCount& count) {
  return count.event.word == ast::EventWord::named && names_time(count.event.name.text);
}

ConditionChecker::Checked ConditionChecker::counts_nothing(Span span) {
  error(Code::E0209, span, "it is not said what is counted",
        "what is counted stands first: `roaming in BR on more than 90 consecutive days`");
  return std::nullopt;
}

// Is there a percentage that the comparison tells from others, or that it holds for?
bool ConditionChecker::tells_shares_apart(Relation relation, std::int64_t millionths) {
  constexpr std::int64_t kWhole = 100'000'000;
  if (millionths < 0 || millionths > kWhole) return false;
  return !(relation == Relation::less && millionths == 0) &&
         !(relation == Relation::more && millionths == kWhole);
}

// A number that every count reaches, or none, is not what its author means.
bool ConditionChecker::asks_something(const ast::Condition& condition,
                                      const ast::Quantity& quantity,
                                      const ScaledThreshold& threshold,
                                      std::optional<std::int64_t> most) {
  constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max();
  std::int64_t end = most.value_or(kNoEnd);
  bool or_more = quantity.sense == ast::Sense::at_least || quantity.sense == ast::Sense::fewer_than;
  std::int64_t bound = or_more ? threshold.at_least() : threshold.more_than();
  bool upward = quantity.sense == ast::Sense::at_least || quantity.sense == ast::Sense::more_than;
  bool exactly = quantity.sense == ast::Sense::exactly;
  bool reached_by_all = !exactly && bound <= 0;
  bool reached_by_none = exactly ? threshold.at_least() > end : bound > end;
  if (!reached_by_all && !reached_by_none) return true;
  bool always = !exactly && upward == reached_by_all;
  std::string help = reached_by_all
                         ? "0 is the least that can be counted; from 1 on the count says something"
                         : fmt::format("the most that can be counted here is {}",
                                       counts_share(condition) ? "100%" : std::to_string(end));
  error(Code::E0321, quantity.span,
        fmt::format("`{}` {}", print(condition), always ? "always holds" : "can never hold"),
        std::move(help));
  return false;
}

// Who asks where data leaves counts on an answer for every profile.
void ConditionChecker::note_missing_breakouts(const std::string& asked, Span span) {
  if (breakout_told_) return;
  breakout_told_ = true;
  constexpr std::size_t kNamedMax = 4;
  std::vector<std::string> names;
  for (const Profile& profile : vocabulary_.profiles()) {
    if (profile.breakout.empty()) names.push_back(print_name(profile.name));
  }
  if (names.empty()) return;
  std::size_t shown = std::min(names.size(), kNamedMax);
  std::string who;
  for (std::size_t i = 0; i < shown; ++i) who += fmt::format("{}`{}`", i > 0 ? ", " : "", names[i]);
  if (names.size() > shown) who += fmt::format(" and {} more", names.size() - shown);
  bool one = names.size() == 1;
  error(Code::N0221, span,
        fmt::format("`{}` is unknown with the profile{} {}: no `breakout` is declared", asked,
                    one ? "" : "s", who),
        fmt::format("say where {} data leaves to the internet: `profile {} ... breakout DE`",
                    one ? "its" : "their", names.front()));
}

namespace {

// A network of the shared code that the numbering plan has in this country alone; "...": none.
std::string network_surely_in(Country country, const std::string& mcc) {
  for (std::uint16_t mnc = 0; mnc < 1000; ++mnc) {
    for (const std::string& digits : {fmt::format("{:02}", mnc), fmt::format("{:03}", mnc)}) {
      std::optional<Plmn> plmn = parse_plmn(fmt::format("{}-{}", mcc, digits));
      if (!plmn) continue;
      CountrySet of = countries_of(*plmn);
      if (of.size() == 1 && of.contains(country)) return to_text(*plmn);
    }
  }
  return "...";
}

}  // namespace

// Who asks for a country of a network counts on an answer. `subject`: network or roaming.
void ConditionChecker::note_shared_codes(const CountrySet& asked, std::string_view subject,
                                         Span span) {
  for (Country country : asked.members()) {
    std::optional<SharedCode> shared = shared_code(country, asked);
    if (!shared || !shared_codes_told_.insert(shared->mcc).second) continue;
    CountrySet others = shared->countries;
    for (Country member : asked.members()) others.erase(member);
    error(Code::N0222, span, shared->text(country),
          fmt::format(
              "where the network's code does not tell, the answer is unknown: ask for {} too, or "
              "for the place, `{}region in {}`; a network known to be there is named by its "
              "code (`plmn = {}`), and in a ban `in doubt counts` takes the doubt for a yes",
              countries_text(others, " and "), subject == "roaming" ? "roaming and " : "",
              code_of(country), network_surely_in(country, fmt::format("{}", shared->mcc))));
  }
}

}  // namespace sojourn::lang
