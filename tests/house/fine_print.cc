#include "tests/house/fine_print.h"

#include <algorithm>
#include <cctype>

namespace sojourn::house {
namespace {

constexpr int kLastLine = 30;

// "2, 3" at the beginning of a text, as far as it goes; `end`: behind it.
std::set<std::string> numbers_at_begin(std::string_view text, std::size_t& end) {
  std::set<std::string> numbers;
  auto digit = [&](std::size_t at) {
    return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
  };
  for (end = 0; digit(end);) {
    std::size_t begin = end;
    while (digit(end)) ++end;
    if (text.substr(end, 1) == "a") ++end;
    numbers.insert(std::string(text.substr(begin, end - begin)));
    if (text.substr(end, 2) != ", " || !digit(end + 2)) break;
    end += 2;
  }
  return numbers;
}

bool ends_with_one_of(std::string_view path, const std::vector<std::string_view>& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return path.ends_with(ending); });
}

// `device/place_test` and `laws/border`, as the table writes them.
bool is_there(std::string_view name, const std::vector<SourceFile>& tests) {
  std::string path(name);
  return std::any_of(tests.begin(), tests.end(), [&](const SourceFile& file) {
    return ends_with_one_of(file.path, {"/" + path + ".cc", "/" + path + ".sojourn", "/" + path});
  });
}

}  // namespace

std::vector<std::string> fine_print_lines() {
  std::vector<std::string> lines;
  for (int line = 1; line <= kLastLine; ++line) {
    lines.push_back(std::to_string(line));
    if (line == 9 || line == 22) lines.push_back(std::to_string(line) + "a");
  }
  return lines;
}

std::set<std::string> lines_tested_in(const SourceFile& file) {
  bool rules = file.path.ends_with(".sojourn");
  std::string_view opening = rules ? "test \"" : "TEST_CASE(";
  std::string_view text = file.text;
  std::set<std::string> found;
  for (std::size_t at = text.find(opening); at != std::string_view::npos;
       at = text.find(opening, at + 1)) {
    bool begins_line = at == 0 || text[at - 1] == '\n';
    std::size_t name = at + opening.size();
    // A long name stands on a line of its own.
    while (!rules && name < text.size() && (text[name] == '\n' || text[name] == ' ')) ++name;
    if (!rules && name < text.size() && text[name] == '"') ++name;
    std::size_t end = 0;
    std::set<std::string> numbers = numbers_at_begin(text.substr(std::min(name, text.size())), end);
    if (begins_line && text.substr(std::min(name + end, text.size()), 2) == ": ") {
      found.insert(numbers.begin(), numbers.end());
    }
  }
  return found;
}

std::vector<Finding> check_fine_print(const SourceFile& table,
                                      const std::vector<SourceFile>& tests) {
  std::vector<Finding> found;
  std::set<std::string> rows, tested;
  for (const SourceFile& file : tests) {
    std::set<std::string> lines = lines_tested_in(file);
    tested.insert(lines.begin(), lines.end());
  }
  std::vector<std::string_view> lines = lines_of(table.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with("| ")) continue;
    std::size_t end = 0;
    std::set<std::string> numbers = numbers_at_begin(lines[i].substr(2), end);
    if (numbers.empty()) continue;
    rows.insert(numbers.begin(), numbers.end());
    for (std::size_t at = lines[i].find('`'); at != std::string_view::npos;) {
      std::size_t close = lines[i].find('`', at + 1);
      if (close == std::string_view::npos) break;
      std::string_view name = lines[i].substr(at + 1, close - at - 1);
      if (name.find('/') != std::string_view::npos && !is_there(name, tests)) {
        found.push_back(
            {table.path, i + 1, "`" + std::string(name) + "` is no test; name one that is there"});
      }
      at = lines[i].find('`', close + 1);
    }
  }
  for (const std::string& line : fine_print_lines()) {
    if (!rows.contains(line)) {
      found.push_back({table.path, 0, "line " + line + " of the fine print has no row; add one"});
    }
    if (!tested.contains(line)) {
      found.push_back(
          {table.path, 0,
           "no test is named for line " + line + "; begin a test's name with \"" + line + ": \""});
    }
  }
  return found;
}

}  // namespace sojourn::house
