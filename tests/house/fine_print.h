// Every line of the fine print has a test: a test case in C++ or a `test` block of a rule file
// whose name begins with the line's number ("9a: ...", "2, 3: ..."). The lines and where they are
// held best are a table in tests/lang/README.md.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/house/source_tree.h"

namespace sojourn::house {

// The numbers of the lines, in order: "1" to "30", with "9a" and "22a".
std::vector<std::string> fine_print_lines();

// The numbers with which the names of the file's tests begin.
std::set<std::string> lines_tested_in(const SourceFile& file);

// Lines without a row in the table, or without a test; rows that name files which are not there.
std::vector<Finding> check_fine_print(const SourceFile& table,
                                      const std::vector<SourceFile>& tests);

}  // namespace sojourn::house
