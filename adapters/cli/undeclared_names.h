// What reports name and the policy does not declare: attributes, which no rule can ask about then,
// and profiles. A misspelt one makes rules silently false, so it is told.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "engine/device/observation.h"
#include "engine/graph/rule_table.h"

namespace sojourn::cli {

class UndeclaredNames {
 public:
  explicit UndeclaredNames(const RuleTable& table);

  void add(const Observation& report);

  // A line for each name, with how many reports have it and what may be meant; empty: none.
  std::string told() const;

 private:
  // Names of one kind, and by name in how many reports each is. Of more names than a policy could
  // declare the rest is counted together.
  struct Kind {
    explicit Kind(const char* what) : word(what) {}
    const char* word;
    std::vector<std::string> declared;
    std::unordered_set<std::string> known;
    std::map<std::string, std::uint64_t> undeclared;
    std::uint64_t further = 0;

    void add(const std::string& name);
    std::string told() const;
  };
  Kind attributes_{"attribute"}, profiles_{"profile"};
};

}  // namespace sojourn::cli
