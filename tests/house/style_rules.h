// House style that a machine can check.
#pragma once

#include <vector>

#include "tests/house/source_tree.h"

namespace sojourn::house {

// Sizes and beginnings of .h and .cc files.
std::vector<Finding> check_form(const std::vector<SourceFile>& files);

// What no text of the tree may hold: marks of unfinished work, paths of one machine, host names of
// package registries.
std::vector<Finding> check_wording(const std::vector<SourceFile>& files);

}  // namespace sojourn::house
