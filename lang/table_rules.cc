#include "lang/table_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/ast_builder.h"
#include "lang/excerpt.h"
#include "lang/grammar.h"
#include "lang/words.h"

namespace sojourn::lang {
namespace {

// What the cells of a column are.
enum class Use : std::uint8_t {
  note,       // for people
  rule_name,  // the row's name
  sentence,   // the author's sentence about it
  overrides,  // names of rules
  zone,       // the zone of its days
  when,       // a whole condition
  subject,    // what the header's subject is compared with
  beginning,  // the end of a condition that the header begins
  choose,     // profiles, or keep
  action,     // what follows the action's word
  text_action,
  approval,
};

struct Column {
  Use use = Use::note;
  std::string words;  // action: what stands before the cell
  const CsvCell* header = nullptr;
};

constexpr std::array<std::string_view, 4> kSubjectsOfWords = {"no service", "in flight",
                                                              "border distance", "time of day"};
constexpr std::array<std::string_view, 3> kFlags = {"no service", "in flight", "roaming"};
constexpr std::array<std::string_view, 4> kPlaces = {"region", "network", "roaming", "breakout"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_yes(std::string_view text) { return text == "yes" || text == "true"; }
bool is_no(std::string_view text) { return text == "no" || text == "false"; }

Column column_of(const CsvCell& header) {
  const std::string& name = header.text;
  if (is_note(header)) return {Use::note, "", &header};
  if (name == "rule") return {Use::rule_name, "", &header};
  if (name == "text") return {Use::sentence, "", &header};
  if (name == "overrides") return {Use::overrides, "", &header};
  if (name == "timezone") return {Use::zone, "", &header};
  if (name == "when") return {Use::when, "", &header};
  if (name == "profile") return {Use::choose, "profile = ", &header};
  if (name == "then") return {Use::action, "", &header};
  if (name == "fallback") return {Use::action, "fallback = ", &header};
  if (name == "preload" || name == "delete" || name == "hold" || name == "requires" ||
      name == "between") {
    return {Use::action, name + " ", &header};
  }
  if (name == "alert" || name == "task") return {Use::text_action, name, &header};
  if (name == "approval") return {Use::approval, "", &header};
  bool one_word = name_length(name) == name.size() && name != "from" && name != "until";
  bool subject = one_word || among(kSubjectsOfWords, name);
  return {subject ? Use::subject : Use::beginning, "", &header};
}

class TableReader {
 public:
  TableReader(const CsvFile& table, std::string_view name, const WordShapes& shapes,
              const SourceMap& sources, DiagnosticList& diagnostics)
      : table_(table), name_(name), shapes_(shapes), sources_(sources), diagnostics_(diagnostics) {
    for (const CsvCell& header : table.header.cells) columns_.push_back(column_of(header));
  }

  std::vector<ast::Rule> rules() {
    std::vector<ast::Rule> rules;
    if (!has_both_kinds()) return rules;
    for (const CsvRow& row : table_.rows) {
      if (std::optional<ast::Rule> rule = rule_of(row)) rules.push_back(*std::move(rule));
    }
    return rules;
  }

 private:
  void error(Span span, std::string message, std::string help) {
    diagnostics_.add(make_diagnostic(Code::E0233, span, std::move(message), std::move(help)));
  }

  static bool is_condition(Use use) {
    return use == Use::when || use == Use::subject || use == Use::beginning;
  }
  static bool is_action(Use use) {
    return use == Use::choose || use == Use::action || use == Use::text_action ||
           use == Use::approval;
  }

  bool has_both_kinds() {
    auto any = [&](bool (*kind)(Use)) {
      return std::any_of(columns_.begin(), columns_.end(),
                         [&](const Column& column) { return kind(column.use); });
    };
    if (!any(is_action)) {
      if (tell_misspelt_action()) return false;
      error(table_.header.span, "no column says what to do",
            "name one `profile`, or `then` for actions as in a rule: `keep, alert \"text\"`");
      return false;
    }
    if (!any(is_condition)) {
      error(table_.header.span, "no column is a condition",
            "name one for what it looks at, such as `region` or `type`");
      return false;
    }
    return true;
  }

  // A header that is nearly the name of an action.
  bool tell_misspelt_action() {
    static const std::vector<std::string_view> kActions = {"profile", "then", "fallback", "preload",
                                                           "delete",  "hold", "requires", "between",
                                                           "alert",   "task", "approval"};
    for (const CsvCell& header : table_.header.cells) {
      std::string_view near = nearest_spelling(header.text, kActions);
      if (near.empty()) continue;
      error(header.span, fmt::format("`{}` is no column of a table", header.text),
            fmt::format("did you mean `{}`?", near));
      return true;
    }
    return false;
  }

  std::optional<ast::Rule> rule_of(const CsvRow& row) {
    ast::Rule rule;
    rule.span = row.span;
    rule.name = ast::Name{fmt::format("{}:{}", name_, sources_.location(row.span).line), row.span};
    std::vector<ast::Condition> conditions;
    bool sound = true;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const CsvCell& cell = row.cells[i];
      const Column& column = columns_[i];
      if (cell.empty()) continue;
      if (is_condition(column.use)) {
        if (cell.text != "*") sound &= add_condition(column, cell, conditions);
      } else if (is_action(column.use)) {
        sound &= add_actions(column, cell, rule.actions);
      } else {
        sound &= add_word(column, cell, rule);
      }
    }
    if (!sound) return std::nullopt;
    if (conditions.empty()) {
      error(row.span, "the row has no condition: it would always apply",
            "fill in a condition, or say `otherwise` in the rule file");
      return std::nullopt;
    }
    if (rule.actions.empty()) {
      error(row.span, "the row does not say what to do", "fill in a profile, or `keep`");
      return std::nullopt;
    }
    rule.condition = joined(std::move(conditions), row.span);
    return rule;
  }

  static ast::Condition joined(std::vector<ast::Condition> parts, Span span) {
    if (parts.size() == 1) return std::move(parts.front());
    ast::Condition all;
    all.kind = ast::Condition::Kind::conjunction;
    all.parts = std::move(parts);
    all.span = span;
    return all;
  }

  std::optional<ast::Name> text_of(const CsvCell& cell) {
    if (cell.text.size() <= limits::kWordBytesMax) return ast::Name{cell.text, cell.span};
    diagnostics_.add(make_diagnostic(Code::E0901, cell.span,
                                     fmt::format("a text of {} bytes; {} are allowed",
                                                 cell.text.size(), limits::kWordBytesMax)));
    return std::nullopt;
  }

  bool add_word(const Column& column, const CsvCell& cell, ast::Rule& rule) {
    if (column.use == Use::note) return true;
    std::optional<ast::Name> text = text_of(cell);
    if (!text) return false;
    if (column.use == Use::rule_name) rule.name = text;
    if (column.use == Use::sentence) rule.text = text;
    if (column.use == Use::zone) rule.zone = text;
    if (column.use == Use::overrides) {
      std::string_view rest = cell.text;
      while (!rest.empty()) {
        std::string_view one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
        while (one.starts_with(' ')) one.remove_prefix(1);
        while (one.ends_with(' ')) one.remove_suffix(1);
        if (!one.empty()) rule.overrides.push_back({std::string(one), cell.span});
      }
    }
    return true;
  }

  // The one declaration that the excerpt is; absent after a mistake in the cell.
  std::optional<ast::Declaration> declaration(const Excerpt& excerpt, const CsvCell& cell) {
    DiagnosticList found;
    SyntaxTree tree = parse(excerpt, found);
    ast::File file = build_ast(tree, found);
    if (!found.all().empty()) {
      diagnostics_.add(found.all().front());  // one mistake, one message
      return std::nullopt;
    }
    if (file.declarations.size() == 1) return std::move(file.declarations.front());
    error(cell.span, "the cell holds more than its column is for",
          "a rule of its own belongs in the rule file");
    return std::nullopt;
  }

  bool add_actions(const Column& column, const CsvCell& cell, std::vector<ast::Action>& actions) {
    ast::Action plain;
    plain.span = cell.span;
    if (column.use == Use::text_action) {
      std::optional<ast::Name> text = text_of(cell);
      if (!text) return false;
      plain.kind = column.words == "alert" ? ast::Action::Kind::alert : ast::Action::Kind::task;
      plain.name = *std::move(text);
      actions.push_back(std::move(plain));
      return true;
    }
    if (column.use == Use::approval) {
      if (is_no(cell.text)) return true;
      if (!is_yes(cell.text)) {
        error(cell.span, fmt::format("`{}` is neither yes nor no", cell.text), "");
        return false;
      }
      plain.kind = ast::Action::Kind::approval;
      actions.push_back(std::move(plain));
      return true;
    }
    Excerpt excerpt;
    excerpt.say("otherwise ", cell.span);
    bool keep = column.use == Use::choose && cell.text == "keep";
    if (!keep) excerpt.say(column.words, column.header->span);
    excerpt.quote(cell, sources_);
    std::optional<ast::Declaration> declared = declaration(excerpt, cell);
    if (!declared) return false;
    auto& read = std::get<ast::Otherwise>(*declared).actions;
    if (read.size() > 1 && !column.words.empty()) {
      error(cell.span, "the cell holds several actions", "several actions stand under `then`");
      return false;
    }
    std::move(read.begin(), read.end(), std::back_inserter(actions));
    return true;
  }

  bool add_condition(const Column& column, const CsvCell& cell,
                     std::vector<ast::Condition>& conditions) {
    Excerpt excerpt;
    excerpt.say("define cell = ", cell.span);
    if (column.use == Use::subject) {
      if (!compare(*column.header, cell, excerpt)) return false;
    } else {
      if (column.use == Use::beginning) {
        excerpt.quote(*column.header, sources_);
        excerpt.say(" ", cell.span);
      }
      excerpt.quote(cell, sources_);
    }
    std::optional<ast::Declaration> declared = declaration(excerpt, cell);
    if (!declared) return false;
    ast::Condition& read = std::get<ast::Define>(*declared).condition;
    bool joint = read.kind == ast::Condition::Kind::conjunction ||
                 read.kind == ast::Condition::Kind::disjunction;
    if (joint && column.use != Use::when) {
      error(cell.span, "the cell holds several conditions",
            "a list of values is separated by commas; whole conditions stand in a column `when`");
      return false;
    }
    if (read.kind == ast::Condition::Kind::conjunction) {
      std::move(read.parts.begin(), read.parts.end(), std::back_inserter(conditions));
    } else {
      conditions.push_back(std::move(read));
    }
    return true;
  }

  // The header's subject compared with the cell, in words.
  bool compare(const CsvCell& header, const CsvCell& cell, Excerpt& excerpt) {
    const std::string& subject = header.text;
    const std::string& text = cell.text;
    auto declared = shapes_.find(subject);
    WordShape shape = declared == shapes_.end() ? WordShape::plain : declared->second;
    bool flag = shape == WordShape::flag || among(kFlags, subject);
    if (flag && (is_yes(text) || is_no(text))) {
      if (is_no(text)) excerpt.say("not ", cell.span);
      excerpt.quote(header, sources_);
      return true;
    }
    bool compared = text.find_first_of("<>=!") == 0 || text == "known" || text == "unknown";
    if (flag && subject != "roaming" && !compared) {
      error(cell.span, fmt::format("`{}` is neither yes nor no", text),
            fmt::format("`{}` is a flag; leave the cell empty where it does not matter", subject));
      return false;
    }
    excerpt.quote(header, sources_);
    excerpt.say(" ", cell.span);
    std::size_t from = 0;
    if (!compared) {
      bool negated = text.starts_with("not ");
      bool several = text.find(',') != std::string::npos;
      if (negated) from = 4;
      std::string_view relation = several ? "in " : "= ";
      if (among(kPlaces, subject)) relation = "in ";
      if (negated) relation = "not in ";
      if (shape == WordShape::set) {
        relation = negated ? "has none of " : several ? "has any of " : "has ";
      }
      excerpt.say(relation, cell.span);
    }
    excerpt.quote(cell, sources_, from);
    return true;
  }

  const CsvFile& table_;
  std::string_view name_;
  const WordShapes& shapes_;
  const SourceMap& sources_;
  DiagnosticList& diagnostics_;
  std::vector<Column> columns_;
};

}  // namespace

WordShapes word_shapes(const std::vector<ast::Declaration>& declarations) {
  WordShapes shapes;
  for (const ast::Declaration& declaration : declarations) {
    if (const auto* attribute = std::get_if<ast::Attribute>(&declaration)) {
      bool flag = attribute->type == ast::Attribute::Type::flag;
      shapes[attribute->name.text] = attribute->is_set ? WordShape::set
                                     : flag            ? WordShape::flag
                                                       : WordShape::plain;
    } else if (const auto* define = std::get_if<ast::Define>(&declaration)) {
      shapes[define->name.text] = WordShape::flag;
    }
  }
  return shapes;
}

std::vector<ast::Rule> table_rules(const CsvFile& table, std::string_view name,
                                   const WordShapes& shapes, const SourceMap& sources,
                                   DiagnosticList& diagnostics) {
  return TableReader(table, name, shapes, sources, diagnostics).rules();
}

}  // namespace sojourn::lang
