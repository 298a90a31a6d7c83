#include "tests/house/one_definition.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace sojourn::house {
namespace {

struct Token {
  std::string_view text;  // a word, `::`, or one character
  std::size_t line = 0;
};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Words and marks, without comments, texts in quotes and lines for the preprocessor.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::vector<Token> tokens() {
    while (at_ < text_.size()) step();
    return std::move(found_);
  }

 private:
  bool here(std::string_view word) const { return text_.substr(at_).starts_with(word); }

  void skip_to(std::size_t end) {
    end = std::min(end, text_.size());
    line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                 text_.begin() + static_cast<std::ptrdiff_t>(end),
                                                 '\n'));
    at_ = end;
  }
  void skip_behind(std::string_view mark, std::size_t from) {
    std::size_t end = text_.find(mark, from);
    skip_to(end == text_.npos ? end : end + mark.size());
  }
  void skip_quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2u : 1u;
    }
    skip_to(end + 1);
  }
  void skip_raw() {  // R"mark( ... )mark"
    std::size_t open = text_.find('(', at_);
    if (open == text_.npos) return skip_to(open);
    std::string close = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
    skip_behind(close, open);
  }
  void skip_directive() {
    std::size_t end = text_.find('\n', at_);
    while (end != text_.npos && end > 0 && text_[end - 1] == '\\') end = text_.find('\n', end + 1);
    skip_to(end);
  }

  void step() {
    char c = text_[at_];
    bool begins_line = found_.empty() || found_.back().line != line_;
    if (here("//")) return skip_to(text_.find('\n', at_));
    if (here("/*")) return skip_behind("*/", at_ + 2);
    if (here("R\"")) return skip_raw();
    if (c == '"') return skip_quoted(c);
    if (c == '#' && begins_line) return skip_directive();
    if (std::isspace(static_cast<unsigned char>(c)) != 0) return skip_to(at_ + 1);
    std::size_t end = at_ + 1;
    bool number = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (is_word(c)) {  // the separators of 86'400 as well
      while (end < text_.size() && (is_word(text_[end]) || (number && text_[end] == '\''))) ++end;
    } else if (c == '\'') {
      return skip_quoted(c);
    } else if (here("::")) {
      end = at_ + 2;
    }
    found_.push_back({text_.substr(at_, end - at_), line_});
    skip_to(end);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::vector<Token> found_;
};

using Tokens = std::vector<Token>;

// Behind the `>` that closes the `<` at `at`.
std::size_t behind_angles(const Tokens& head, std::size_t at) {
  int depth = 0;
  for (; at < head.size(); ++at) {
    if (head[at].text == "<") ++depth;
    if (head[at].text == ">" && --depth == 0) return at + 1;
  }
  return at;
}

bool opens_class(std::string_view word) {
  return word == "class" || word == "struct" || word == "union" || word == "enum";
}

// What the words before a `{` open: a namespace, a class, or neither.
struct Opened {
  bool is_namespace = false;
  std::string name;  // of a namespace "" where it has none; of a class; "" for all else
  std::size_t line = 0;
};

std::string joined_from(const Tokens& head, std::size_t at) {
  std::string name;
  while (at < head.size() && (is_word(head[at].text[0]) || head[at].text == "::")) {
    if (head[at].text != "inline") name += head[at].text;
    ++at;
  }
  return name;
}

Opened opened_by(const Tokens& head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    std::string_view word = head[i].text;
    if (word == "namespace") return {true, joined_from(head, i + 1), head[i].line};
    if (word == "template") {
      i = behind_angles(head, i + 1) - 1;
      continue;
    }
    if (word == "(" || word == "=") return {};  // a function, a value
    if (!opens_class(word)) continue;
    ++i;
    if (i < head.size() && opens_class(head[i].text)) ++i;  // enum class
    while (i < head.size() && head[i].text == "[") {        // an attribute
      while (i < head.size() && head[i].text != "]") ++i;
      while (i < head.size() && head[i].text == "]") ++i;
    }
    std::string name;
    std::size_t line = i < head.size() ? head[i].line : 0;
    while (i < head.size() && (is_word(head[i].text[0]) || head[i].text == "::")) {
      if (head[i].text == "final") break;
      bool second = !name.empty() && head[i].text != "::" && !name.ends_with("::");
      if (second) return {};  // a variable or a function of that type
      name += head[i++].text;
    }
    if (i < head.size() && head[i].text == "<") {  // specialised
      std::size_t end = behind_angles(head, i);
      for (; i < end; ++i) name += head[i].text;
    }
    bool defines = i == head.size() || head[i].text == ":" || head[i].text == "final";
    return defines ? Opened{false, name, line} : Opened{};
  }
  return {};
}

std::string folder_of_tests(std::string_view path) {
  if (!path.starts_with("tests/")) return "";
  return std::string(path.substr(0, path.find('/', 6)));
}

bool meet(const std::string& a, const std::string& b) {
  std::string one = folder_of_tests(a), other = folder_of_tests(b);
  bool shared = one.empty() || other.empty() || one == "tests/support" || other == "tests/support";
  return shared || one == other;
}

}  // namespace

std::vector<Definition> definitions_in(const SourceFile& file) {
  std::vector<Definition> found;
  std::vector<Opened> scopes;
  Tokens head;
  for (const Token& token : Scanner(file.text).tokens()) {
    if (token.text == ";") {
      head.clear();
    } else if (token.text == "}") {
      head.clear();
      if (!scopes.empty()) scopes.pop_back();
    } else if (token.text == "{") {
      Opened opened = opened_by(head);
      head.clear();
      std::string name;
      bool has_name = !opened.is_namespace && !opened.name.empty();
      for (const Opened& scope : scopes) {
        has_name = has_name && scope.is_namespace && !scope.name.empty();
        name += scope.name + "::";
      }
      if (has_name) found.push_back({name + opened.name, opened.line});
      scopes.push_back(std::move(opened));
    } else {
      head.push_back(token);
    }
  }
  return found;
}

std::vector<Finding> check_one_definition(const std::vector<SourceFile>& files) {
  struct Place {
    std::string path;
    std::size_t line;
  };
  std::map<std::string, std::vector<Place>> places;
  for (const SourceFile& file : files) {
    for (const Definition& one : definitions_in(file)) {
      places[one.name].push_back({file.path, one.line});
    }
  }
  std::vector<Finding> findings;
  for (const auto& one : places) {
    const std::vector<Place>& defined = one.second;
    for (std::size_t i = 1; i < defined.size(); ++i) {
      auto first = std::find_if(defined.begin(), defined.begin() + static_cast<std::ptrdiff_t>(i),
                                [&](const Place& before) {
                                  return before.path != defined[i].path &&
                                         meet(before.path, defined[i].path);
                                });
      if (first == defined.begin() + static_cast<std::ptrdiff_t>(i)) continue;
      findings.push_back({defined[i].path, defined[i].line,
                          "`" + one.first + "` is defined in " + first->path + ":" +
                              std::to_string(first->line) +
                              " as well, and the linker keeps one of the two; rename it, or put it "
                              "into an unnamed namespace"});
    }
  }
  return findings;
}

}  // namespace sojourn::house
