#include "tests/house/style_rules.h"

#include <algorithm>
#include <cctype>

namespace sojourn::house {
namespace {

constexpr std::size_t kLinesMax = 700;

// Written in halves, so that this file may be checked by itself.
struct Word {
  std::string text;
  std::string advice;
};
const std::string kUnfinished = "; do it, or leave it out";
const std::string kMachine =
    "; paths of one machine work nowhere else: build them from the source or binary directory";
const std::string kRegistry = "; name the package, not the place it comes from";
const std::vector<Word> kForbiddenWords = {
    {"TO"
     "DO",
     kUnfinished},
    {"FIX"
     "ME",
     kUnfinished},
    {"XX"
     "X",
     kUnfinished},
    {"/ho"
     "me/",
     kMachine},
    {"/ro"
     "ot/",
     kMachine},
    {"/wo"
     "rk/",
     kMachine},
    {"/Us"
     "ers/",
     kMachine},
    {"py"
     "pi.org",
     kRegistry},
    {"npm"
     "js.org",
     kRegistry},
    {"npm"
     "js.com",
     kRegistry},
    {"crates"
     ".io",
     kRegistry},
    {"deb"
     ".debian.org",
     kRegistry},
    {"proxy"
     ".golang.org",
     kRegistry},
    {"repo1"
     ".maven.org",
     kRegistry},
    {"repo"
     ".maven.apache.org",
     kRegistry},
};

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Whether `word` stands in the line by itself, not within a longer word or path.
bool holds_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != line.npos; at = line.find(word, at + 1)) {
    std::size_t end = at + word.size();
    bool open_before =
        at == 0 || !(is_word_character(line[at - 1]) ||
                     (word[0] == '/' && (line[at - 1] == '.' || line[at - 1] == '-')));
    bool open_behind = word.back() == '/' || end == line.size() || !is_word_character(line[end]);
    if (open_before && open_behind) return true;
  }
  return false;
}

}  // namespace

std::vector<Finding> check_form(const std::vector<SourceFile>& files) {
  std::vector<Finding> findings;
  for (const SourceFile& file : files) {
    std::vector<std::string_view> lines = lines_of(file.text);
    if (lines.size() > kLinesMax) {
      findings.push_back({file.path, lines.size(),
                          "longer than " + std::to_string(kLinesMax) +
                              " lines; it holds two ideas: give each its own file"});
    }
    if (!file.text.empty() && !file.text.ends_with('\n')) {
      findings.push_back({file.path, lines.size(), "the last line has no end; add a line break"});
    }
    if (!file.path.ends_with(".h") && !file.path.ends_with(".hpp")) continue;
    if (lines.empty() || !lines[0].starts_with("//")) {
      findings.push_back(
          {file.path, 1, "a header begins with a comment that says what it is; write it"});
    }
    if (std::find(lines.begin(), lines.end(), "#pragma once") == lines.end()) {
      findings.push_back({file.path, 1, "no `#pragma once`; write it below the first comment"});
    }
  }
  return findings;
}

std::vector<Finding> check_wording(const std::vector<SourceFile>& files) {
  std::vector<Finding> findings;
  for (const SourceFile& file : files) {
    std::size_t number = 0;
    for (std::string_view line : lines_of(file.text)) {
      ++number;
      for (const Word& word : kForbiddenWords) {
        if (holds_word(line, word.text)) {
          findings.push_back({file.path, number, "`" + word.text + "`" + word.advice});
        }
      }
    }
  }
  return findings;
}

}  // namespace sojourn::house
