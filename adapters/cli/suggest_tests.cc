// Stories are told (threshold_stories.h), tried, made shorter as long as they show the same, and
// written down with what was decided at their end. All stories of one round are read at once: a
// policy is read a dozen times, however many thresholds it has.
#include "adapters/cli/suggest_tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "adapters/cli/story_edits.h"
#include "adapters/cli/threshold_stories.h"
#include "engine/base/written_name.h"
#include "lang/testing/run.h"

namespace sojourn::cli {
namespace {

using lang::Sides;
using lang::TestResult;
using lang::Threshold;

// Parts of a `given` line that are tried without.
constexpr std::size_t kGivenPartsMax = 8;

// What is told of at once, and of one threshold: more would be read by nobody.
constexpr std::size_t kFamiliesMax = 1'000, kOwnersMax = 50;

constexpr std::array<int, 3> kSides = {-1, 0, 1};

const char* side_words(int side) {
  return side < 0 ? "just below" : side == 0 ? "at" : "just above";
}

bool has_side(const Sides& sides, int side) {
  return side < 0 ? sides.below : side == 0 ? sides.at : sides.above;
}

// The story of one side, once one was found.
struct Telling {
  int side = 0;
  std::vector<Story> candidates{};
  std::optional<Story> story{};
  std::vector<std::string> outcome{};
  // Another one that gets there and ends otherwise.
  std::optional<Story> other_story{};
  std::vector<std::string> other_outcome{};

  void add(const Telling& more) {
    if (!more.story) return;
    if (!story) {
      *this = more;
    } else if (more.outcome != outcome) {
      other_story = more.story;
      other_outcome = more.outcome;
    }
  }
};

// The three stories of one threshold in one rule or ban; they are kept alike.
struct Family {
  std::size_t threshold = 0;
  ThresholdOwner owner;
  std::string label;
  std::array<Telling, 3> tellings;

  // How plainly does the threshold show? 3: something else is decided from it on; 2: something else
  // again beyond it; 1: only beyond it; 0: nothing changes.
  int plainness() const {
    bool from_it = false, beyond_it = false;
    const Telling* before = nullptr;
    for (const Telling& telling : tellings) {
      if (!telling.story) continue;
      if (before != nullptr && before->outcome != telling.outcome) {
        (before->side < 0 ? from_it : beyond_it) = true;
      }
      before = &telling;
    }
    return from_it ? (beyond_it ? 2 : 3) : beyond_it ? 1 : 0;
  }
  bool tells_apart() const { return plainness() > 0; }

  void swap_with_others(unsigned sides) {
    for (std::size_t s = 0; s < tellings.size(); ++s) {
      if ((sides >> s & 1) == 0) continue;
      std::swap(tellings[s].story, tellings[s].other_story);
      std::swap(tellings[s].outcome, tellings[s].other_outcome);
    }
  }

  // Where all three end alike, because the owner asks for something else besides, rather one that
  // ends otherwise; and best so that they change at the threshold alone.
  void tell_apart() {
    unsigned with_other = 0, best = 0;
    for (std::size_t s = 0; s < tellings.size(); ++s) {
      if (tellings[s].other_story) with_other |= 1U << s;
    }
    int most = plainness();
    for (unsigned sides = 1; sides < 1U << tellings.size(); ++sides) {
      if ((sides & ~with_other) != 0) continue;
      swap_with_others(sides);
      if (int here = plainness(); here > most) {
        most = here;
        best = sides;
      }
      swap_with_others(sides);
    }
    swap_with_others(best);
  }
};

class Suggestions {
 public:
  Suggestions(const PolicyInput& input, const Gazetteer& world,
              std::shared_ptr<const PreparedPolicy> policy)
      : input_(input), world_(world), policy_(std::move(policy)), runner_(policy_) {}

  Status collect(const CoverageReport& coverage) {
    for (std::size_t i = 0; i < coverage.thresholds.size(); ++i) {
      const auto& [threshold, sides] = coverage.thresholds[i];
      if (sides.all()) continue;
      thresholds_.push_back(threshold);
      places_.push_back(i);
      seen_.push_back(sides);
    }
    owners_ = owners_of(table(), thresholds_);
    limit();
    auto stories = ThresholdStories::make(table(), world_, thresholds_, owners_);
    if (!stories) return std::move(stories).error();
    stories_ = std::move(stories).value();
    for (std::size_t i = 0; i < thresholds_.size(); ++i) {
      for (const ThresholdOwner& owner : owners_[i]) families_.push_back(told(i, owner));
      // The one that took the last step may lack stories: it comes again, unless it is the first.
      if (stories_->exhausted() && i > 0) {
        left_ += thresholds_.size() - i;
        std::erase_if(families_, [&](const Family& family) { return family.threshold == i; });
        break;
      }
      if (owners_[i].empty()) {
        not_found_.push_back(
            fmt::format("`{}`: no rule, ban or guard asks for it", thresholds_[i].text));
      }
    }
    return {};
  }

  // Of each side's candidates the first that gets there.
  void choose() {
    find_stories();
    std::vector<std::pair<Family*, Family>> alike;  // and what was found of them so far
    for (Family& family : families_) {
      family.tell_apart();
      if (family.plainness() > 1) continue;
      alike.emplace_back(&family, family);
      for (Telling& telling : family.tellings) {
        telling = Telling{.side = telling.side};
        if (has_side(seen_[family.threshold], telling.side)) continue;
        telling.candidates = stories_->tell_travelled(family.threshold, family.owner, telling.side);
      }
    }
    find_stories();
    for (auto& [family, before] : alike) {
      family->tell_apart();
      if (family->plainness() == 3) continue;
      for (std::size_t s = 0; s < kSides.size(); ++s) before.tellings[s].add(family->tellings[s]);
      *family = std::move(before);
      family->tell_apart();
    }
  }

  // A side that the rest of the condition rules out is told without that rest.
  void choose_alone() {
    for (Family& family : families_) {
      for (Telling& telling : family.tellings) {
        telling.candidates.clear();
        if (telling.story || has_side(seen_[family.threshold], telling.side)) continue;
        telling.candidates = stories_->tell_alone(family.threshold, telling.side);
      }
    }
    find_stories();
  }

  void find_stories() {
    std::size_t rounds = 0;
    for (const Family& family : families_) {
      for (const Telling& telling : family.tellings) {
        rounds = std::max(rounds, telling.candidates.size());
      }
    }
    for (std::size_t round = 0; round < rounds; ++round) {
      std::vector<std::pair<const Family*, Telling*>> open;
      std::vector<Story> stories;
      for (Family& family : families_) {
        for (Telling& telling : family.tellings) {
          if (telling.other_story || round >= telling.candidates.size()) continue;
          open.emplace_back(&family, &telling);
          stories.push_back(telling.candidates[round]);
        }
      }
      std::vector<std::optional<TestResult>> results = run(stories);
      for (std::size_t i = 0; i < open.size(); ++i) {
        auto [family, telling] = open[i];
        if (!results[i] || !reaches(*results[i], family->threshold, telling->side)) continue;
        if (!telling->story) {
          telling->story = stories[i];
          telling->outcome = results[i]->outcome;
        } else if (results[i]->outcome != telling->outcome) {
          telling->other_story = stories[i];
          telling->other_outcome = results[i]->outcome;
        }
      }
    }
  }

  void shorten() {
    edit(with_plain_networks(input_.text), false);
    edit(with_round_numbers(), false);
    shorten_reports();
    // What a rule asks for beside the threshold stays: the outcome depends on it.
    for (std::size_t i = kGivenPartsMax; i > 0; --i) edit(without_given(i - 1), true);
    shorten_reports();
  }

  SuggestedTests write() {
    std::vector<std::string> blocks;
    for (const Family& family : families_) {
      std::string missing;
      for (const Telling& telling : family.tellings) {
        if (telling.story) {
          blocks.push_back(finished(family, telling));
        } else if (!has_side(seen_[family.threshold], telling.side)) {
          missing += fmt::format("{}{}", missing.empty() ? "" : ", ", side_words(telling.side));
        }
      }
      if (missing.empty()) continue;
      not_found_.push_back(fmt::format("`{}` {}, for `{}`", thresholds_[family.threshold].text,
                                       missing, family.label));
    }
    SuggestedTests suggested;
    suggested.not_found = std::move(not_found_);
    suggested.left = left_;
    std::vector<std::optional<TestResult>> results = run_blocks(blocks);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (!results[i] || !results[i]->passed()) {
        suggested.not_found.push_back(blocks[i].substr(0, blocks[i].find('\n')));
        continue;
      }
      suggested.text += "\n" + blocks[i];
    }
    return suggested;
  }

 private:
  const RuleTable& table() const { return policy_->table(); }

  // As many thresholds as can be told of in a while, each with the first that ask for it.
  void limit() {
    std::size_t families = 0, kept = 0;
    for (; kept < thresholds_.size() && families < kFamiliesMax; ++kept) {
      std::vector<ThresholdOwner>& owners = owners_[kept];
      owners.resize(std::min(owners.size(), kOwnersMax));
      families += owners.size();
    }
    left_ = thresholds_.size() - kept;
    thresholds_.resize(kept);
    owners_.resize(kept);
  }

  Family told(std::size_t threshold, const ThresholdOwner& owner) const {
    Family family;
    family.threshold = threshold;
    family.owner = owner;
    family.label = label_of(owner);
    for (std::size_t s = 0; s < kSides.size(); ++s) {
      family.tellings[s].side = kSides[s];
      if (has_side(seen_[threshold], kSides[s])) continue;
      family.tellings[s].candidates = stories_->tell(threshold, owner, kSides[s]);
    }
    return family;
  }

  std::string label_of(const ThresholdOwner& owner) const {
    switch (owner.kind) {
      case ThresholdOwner::Kind::rule:
        return table().rules[owner.index].label();
      case ThresholdOwner::Kind::ban:
        return table().bans[owner.index].label();
      case ThresholdOwner::Kind::guard:
        return fmt::format("guard of line {}", table().guards[owner.index].origin.line);
    }
    return "";
  }

  // Did the story come to its side of the threshold, and not beyond?
  bool reaches(const TestResult& result, std::size_t threshold, int side) const {
    if (!result.passed() || result.outcome.empty()) return false;
    const Sides& seen = result.coverage.boundaries[places_[threshold]];
    if (side < 0) return seen.below && !seen.at && !seen.above;
    return side == 0 ? seen.at && !seen.above : seen.above;
  }

  void shorten_reports() {
    for (const char* word : {"position ", "registration ", "rat ", "network "}) {
      edit(without_part(word), false);
    }
  }

  // Keeps an edit where every story of a family still shows what it did.
  void edit(const StoryEdit& change, bool only_where_told_apart) {
    struct Edited {
      Family* family;
      std::size_t first;
      std::array<std::optional<Story>, 3> stories;
    };
    std::vector<Edited> open;
    std::vector<Story> stories;
    for (Family& family : families_) {
      if (only_where_told_apart && !family.tells_apart()) continue;
      Edited edited{&family, stories.size(), {}};
      bool possible = true;
      for (std::size_t s = 0; s < kSides.size(); ++s) {
        if (!family.tellings[s].story) continue;
        edited.stories[s] = change(*family.tellings[s].story);
        possible = possible && edited.stories[s];
      }
      if (!possible) continue;
      for (const std::optional<Story>& story : edited.stories) {
        if (story) stories.push_back(*story);
      }
      open.push_back(std::move(edited));
    }
    std::vector<std::optional<TestResult>> results = run(stories);
    for (const Edited& edited : open) {
      bool same = true;
      std::size_t at = edited.first;
      for (std::size_t s = 0; s < kSides.size(); ++s) {
        if (!edited.stories[s]) continue;
        const Telling& telling = edited.family->tellings[s];
        const std::optional<TestResult>& result = results[at++];
        same = same && result && reaches(*result, edited.family->threshold, telling.side) &&
               result->outcome == telling.outcome;
      }
      if (!same) continue;
      for (std::size_t s = 0; s < kSides.size(); ++s) {
        if (edited.stories[s]) edited.family->tellings[s].story = edited.stories[s];
      }
    }
  }

  static std::string block_of(const std::string& name, const Story& story) {
    const bool obeying = !story.empty() && story[0] == kObeying;
    auto lines = story.begin() + (obeying ? 1 : 0);
    return fmt::format("test {}{}\n{}\n", written_text(name), obeying ? kObeying : "",
                       fmt::join(lines, story.end(), "\n"));
  }

  // The block as it is printed: named, with its expectations, in the one layout.
  std::string finished(const Family& family, const Telling& telling) {
    std::string name = fmt::format("{}, {}: {}", family.label, side_words(telling.side),
                                   thresholds_[family.threshold].text);
    std::replace(name.begin(), name.end(), '"', '\'');
    if (names_.empty()) {
      for (const lang::TestCase& test : input_.policy->tests) names_.insert(test.name);
    }
    std::string unique = name;
    for (int i = 2; !names_.insert(unique).second; ++i) unique = fmt::format("{} ({})", name, i);
    Story story = *telling.story;
    story.push_back(fmt::format("  expect {}", fmt::join(telling.outcome, ", ")));
    std::string block = block_of(unique, story);
    SourceMap sources;
    DiagnosticList diagnostics;
    return lang::format("suggested", block, sources, diagnostics).value_or(block);
  }

  std::vector<std::optional<TestResult>> run(const std::vector<Story>& stories) const {
    std::vector<std::string> blocks;
    for (std::size_t i = 0; i < stories.size(); ++i) {
      blocks.push_back(block_of(fmt::format("suggested story {}", i), stories[i]));
    }
    return run_blocks(blocks);
  }

  std::vector<std::optional<TestResult>> run_blocks(const std::vector<std::string>& blocks) const {
    std::vector<std::optional<TestResult>> results(blocks.size());
    if (blocks.empty()) return results;
    auto tests = lang::read_tests(fmt::format("{}", fmt::join(blocks, "\n")), input_.policy->table);
    if (tests && tests->size() == blocks.size()) {
      for (std::size_t i = 0; i < blocks.size(); ++i) {
        results[i] = runner_.run((*tests)[i]);
      }
      return results;
    }
    if (blocks.size() == 1) return results;
    // One of them cannot be read: halves that can are not lost for it.
    auto middle = blocks.begin() + static_cast<std::ptrdiff_t>(blocks.size() / 2);
    results = run_blocks({blocks.begin(), middle});
    for (auto& result : run_blocks({middle, blocks.end()})) results.push_back(std::move(result));
    return results;
  }

  const PolicyInput& input_;
  const Gazetteer& world_;
  std::shared_ptr<const PreparedPolicy> policy_;
  lang::TestRunner runner_;
  std::vector<Threshold> thresholds_;  // those not seen from every side
  std::vector<std::size_t> places_;    // of each among all of the policy's
  std::vector<Sides> seen_;            // of each, by the policy's own tests, or impossible
  std::vector<std::vector<ThresholdOwner>> owners_;  // of each
  std::size_t left_ = 0;
  std::unique_ptr<ThresholdStories> stories_;
  std::vector<Family> families_;
  std::vector<std::string> not_found_;
  std::set<std::string> names_;
};

}  // namespace

Result<SuggestedTests> suggest_tests(const PolicyInput& input, const Gazetteer& world,
                                     const std::shared_ptr<const PreparedPolicy>& policy,
                                     const CoverageReport& coverage) {
  Suggestions suggestions(input, world, policy);
  if (Status ready = suggestions.collect(coverage); !ready) return std::move(ready).error();
  suggestions.choose();
  suggestions.choose_alone();
  suggestions.shorten();
  return suggestions.write();
}

}  // namespace sojourn::cli
