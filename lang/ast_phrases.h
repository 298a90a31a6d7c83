// Private to lang. The parts of an Ast below its declarations, built from nodes of a SyntaxTree.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "lang/ast.h"
#include "lang/syntax_tree.h"

namespace sojourn::lang {

// The text of a name or a quoted text, quotes and escapes undone.
std::string unquoted(std::string_view text);

// ast_phrases.cc holds the words and numbers, ast_conditions.cc conditions and actions.
class PhraseBuilder {
 public:
  explicit PhraseBuilder(DiagnosticList& diagnostics) : diagnostics_(diagnostics) {}

  ast::Name name(Node node);
  ast::Number number(Node node);
  ast::TimeLength time_length(Node node);
  ast::TimeWord time_word(Node node);
  Day day(Node node);
  // Milliseconds since 00:00.
  std::int32_t clock(Node node);
  std::optional<std::int32_t> clock_told(Node node);  // absent: there is no such time
  ast::Value value(Node node);
  std::vector<ast::Value> values(Node list);
  ast::Condition condition(Node node);
  std::vector<ast::Action> actions(Node node);

 private:
  ast::Sense sense(Node node);
  // From the children of a node that holds a sense and a number.
  ast::Quantity quantity(Node node);
  ast::ClockWindow clock_window(Node node);
  ast::Condition joined(Node node, ast::Condition::Kind kind);
  ast::Condition timed(Node node);
  ast::Suffix suffix(Node node);
  void on_count_part(Node child, ast::Suffix& s);
  ast::Simple simple(Node node);
  ast::Event event(Node node);
  ast::Action action(Node node);
  // The text of a name, value or unit, within limits::kWordBytesMax.
  std::string words_of(Node node);
  void error(Code code, Span span, std::string message, std::string help);

  DiagnosticList& diagnostics_;
};

}  // namespace sojourn::lang
