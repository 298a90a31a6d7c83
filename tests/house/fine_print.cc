#include "tests/house/fine_print.h"

#include <algorithm>
#include <cctype>
#include <optional>

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

// The string literals from `at` on that C++ joins to one, as they read; `at` goes behind them.
std::string literal_at(std::string_view text, std::size_t& at) {
  std::string all;
  auto skip_blanks = [&] {
    while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at])) != 0) ++at;
  };
  for (skip_blanks(); at < text.size() && text[at] == '"'; skip_blanks()) {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\') ++at;
      if (at < text.size()) all += text[at];
    }
    ++at;
  }
  return all;
}

// A test that a row cites: `path` "name".
struct Cited {
  std::string path, name;
};

// The tests of a cell, separated by "; "; nothing where it is written otherwise.
std::optional<std::vector<Cited>> cited_in(std::string_view cell) {
  std::vector<Cited> all;
  while (!cell.empty()) {
    std::size_t close = cell.find('`', 1);
    if (cell.front() != '`' || close == std::string_view::npos) return std::nullopt;
    Cited cited{std::string(cell.substr(1, close - 1)), {}};
    cell.remove_prefix(close + 1);
    if (cell.starts_with(" \"")) {
      std::size_t end = std::min(cell.find("\"; `"), cell.size() - 1);
      if (cell[end] != '"' || end < 3) return std::nullopt;
      cited.name = cell.substr(2, end - 2);
      cell.remove_prefix(end + 1);
    }
    all.push_back(std::move(cited));
    if (cell.empty()) break;
    if (!cell.starts_with("; ")) return std::nullopt;
    cell.remove_prefix(2);
  }
  return all.empty() ? std::nullopt : std::optional(all);
}

// What is wrong with a test that is cited; "" when it is there.
std::string fault_of(const Cited& cited, const std::vector<SourceFile>& tests) {
  auto file = std::find_if(tests.begin(), tests.end(), [&](const SourceFile& one) {
    return one.path == "tests/" + cited.path;
  });
  if (file == tests.end()) return "there is no `" + cited.path + "`";
  if (tests_in(*file).contains(cited.name)) return "";
  return "`" + cited.path + "` has no test \"" + cited.name + "\"";
}

// The number with which a row of the map begins; "" for other lines.
std::string number_of_row(std::string_view line) {
  if (!line.starts_with("| ")) return "";
  std::size_t end = 0;
  std::set<std::string> numbers = numbers_at_begin(line.substr(2), end);
  return numbers.size() == 1 && line.substr(2 + end, 3) == " | " ? *numbers.begin() : "";
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

std::set<std::string> tests_in(const SourceFile& file) {
  std::string_view opening = file.path.ends_with(".sojourn") ? "test \"" : "TEST_CASE(";
  std::string_view text = file.text;
  std::set<std::string> found;
  for (std::size_t at = text.find(opening); at != std::string_view::npos;
       at = text.find(opening, at + 1)) {
    bool begins_line = at == 0 || text[at - 1] == '\n';
    std::size_t name = at + opening.size() - (opening.back() == '"' ? 1 : 0);
    if (begins_line) found.insert(literal_at(text, name));
  }
  return found;
}

std::set<std::string> lines_tested_in(const SourceFile& file) {
  std::set<std::string> found;
  for (const std::string& name : tests_in(file)) {
    std::size_t end = 0;
    std::set<std::string> numbers = numbers_at_begin(name, end);
    if (name.substr(std::min(end, name.size()), 2) == ": ") {
      found.insert(numbers.begin(), numbers.end());
    }
  }
  return found;
}

std::vector<Finding> check_fine_print(const SourceFile& map, const std::vector<SourceFile>& tests) {
  std::vector<Finding> found;
  std::vector<std::string> numbers = fine_print_lines();
  std::size_t next = 0;  // of the numbers: the first that no row had yet
  auto note = [&](std::size_t line, std::string text) {
    found.push_back({map.path, line, std::move(text)});
  };
  auto missing = [&](std::size_t until) {
    for (; next < until; ++next) {
      note(0, "line " + numbers[next] + " of the fine print has no row in its place; add one");
    }
  };
  std::vector<std::string_view> lines = lines_of(map.text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string number = number_of_row(lines[i]);
    if (number.empty()) continue;
    auto place = std::find(numbers.begin(), numbers.end(), number);
    auto at = static_cast<std::size_t>(place - numbers.begin());
    if (place == numbers.end() || at + 1 < next) {
      note(i + 1, "a row of line " + number + " stands out of order; put it in its place");
      continue;
    }
    missing(at);
    next = at + 1;
    std::size_t cell = lines[i].rfind(" | ");
    std::string_view tail = lines[i].substr(cell + 3);
    std::optional<std::vector<Cited>> cited;
    if (tail.ends_with(" |")) cited = cited_in(tail.substr(0, tail.size() - 2));
    if (!cited) {
      note(i + 1, "the row ends with its tests: `path` \"name\", separated by `; `");
      continue;
    }
    for (const Cited& one : *cited) {
      std::string fault = fault_of(one, tests);
      if (!fault.empty()) note(i + 1, fault + "; name one that is there");
    }
  }
  missing(numbers.size());
  std::set<std::string> tested;
  for (const SourceFile& file : tests) tested.merge(lines_tested_in(file));
  for (const std::string& line : numbers) {
    if (tested.contains(line)) continue;
    note(0, "no test is named for line " + line + "; begin a test's name with \"" + line + ": \"");
  }
  return found;
}

}  // namespace sojourn::house
