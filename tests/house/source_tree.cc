#include "tests/house/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sojourn::house {
namespace {

namespace fs = std::filesystem;

bool is_passed_over(const std::string& folder_name, const std::string& path) {
  return folder_name.starts_with("build") || folder_name.starts_with(".") ||
         folder_name == "node_modules" || path == "tests/golden" || path == "tests/fuzz/corpus";
}

bool ends_in_any(const std::string& name, const std::vector<std::string_view>& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

SourceFile read_file(const fs::path& root, const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {path.lexically_relative(root).generic_string(),
          std::string(std::istreambuf_iterator<char>(file), {})};
}

}  // namespace

std::string to_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += finding.path + ":";
    if (finding.line != 0) text += std::to_string(finding.line) + ":";
    text += " " + finding.what + "\n";
  }
  return text;
}

std::vector<SourceFile> read_tree(const std::vector<std::string_view>& places,
                                  const std::vector<std::string_view>& endings) {
  const fs::path root = SOJOURN_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (std::string_view place : places) {
    if (fs::is_regular_file(root / place)) files.push_back(read_file(root, root / place));
    if (!fs::is_directory(root / place)) continue;
    for (auto entry = fs::recursive_directory_iterator(root / place);
         entry != fs::recursive_directory_iterator(); ++entry) {
      std::string path = entry->path().lexically_relative(root).generic_string();
      if (entry->is_directory()) {
        if (is_passed_over(entry->path().filename().string(), path)) {
          entry.disable_recursion_pending();
        }
      } else if (ends_in_any(path, endings)) {
        files.push_back(read_file(root, entry->path()));
      }
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace sojourn::house
