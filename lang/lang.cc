#include "lang/lang.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <variant>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/ast_builder.h"
#include "lang/check.h"
#include "lang/contradictions.h"
#include "lang/grammar.h"
#include "lang/inventory_files.h"
#include "lang/library.h"
#include "lang/look_alikes.h"
#include "lang/lower.h"
#include "lang/named_files.h"
#include "lang/test_cases.h"

namespace sojourn::lang {
namespace {

bool fits(std::string_view path, std::string_view text, DiagnosticList& diagnostics) {
  if (text.size() <= limits::kSourceBytesMax) return true;
  diagnostics.add(
      make_diagnostic(Code::E0901, fmt::format("`{}` has {} bytes; a rule file has at most {}",
                                               path, text.size(), limits::kSourceBytesMax)));
  return false;
}

// Of the rule file alone, or of the digests of all files in the order read.
Sha256Digest text_digest(std::string_view text, const NamedFiles& files) {
  Sha256Digest own = sha256(as_bytes(text));
  if (files.digests().empty()) return own;
  Bytes all(own.begin(), own.end());
  for (const Sha256Digest& digest : files.digests()) {
    all.insert(all.end(), digest.begin(), digest.end());
  }
  return sha256(all);
}

std::vector<Observation> build_devices(const Library& library, const RuleTable& policy,
                                       const SourceMap& sources, DiagnosticList& diagnostics) {
  std::vector<Observation> devices;
  for (const CsvFile& sheet : library.devices()) {
    std::vector<Observation> rows = device_rows(sheet, policy, sources, diagnostics);
    devices.insert(devices.end(), std::make_move_iterator(rows.begin()),
                   std::make_move_iterator(rows.end()));
  }
  return devices;
}

void note_missing_otherwise(const LoadRequest& request, SourceId source, const SourceMap& sources,
                            DiagnosticList& diagnostics) {
  auto end = static_cast<std::uint32_t>(sources.text(source).size());
  diagnostics.add(make_diagnostic(
      Code::N0323, Span{source, end, end},
      fmt::format(
          "`{}` does not say what happens when no rule fires; `otherwise keep` is understood",
          request.path),
      "say it: `otherwise keep`"));
}

// What a mistake, told beside it, makes of its neighbours is told no second time: `never be
// roaming` has a word too many, `border distance within 5 km` a wrong one.
class Echoes {
 public:
  explicit Echoes(const std::vector<Diagnostic>& all) {
    for (const Diagnostic& one : all) {
      if (!one.span) continue;
      bool too_many = one.code == Code::E0201 && one.help.starts_with("leave `");
      if (too_many) after_word_too_many_.emplace(one.span->source.index, one.span->end + 1);
      if (one.code == Code::E0206) wrong_units_.emplace(one.span->source.index, one.span->begin);
    }
  }

  bool contain(const Diagnostic& one) const {
    if (!one.span) return false;
    const auto& [source, begin, end] = *one.span;
    if (one.code == Code::E0103) return after_word_too_many_.contains({source.index, begin});
    constexpr std::uint32_t kReach = 16;  // bytes: " within 5 "
    auto unit = wrong_units_.lower_bound({source.index, end});
    return one.code == Code::E0215 && unit != wrong_units_.end() && unit->first == source.index &&
           unit->second - end <= kReach;
  }

 private:
  using Place = std::pair<std::uint32_t, std::uint32_t>;  // source, offset
  std::set<Place> after_word_too_many_;
  std::set<Place> wrong_units_;
};

}  // namespace

std::optional<LoadedPolicy> load_policy(const LoadRequest& request, SourceMap& sources,
                                        DiagnosticList& diagnostics) {
  if (!fits(request.path, request.text, diagnostics)) return std::nullopt;
  SourceId source = sources.add(request.path, request.text);
  DiagnosticList found;
  NamedFiles files(request.files, found);
  Library library(request, sources, files, found);
  ast::File file = library.join(source);
  CheckedPolicy checked = check(file, library, request, sources, files, found);
  LoadedPolicy policy;
  policy.otherwise_written = checked.otherwise_written;
  // Tests are about a policy that stands; with errors in it they would only echo them.
  if (!found.has_errors()) {
    for (const CheckedRule& rule : checked.rules) policy.rule_spans.push_back(rule.name_span);
    for (const CheckedBan& ban : checked.bans) policy.ban_spans.push_back(ban.name_span);
    for (const CheckedAssertion& promise : checked.assertions) {
      policy.assertion_spans.push_back(promise.span);
    }
    Lowered lowered = lower(std::move(checked));
    policy.tests = build_tests(file, lowered.table, found);
    if (!found.has_errors()) {
      policy.devices = build_devices(library, lowered.table, sources, found);
    }
    if (!found.has_errors()) {
      report_contradictions(lowered, *request.gazetteer, sources, found);
      if (!policy.otherwise_written) note_missing_otherwise(request, source, sources, found);
    }
    policy.table = std::move(lowered.table);
    policy.table.text_digest = text_digest(request.text, files);
  }
  const Echoes echoes(found.all());
  for (const Diagnostic& diagnostic : found.all()) {
    // What a shared file offers need not all be used.
    bool offered = diagnostic.code == Code::N0220 && diagnostic.span->source != source;
    if (!offered && !echoes.contain(diagnostic))
      diagnostics.add(with_look_alikes_told(diagnostic, sources));
  }
  if (found.has_errors()) return std::nullopt;
  return policy;
}

std::optional<std::vector<TestCase>> read_tests(std::string_view blocks, const RuleTable& policy) {
  SourceMap sources;
  DiagnosticList found;
  if (!fits("tests", blocks, found)) return std::nullopt;
  SourceId source = sources.add("tests", std::string(blocks));
  ast::File file = build_ast(parse(sources, source, found), found);
  bool tests_alone =
      std::all_of(file.declarations.begin(), file.declarations.end(),
                  [](const auto& d) { return std::holds_alternative<ast::Test>(d); });
  if (!tests_alone) return std::nullopt;
  std::vector<TestCase> tests = build_tests(file, policy, found);
  if (found.has_errors()) return std::nullopt;
  return tests;
}

}  // namespace sojourn::lang
