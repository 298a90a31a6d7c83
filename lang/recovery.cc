#include "lang/recovery.h"

#include <algorithm>

#include "lang/tokens.h"
#include "lang/words.h"

namespace sojourn::lang {
namespace {

// Where the line that holds `offset` begins; on an endless line, a point well before it (only
// small indents matter, and looking back must not make recovery quadratic).
std::size_t line_begin(std::string_view text, std::size_t offset) {
  constexpr std::size_t kLookBack = 4096;
  std::size_t from = offset > kLookBack ? offset - kLookBack : 0;
  std::size_t found = text.substr(from, offset - from).rfind('\n');
  return found == std::string_view::npos ? from : from + found + 1;
}

// Words that begin a declaration and can stand nowhere else.
bool unmistakable(std::string_view word) {
  return word == "attribute" || word == "rule" || word == "otherwise" || word == "policy" ||
         word == "define" || word == "import" || word == "ban" || word == "guard" ||
         word == "assert" || word == "forbid";
}

}  // namespace

std::size_t next_declaration(std::string_view text, std::size_t from, std::size_t failed_begin) {
  std::size_t failed_indent = failed_begin - line_begin(text, failed_begin);
  std::size_t line = line_begin(text, from);
  bool first_on_line =
      text.substr(line, from - line).find_first_not_of(" \t\r") == std::string_view::npos;
  // `expect ban b violated` begins no ban.
  bool in_test = text.substr(failed_begin).starts_with("test");
  std::size_t at = from;
  while (at < text.size()) {
    char c = text[at];
    if (c == '\n') {
      line = ++at;
      first_on_line = true;
    } else if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if (c == '"') {
      std::size_t quoted_length = measure_quoted(text.substr(at));
      at = quoted_length != 0 ? at + quoted_length : std::min(text.find('\n', at), text.size());
      first_on_line = false;
    } else if (std::size_t length = name_length(text.substr(at))) {
      std::string_view word = text.substr(at, length);
      bool placed = first_on_line && at - line <= failed_indent && begins_declaration(word);
      bool alone = unmistakable(word) && (first_on_line || !in_test);
      if (at > failed_begin && (placed || alone)) return at;
      at += length;
      first_on_line = false;
    } else {
      if (c != ' ' && c != '\t' && c != '\r') first_on_line = false;
      ++at;
    }
  }
  return text.size();
}

void remember_broken_name(SyntaxTree& tree, std::size_t begin) {
  std::string_view rest = tree.text.substr(begin);
  std::size_t at = name_length(rest);
  at += measure_gap(rest.substr(at));
  std::size_t length = name_length(rest.substr(at));
  if (length != 0) tree.broken_names.push_back({rest.substr(at, length)});
}

bool is_ban_without_never(const SyntaxTree& tree, const ReadBefore& read) {
  auto first = tree.nodes.begin() + static_cast<std::ptrdiff_t>(read.node);
  if (first == tree.nodes.end() || first->kind != NodeKind::ban) return false;
  return std::none_of(first, tree.nodes.end(),
                      [](const SyntaxNode& node) { return node.kind == NodeKind::never; });
}

}  // namespace sojourn::lang
