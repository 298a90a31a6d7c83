// The files of the tree as texts, and what a check has to say about one of their lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sojourn::house {

struct SourceFile {
  std::string path;  // from the root of the tree, with forward slashes
  std::string text;
};

struct Finding {
  std::string path;
  std::size_t line = 0;  // from 1; 0 for the file as a whole
  std::string what;      // what is wrong, and what to do
};

// "path:line: what", one to a line.
std::string to_text(const std::vector<Finding>& findings);

// The files below these folders whose names end in one of `endings`, and those of `places` that are
// files themselves, by path. Build trees, golden files and corpora are passed over.
std::vector<SourceFile> read_tree(const std::vector<std::string_view>& places,
                                  const std::vector<std::string_view>& endings);

// The lines of a text, without their breaks.
std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace sojourn::house
