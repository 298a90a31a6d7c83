// Who may include what: the table of rooms, checked on the #include lines.
//
// A room is a folder with one job; it may include itself and the rooms below it that its row names,
// never one above or beside. Libraries of others stay in the few .cc files of the rooms that were
// built on them, so that their compile time and their names stay there too.
#pragma once

#include <vector>

#include "tests/house/source_tree.h"

namespace sojourn::house {

// Every #include of `files` (.h and .cc below engine, lang and adapters) that the table does not
// allow. `known_paths` are the files that exist: includes name them from the root of the tree.
std::vector<Finding> check_includes(const std::vector<SourceFile>& files,
                                    const std::vector<std::string>& known_paths);

}  // namespace sojourn::house
