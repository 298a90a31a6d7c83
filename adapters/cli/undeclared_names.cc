#include "adapters/cli/undeclared_names.h"

#include <fmt/format.h>

#include <string_view>

#include "adapters/telemetry/trace_summary.h"
#include "engine/base/diagnostic.h"

namespace sojourn::cli {
namespace {

constexpr std::size_t kNamesMax = 50;

}  // namespace

UndeclaredNames::UndeclaredNames(const RuleTable& table) {
  for (const Attribute& attribute : table.attributes) {
    attributes_.declared.push_back(attribute.name);
  }
  for (const Profile& profile : table.profiles) profiles_.declared.push_back(profile.name);
  for (Kind* kind : {&attributes_, &profiles_}) {
    kind->known.insert(kind->declared.begin(), kind->declared.end());
  }
}

void UndeclaredNames::add(const Observation& report) {
  for (const AttributeReport& attribute : report.attributes) attributes_.add(attribute.name);
  if (report.profile.given()) profiles_.add(report.profile.value);
}

std::string UndeclaredNames::told() const { return attributes_.told() + profiles_.told(); }

void UndeclaredNames::Kind::add(const std::string& name) {
  if (known.contains(name)) return;
  auto found = undeclared.find(name);
  if (found != undeclared.end()) {
    ++found->second;
  } else if (undeclared.size() < kNamesMax) {
    undeclared.emplace(name, 1);
  } else {
    ++further;
  }
}

std::string UndeclaredNames::Kind::told() const {
  std::string text;
  const std::vector<std::string_view> candidates(declared.begin(), declared.end());
  for (const auto& [name, count] : undeclared) {
    std::string_view meant = nearest_spelling(name, candidates);
    text += fmt::format("the policy declares no {} `{}`, which {} {}{}\n", word,
                        telemetry::shown(name), count, count == 1 ? "report names" : "reports name",
                        meant.empty() ? "" : fmt::format("; did you mean `{}`?", meant));
  }
  if (further > 0) text += fmt::format("other {}s are named {} times\n", word, further);
  return text;
}

}  // namespace sojourn::cli
