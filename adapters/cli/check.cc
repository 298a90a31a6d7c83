// sojourn check FILE...: everything that can be said about a policy without running it.
#include <fmt/format.h>

#include "adapters/cli/commands.h"
#include "adapters/cli/policy_input.h"

namespace sojourn::cli {
namespace {

struct Counts {
  std::size_t errors = 0, promises = 0, warnings = 0, notes = 0;
};

Counts count(const DiagnosticList& diagnostics) {
  Counts counts;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    switch (diagnostic.severity) {
      case Severity::error:
        ++counts.errors;
        break;
      case Severity::broken_promise:
        ++counts.promises;
        break;
      case Severity::warning:
        ++counts.warnings;
        break;
      case Severity::note:
        ++counts.notes;
        break;
    }
  }
  return counts;
}

void add_count(std::string& text, std::size_t number, std::string_view one) {
  if (number == 0) return;
  text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", number, one, number == 1 ? "" : "s");
}

// "latam.sojourn: 12 rules, 3 tests; clean, 1 note"
std::string verdict(const std::string& path, const PolicyInput& input) {
  Counts counts = count(input.diagnostics);
  std::string found;
  add_count(found, counts.errors, "error");
  add_count(found, counts.promises, "broken promise");
  add_count(found, counts.warnings, "warning");
  if (found.empty()) found = "clean";
  add_count(found, counts.notes, "note");
  std::string size;
  if (input.policy) {
    add_count(size, input.policy->table.rules.size(), "rule");
    add_count(size, input.policy->tests.size(), "test");
    size += size.empty() ? "no rules; " : "; ";
  }
  return fmt::format("{}: {}{}\n", path, size, found);
}

}  // namespace

int run_check(const CheckOptions& options, Console& console) {
  auto world = open_world(options.geodata);
  if (!world) return console.fail(world.error());
  int exit_code = kClean;
  Recheck kept;  // the files are often versions of one policy
  for (const std::string& path : options.files) {
    auto input = read_policy(path, **world);
    if (!input) return console.fail(input.error());
    if (Status analysed = analyse_policy(**input, **world, &kept); !analysed) {
      return console.fail(analysed.error());
    }
    const PolicyInput& read = **input;
    console.report(read.diagnostics, read.sources, options.format);
    if (options.format == OutputFormat::text) console.print(verdict(read.path, read));
    if (read.diagnostics.above_notes()) exit_code = kFindings;
  }
  return exit_code;
}

}  // namespace sojourn::cli
