// Two classes of one name in one namespace are one class to the linker, which keeps one set of
// their inline functions and says nothing. Only the texts tell.
#pragma once

#include <string>
#include <vector>

#include "tests/house/source_tree.h"

namespace sojourn::house {

struct Definition {
  std::string name;  // "sojourn::lang::Word", with its namespaces
  std::size_t line = 0;
};

// The classes, structs, unions and enums that the file defines in namespaces that have a name.
// Those within classes and functions are told apart by these.
std::vector<Definition> definitions_in(const SourceFile& file);

// Names that are defined in more than one file of a program: engine, lang and adapters are one; a
// folder of tests meets them and tests/support, and no other folder of tests.
std::vector<Finding> check_one_definition(const std::vector<SourceFile>& files);

}  // namespace sojourn::house
