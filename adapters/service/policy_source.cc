#include "adapters/service/policy_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/geo/geo.h"
#include "engine/base/diagnostic_code.h"
#include "engine/graph/viewed_places.h"
#include "engine/proof/analysis.h"
#include "engine/proof/findings.h"
#include "engine/proof/lived_policy.h"
#include "lang/testing/run.h"

namespace sojourn::service {
namespace {

lang::LoadRequest load_request(const std::string& path, std::string text, const FileSource& files,
                               const Gazetteer& world) {
  lang::LoadRequest request;
  request.path = path;
  request.text = std::move(text);
  request.files = &files;
  request.read_area = geo::read_geojson_area;
  request.gazetteer = &world;
  return request;
}

bool is_test_block(const std::string& note) {
  return note.find("test \"") != std::string::npos && note.find('\n') != std::string::npos;
}

// The tests in such blocks, one in each, all of different names. Absent when one cannot be read.
std::optional<std::vector<lang::TestCase>> read_each(std::span<const std::string> blocks,
                                                     const RuleTable& table) {
  constexpr std::string_view before_name = "test \"";
  std::string text;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    std::string named = blocks[i];
    named.insert(named.find(before_name) + before_name.size(), fmt::format("{}: ", i));
    text += named + "\n";
  }
  auto tests = lang::read_tests(text, table);
  if (!tests || tests->size() != blocks.size()) return std::nullopt;
  return tests;
}

// The rules that are said to disagree: both have to hold where it is shown.
std::set<std::uint32_t> disagreeing(const Diagnostic& diagnostic, const PolicySource& source) {
  std::set<std::uint32_t> rules;
  if (diagnostic.code != Code::E0301) return rules;
  const auto& spans = source.policy->rule_spans;
  for (const Label& label : diagnostic.labels) {
    auto rule = std::find(spans.begin(), spans.end(), label.span);
    if (rule != spans.end()) rules.insert(static_cast<std::uint32_t>(rule - spans.begin()));
  }
  return rules;
}

// Which `test` blocks of the findings pass on the policy?
class Replay {
 public:
  Replay(const PolicySource& source, const Gazetteer& world, const std::vector<Diagnostic>& found)
      : source_(source),
        table_(source.policy->table),
        claims_(world.claims()),
        policy_(table_, claims_, &world) {
    std::vector<std::string> blocks;
    for (const Diagnostic& diagnostic : found) {
      for (const std::string& note : diagnostic.notes) {
        if (!is_test_block(note)) continue;
        blocks.push_back(note);
        asked_[note].merge(disagreeing(diagnostic, source));
      }
    }
    std::sort(blocks.begin(), blocks.end());
    blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
    if (!blocks.empty() && policy_.get() != nullptr) run(blocks);
  }

  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // Do all of its stories come about, and show what they are said to show?
  bool reproduces(const Diagnostic& diagnostic) const {
    const std::set<std::uint32_t> rules = disagreeing(diagnostic, source_);
    return std::all_of(diagnostic.notes.begin(), diagnostic.notes.end(),
                       [&](const std::string& note) {
                         if (!is_test_block(note)) return true;
                         auto passed = passed_.find(note);
                         return passed != passed_.end() &&
                                std::includes(passed->second.begin(), passed->second.end(),
                                              rules.begin(), rules.end());
                       });
  }

 private:
  // Those that cannot be read do not keep others from being run.
  void run(std::span<const std::string> blocks) {
    if (auto tests = read_each(blocks, table_)) {
      lang::TestRunner runner(policy_.get());
      for (std::size_t i = 0; i < blocks.size(); ++i) {
        lang::TestResult result = runner.run((*tests)[i], asked_[blocks[i]]);
        if (result.passed()) passed_[blocks[i]] = std::move(result.holding);
      }
    } else if (blocks.size() > 1) {
      run(blocks.first(blocks.size() / 2));
      run(blocks.subspan(blocks.size() / 2));
    }
  }

  const PolicySource& source_;
  const RuleTable& table_;
  std::vector<CountryClaim> claims_;
  LivedPolicy policy_;
  std::map<std::string, std::set<std::uint32_t>> asked_;   // by block: rules that should hold
  std::map<std::string, std::set<std::uint32_t>> passed_;  // and those that do, of those that pass
};

bool has_test_block(const Diagnostic& diagnostic) {
  return std::any_of(diagnostic.notes.begin(), diagnostic.notes.end(), is_test_block);
}

// Takes another situation for each broken ban and assertion whose own did not come about; false:
// there is none.
bool move_elsewhere(Analysis& analysis, const std::vector<Diagnostic>& found, const Replay& replay,
                    const RuleTable& table) {
  auto is_lost = [&](Code code, const std::string& about) {
    return std::any_of(found.begin(), found.end(), [&](const Diagnostic& one) {
      return one.code == code && one.message.starts_with(about) && !replay.reproduces(one);
    });
  };
  bool moved = false;
  for (BanVerdict& verdict : analysis.promises.bans) {
    if (verdict.elsewhere.empty() && !verdict.stands) continue;
    if (!is_lost(Code::P0301, fmt::format("ban `{}` can ", table.bans[verdict.ban].label()))) {
      continue;
    }
    moved = true;
    if (std::exchange(verdict.stands, std::nullopt)) continue;
    verdict.witness = std::move(verdict.elsewhere.back());
    verdict.elsewhere.pop_back();
  }
  for (AssertionVerdict& verdict : analysis.promises.assertions) {
    std::uint32_t line = table.assertions[verdict.assertion].origin.line;
    if (!verdict.stands) continue;
    if (!is_lost(Code::P0302, fmt::format("the assertion in line {} does not hold", line))) {
      continue;
    }
    verdict.stands.reset();
    moved = true;
  }
  return moved;
}

// What did not come about, of a device that did not exist before: then nothing is in doubt of what
// it was. `of_newborn`: the findings told so.
void tell_of_newborn(const PolicySource& source, const Gazetteer& world,
                     std::vector<Diagnostic> of_newborn, std::vector<Diagnostic>& found,
                     std::vector<bool>& comes_about) {
  std::vector<std::size_t> retold;
  std::vector<Diagnostic> stories;
  for (std::size_t i = 0; i < found.size() && of_newborn.size() == found.size(); ++i) {
    bool same = of_newborn[i].message == found[i].message;
    if (comes_about[i] || !same || !has_test_block(of_newborn[i])) continue;
    retold.push_back(i);
    stories.push_back(of_newborn[i]);
  }
  if (retold.empty()) return;
  Replay replay(source, world, stories);
  for (std::size_t i : retold) {
    comes_about[i] = replay.reproduces(of_newborn[i]);
    if (comes_about[i]) found[i] = std::move(of_newborn[i]);
  }
}

// One note about `otherwise`: where none is written and a situation is shown that it decides, that
// is the note; where it is written, the author has said what happens there.
void join_notes_on_otherwise(PolicySource& source, Analysis& analysis) {
  if (source.policy->otherwise_written) analysis.gap.reset();
  if (!analysis.gap) return;
  DiagnosticList kept;
  for (const Diagnostic& diagnostic : source.diagnostics.all()) {
    if (diagnostic.code != Code::N0323) kept.add(diagnostic);
  }
  source.diagnostics = std::move(kept);
}

}  // namespace

std::unique_ptr<PolicySource> read_policy_source(std::string path, std::string text,
                                                 const FileSource& files, const Gazetteer& world) {
  auto source = std::make_unique<PolicySource>();
  source->path = std::move(path);
  source->text = std::move(text);
  source->files = &files;
  lang::LoadRequest request = load_request(source->path, source->text, files, world);
  source->policy = lang::load_policy(request, source->sources, source->diagnostics);
  source->diagnostics.finish();
  return source;
}

Status analyse_policy(PolicySource& source, const Gazetteer& world, Recheck* kept) {
  if (!source.policy || source.diagnostics.has_errors()) return {};
  const RuleTable& table = source.policy->table;
  auto situations = situations_of(world, table);
  if (!situations) return std::move(situations).error();
  AnalysisOptions options;
  options.claims = world.claims();
  options.situations = &*situations;
  options.gazetteer = &world;
  Analysis analysis = kept ? kept->analyse(table, options) : analyse(table, options);
  // Counterexamples are lived through on the maps' borders.
  if (auto borders = bind_areas(world, table); !borders) return std::move(borders).error();
  join_notes_on_otherwise(source, analysis);
  auto span_of = [&](std::uint32_t rule) -> std::optional<Span> {
    if (rule >= source.policy->rule_spans.size()) return std::nullopt;
    return source.policy->rule_spans[rule];
  };
  std::vector<Diagnostic> found = findings(analysis, span_of);
  auto replay = std::make_unique<Replay>(source, world, found);
  while (move_elsewhere(analysis, found, *replay, source.policy->table)) {
    found = findings(analysis, span_of);
    replay = std::make_unique<Replay>(source, world, found);
  }
  std::vector<bool> comes_about(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) comes_about[i] = replay->reproduces(found[i]);
  if (std::find(comes_about.begin(), comes_about.end(), false) != comes_about.end()) {
    tell_of_newborn(source, world, findings(analysis, span_of, true), found, comes_about);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    Diagnostic& diagnostic = found[i];
    bool of_a_life = diagnostic.code == Code::P0301 || diagnostic.code == Code::P0302 ||
                     diagnostic.code == Code::P0303 || diagnostic.code == Code::W0303;
    if (!comes_about[i]) {
      // The prover's world knows less than the engine about counts with another profile, and little
      // where profiles and networks are too many; and nobody is held up by a story that is not
      // told well enough, of something that is no error.
      bool is_error = diagnostic.severity == Severity::error;
      if (of_a_life || !is_error || !analysis.identities_together) {
        source.diagnostics.add(make_diagnostic(
            Code::N0304,
            fmt::format("not decided: {}; the situation that was found did not come about when it "
                        "was replayed",
                        diagnostic.message),
            "look at the situation yourself: the proof was not completed"));
        continue;
      }
      // An error stands, but no story is shown that was not lived through.
      std::erase_if(diagnostic.notes, is_test_block);
      diagnostic.notes.emplace_back(
          "no test of it is shown: the one that was told did not come about when it was replayed");
    }
    source.diagnostics.add(std::move(diagnostic));
  }
  source.diagnostics.finish();
  return {};
}

}  // namespace sojourn::service
