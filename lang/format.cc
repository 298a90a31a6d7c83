// The one layout. Every declaration becomes lines, each knowing the bytes of the source it stands
// for; comments are then put back between them by their place:
//
//   a comment on the line on which the one before it ends stays at that line's end;
//   any other stands on a line of its own before what follows it.
//
// A rule whose inside holds a comment is laid out one part per line, so that the comment stays with
// its part. Blank lines between declarations are kept, several becoming one. Laying out what has
// been laid out changes nothing: every line and comment keeps its neighbours.
#include <fmt/format.h>

#include <algorithm>

#include "lang/ast_builder.h"
#include "lang/grammar.h"
#include "lang/lang.h"
#include "lang/print.h"
#include "lang/rule_text.h"

namespace sojourn::lang {
namespace {

constexpr std::size_t kLineWidth = 100;

// A line of output and the bytes of the source that it stands for.
struct Line {
  std::string text;  // with its indentation
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool begins_declaration = false;
  bool spacious = false;  // always a blank line before and after
};

std::string join_names(const std::vector<ast::Name>& names, bool bare = false) {
  std::string out;
  for (const ast::Name& name : names) {
    if (!out.empty()) out += ", ";
    out += bare ? name.text : print_name(name.text);
  }
  return out;
}

class Layout {
 public:
  Layout(const ast::File& file, std::string_view text) : file_(file), text_(text) {}

  std::string run() {
    measure_columns();
    for (std::size_t i = 0; i < file_.declarations.size(); ++i) {
      std::size_t first = lines_.size();
      std::visit([&](const auto& declared) { lay_out(declared, i); }, file_.declarations[i]);
      lines_[first].begins_declaration = true;
      // Those that share columns with their neighbours stay beside them: a blank line between would
      // give them other columns the next time.
      bool many = lines_.size() - first > 1 && head_width(i) == 0;
      for (std::size_t at = first; at < lines_.size(); ++at) lines_[at].spacious = many;
    }
    return merge_comments();
  }

 private:
  // --- lines ---
  void add(std::string text, Span span) {
    std::uint32_t begin = std::max(span.begin, lines_.empty() ? 0 : lines_.back().end);
    lines_.push_back({std::move(text), begin, std::max(begin, span.end), false, false});
  }

  // Would a comment stay inside the rule if each part had a line of its own? One in the first
  // line's words goes above it and does not count.
  bool comment_stays_inside(const ast::Rule& rule) const {
    std::uint32_t first_line_end = rule_lines(rule, true).front().span.end;
    return comment_inside({rule.span.source, first_line_end, rule.span.end});
  }

  bool comment_inside(Span span) const {
    auto at = std::lower_bound(
        file_.comments.begin(), file_.comments.end(), span.begin,
        [](const Span& comment, std::uint32_t begin) { return comment.begin < begin; });
    return at != file_.comments.end() && at->begin < span.end;
  }

  // Neighbours of one kind, with no blank line or comment between, have their `:` or `=` in one
  // column.
  void measure_columns() {
    columns_.assign(file_.declarations.size(), 0);
    std::size_t begin = 0;
    while (begin < file_.declarations.size()) {
      std::size_t end = begin + 1;
      while (end < file_.declarations.size() && belong_together(end - 1, end)) ++end;
      std::size_t widest = 0;
      for (std::size_t i = begin; i < end; ++i) widest = std::max(widest, head_width(i));
      for (std::size_t i = begin; i < end; ++i) columns_[i] = widest;
      begin = end;
    }
  }

  bool belong_together(std::size_t before, std::size_t after) const {
    if (head_width(before) == 0 || head_width(after) == 0) return false;
    if (file_.declarations[before].index() != file_.declarations[after].index()) return false;
    std::uint32_t from = ast::span_of(file_.declarations[before]).end;
    std::uint32_t to = ast::span_of(file_.declarations[after]).begin;
    return std::count(text_.begin() + from, text_.begin() + to, '\n') <= 1;
  }

  std::size_t head_width(std::size_t index) const {
    const ast::Declaration& declaration = file_.declarations[index];
    auto width = [](std::string_view word, const ast::Name& name) {
      return word.size() + 1 + display_width(print_name(name.text));
    };
    if (const auto* a = std::get_if<ast::Attribute>(&declaration))
      return width("attribute", a->name);
    if (const auto* p = std::get_if<ast::Profile>(&declaration)) return width("profile", p->name);
    if (const auto* r = std::get_if<ast::Region>(&declaration)) return width("region", r->name);
    if (const auto* s = std::get_if<ast::Set>(&declaration)) return width("set", s->name);
    if (const auto* d = std::get_if<ast::Define>(&declaration)) return width("define", d->name);
    return 0;
  }

  static std::size_t display_width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
    }));
  }

  std::string padded(std::string head, std::size_t index) const {
    std::size_t width = display_width(head);
    if (width < columns_[index]) head.append(columns_[index] - width, ' ');
    return head;
  }

  // --- declarations ---
  void lay_out(const ast::Policy& p, std::size_t) {
    std::string head = "policy " + print_name(p.name.text);
    if (p.first_match) head += " first-match";
    struct Clause {
      std::string text;
      Span span;
    };
    std::vector<Clause> clauses;
    auto named = [&](const char* word, const std::optional<ast::Name>& value, bool quoted) {
      if (!value) return;
      clauses.push_back(
          {fmt::format("  {:<8} {}", word, quoted ? print_text(value->text) : value->text),
           value->span});
    };
    auto timed = [&](const char* word, const std::optional<ast::TimeLength>& value) {
      if (value) clauses.push_back({fmt::format("  {:<8} {}", word, print(*value)), value->span});
    };
    named("version", p.version, true);
    named("owner", p.owner, true);
    named("timezone", p.zone, false);
    timed("settle", p.settle);
    timed("carry", p.carry);
    timed("lead", p.lead);
    for (const ast::View& view : p.views) {
      clauses.push_back({fmt::format("  {:<8} disputed {} as {}", "view",
                                     print_name(view.claim.text), print_name(view.as.text)),
                         view.span});
    }
    // In the order written: comments keep their neighbours.
    std::stable_sort(clauses.begin(), clauses.end(),
                     [](const Clause& a, const Clause& b) { return a.span.begin < b.span.begin; });
    add(std::move(head), {p.span.source, p.span.begin, p.name.span.end});
    for (Clause& clause : clauses) add(std::move(clause.text), clause.span);
  }

  static std::string type_of(const ast::Attribute& a) {
    std::string type = a.is_set ? "set of " : "";
    switch (a.type) {
      case ast::Attribute::Type::flag:
        return type + "flag";
      case ast::Attribute::Type::number:
        return type + (a.unit ? "number in " + a.unit->text : "number");
      case ast::Attribute::Type::text:
        return type + "text";
      case ast::Attribute::Type::country:
        return type + "country";
      case ast::Attribute::Type::choice:
        break;
    }
    for (std::size_t i = 0; i < a.choices.size(); ++i) {
      type += (i == 0 ? "" : " | ") + print_name(a.choices[i].text);
    }
    return type;
  }

  void lay_out(const ast::Attribute& a, std::size_t index) {
    std::string text = padded("attribute " + print_name(a.name.text), index) + " : " + type_of(a);
    if (a.valid) text += " valid " + print(*a.valid);
    add(std::move(text), a.span);
  }

  void lay_out(const ast::Profile& p, std::size_t index) {
    std::vector<std::string> clauses;
    if (p.home_none) clauses.push_back("home none");
    if (!p.home.empty()) clauses.push_back("home " + join_names(p.home));
    if (!p.iccid_prefixes.empty()) clauses.push_back("iccid " + join_names(p.iccid_prefixes, true));
    if (!p.plmns.empty()) clauses.push_back("plmn " + join_names(p.plmns, true));
    if (p.download) clauses.push_back("download " + print_text(p.download->text));
    if (!p.breakout.empty()) clauses.push_back("breakout " + join_names(p.breakout));
    if (p.cost) clauses.push_back("cost " + print_millionths(p.cost->millionths));
    std::string line = padded("profile " + print_name(p.name.text), index);
    std::string indent(display_width(line) + 1, ' ');
    bool fresh = true;
    for (const std::string& clause : clauses) {
      bool full = !fresh && display_width(line) + 1 + display_width(clause) > kLineWidth;
      if (full) {
        add(std::move(line), p.span);
        line = indent + clause;
      } else {
        line += " " + clause;
      }
      fresh = false;
    }
    while (line.ends_with(' ')) line.pop_back();
    add(std::move(line), p.span);
  }

  void lay_out(const ast::Region& r, std::size_t index) {
    std::string text = padded("region " + print_name(r.name.text), index) + " = ";
    for (std::size_t i = 0; i < r.members.size(); ++i) {
      text += (i == 0 ? "" : ", ") + print(r.members[i]);
    }
    add(std::move(text), r.span);
  }

  void lay_out(const ast::Set& s, std::size_t index) {
    add(padded("set " + print_name(s.name.text), index) + " = " + print(s.values), s.span);
  }

  void lay_out(const ast::Define& d, std::size_t index) {
    add(padded("define " + print_name(d.name.text), index) + " = " + print(d.condition), d.span);
  }

  void lay_out(const ast::Rule& rule, std::size_t) {
    for (RuleLine& line : rule_lines(rule, comment_stays_inside(rule))) {
      add(std::move(line.text), line.span);
    }
  }

  void lay_out(const ast::Ban& ban, std::size_t) {
    for (RuleLine& line : ban_lines(ban)) add(std::move(line.text), line.span);
  }

  void lay_out(const ast::Guard& guard, std::size_t) { add(print(guard), guard.span); }

  void lay_out(const ast::Assertion& a, std::size_t) {
    bool broken = comment_inside({a.span.source, a.condition.span.begin, a.span.end});
    for (RuleLine& line : assertion_lines(a, broken)) add(std::move(line.text), line.span);
  }

  void lay_out(const ast::Otherwise& o, std::size_t) {
    add("otherwise " + print_actions(o.actions), o.span);
  }

  void lay_out(const ast::FileUse& use, std::size_t) {
    using Kind = ast::FileUse::Kind;
    if (use.kind == Kind::ban) {
      for (RuleLine& line : used_ban_lines(use)) add(std::move(line.text), line.span);
      return;
    }
    std::string words = use.kind == Kind::import     ? "import"
                        : use.kind == Kind::table    ? "table"
                        : use.kind == Kind::profiles ? "profiles"
                                                     : "devices";
    add(words + " " + print_text(use.file.text), use.span);
  }

  void lay_out(const ast::Test& t, std::size_t) {
    add("test " + print_text(t.name.text) + (t.obeying ? " obeying" : ""),
        {t.span.source, t.span.begin, t.name.span.end});
    for (const ast::TestLine& line : t.lines) add("  " + print(line), line.span);
  }

  // --- comments and blank lines ---
  bool blank_line_between(std::uint32_t from, std::uint32_t to) const {
    std::string_view between = text_.substr(from, to - from);
    std::size_t first = between.find('\n');
    if (first == std::string_view::npos) return false;
    std::size_t rest = between.find_first_not_of(" \t\r", first + 1);
    return rest != std::string_view::npos && between[rest] == '\n';
  }

  bool same_line(std::uint32_t from, std::uint32_t to) const {
    return text_.substr(from, to - from).find('\n') == std::string_view::npos;
  }

  // Writes each line, before it the comments that belong there.
  std::string merge_comments() {
    for (const Line& line : lines_) {
      write_trailing_comments(line.begin);
      write_comments_before(line);
      out_.append(line.text).append("\n");
      last_end_ = std::max(last_end_, line.end);
      last_spacious_ = line.spacious;
    }
    auto end = static_cast<std::uint32_t>(text_.size());
    write_trailing_comments(end);
    write_comments_before({"", end, end, true, false});
    return std::move(out_);
  }

  // Comments on the line on which the last one ends.
  void write_trailing_comments(std::uint32_t limit) {
    while (comment_ < file_.comments.size() && !out_.empty()) {
      const Span& comment = file_.comments[comment_];
      bool trails = comment.begin >= last_end_ && comment.begin < std::max(limit, last_end_ + 1) &&
                    same_line(last_end_, comment.begin);
      if (!trails) return;
      out_.pop_back();
      out_.append("  ").append(text_of(comment)).append("\n");
      last_end_ = comment.end;
      ++comment_;
    }
  }

  // Comments before or inside the line, each on a line of its own, and the blank lines between.
  void write_comments_before(const Line& line) {
    std::string indent(std::min(line.text.find_first_not_of(' '), line.text.size()), ' ');
    bool first = true;
    for (; comment_ < file_.comments.size(); ++comment_) {
      const Span& comment = file_.comments[comment_];
      if (comment.begin >= line.end) break;
      std::uint32_t begin = std::min(comment.begin, std::max(line.begin, last_end_));
      if (line.begins_declaration) part_from_above(begin, first && spacious_before(line));
      out_.append(indent).append(text_of(comment)).append("\n");
      last_end_ = comment.end;
      first = false;
    }
    if (line.begins_declaration && !line.text.empty()) {
      part_from_above(std::max(line.begin, last_end_), first && spacious_before(line));
    }
  }

  bool spacious_before(const Line& line) const {
    return last_spacious_ || (line.spacious && !line.text.empty());
  }

  // A blank line where the source has one, or where one must be.
  void part_from_above(std::uint32_t begin, bool must) {
    bool blank = must || (begin > last_end_ && blank_line_between(last_end_, begin));
    if (blank && !out_.empty() && !out_.ends_with("\n\n")) out_ += '\n';
  }

  std::string_view text_of(const Span& comment) const {
    return text_.substr(comment.begin, comment.end - comment.begin);
  }

  const ast::File& file_;
  std::string_view text_;
  std::vector<std::size_t> columns_;  // by declaration: where its : or = stands
  std::vector<Line> lines_;
  // While comments are merged in:
  std::string out_;
  std::size_t comment_ = 0;     // the next comment to write
  std::uint32_t last_end_ = 0;  // where the source written last ends
  bool last_spacious_ = false;
};

}  // namespace

std::optional<std::string> format(std::string_view path, std::string_view text, SourceMap& sources,
                                  DiagnosticList& diagnostics) {
  SourceId source = sources.add(std::string(path), std::string(text));
  DiagnosticList found;
  SyntaxTree tree = parse(sources, source, found);
  ast::File file = build_ast(tree, found);
  for (const Diagnostic& diagnostic : found.all()) diagnostics.add(diagnostic);
  if (found.has_errors()) return std::nullopt;
  return Layout(file, sources.text(source)).run();
}

}  // namespace sojourn::lang
