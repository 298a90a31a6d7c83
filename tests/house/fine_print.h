// Every line of the fine print has a test: a test case in C++ or a `test` block of a rule file
// whose name begins with the line's number ("9a: ...", "2, 3: ..."). tests/lang/SEMANTICS.md maps
// every clause of every line to the tests that hold it.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/house/source_tree.h"

namespace sojourn::house {

// The numbers of the lines, in order: "1" to "30", with "9a" and "22a".
std::vector<std::string> fine_print_lines();

// The names of a file's tests: of TEST_CASE in C++, of `test` blocks in a rule file.
std::set<std::string> tests_in(const SourceFile& file);

// The numbers with which the names of the file's tests begin.
std::set<std::string> lines_tested_in(const SourceFile& file);

// Lines without a row in the map, or without a test of their name; rows out of order; rows that
// cite a file or a test which is not there.
std::vector<Finding> check_fine_print(const SourceFile& map, const std::vector<SourceFile>& tests);

}  // namespace sojourn::house
