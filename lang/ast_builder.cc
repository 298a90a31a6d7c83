#include "lang/ast_builder.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "engine/base/diagnostic_code.h"
#include "lang/ast_phrases.h"

namespace sojourn::lang {
namespace {

using K = NodeKind;

// The clauses of one declaration that may stand once: a second one would silently replace what the
// first one says.
class ClausesOnce {
 public:
  explicit ClausesOnce(DiagnosticList& diagnostics) : diagnostics_(diagnostics) {}

  void see(Node clause) {
    for (Node earlier : seen_) {
      if (!earlier.is(clause.kind())) continue;
      Diagnostic d = make_diagnostic(Code::E0210, clause.span(),
                                     fmt::format("{} stands twice", name_of(clause)), help(clause));
      d.labels.push_back({earlier.span(), "the first one"});
      return diagnostics_.add(std::move(d));
    }
    seen_.push_back(clause);
  }

 private:
  static std::string name_of(Node clause) {
    if (clause.is(K::text)) return "the text";
    std::string_view words = clause.text();
    return fmt::format("`{}`", words.substr(0, words.find_first_of(" \t\r\n#\"")));
  }

  static const char* help(Node clause) {
    bool lists =
        clause.is(K::home) || clause.is(K::iccid) || clause.is(K::plmns) || clause.is(K::breakout);
    return lists ? "write all of them in one, separated by commas" : "leave one of them out";
  }

  DiagnosticList& diagnostics_;
  std::vector<Node> seen_;
};

class DeclarationBuilder {
 public:
  explicit DeclarationBuilder(DiagnosticList& diagnostics)
      : diagnostics_(diagnostics), build_(diagnostics) {}

  ast::Declaration declaration(Node node) {
    switch (node.kind()) {
      case K::policy:
        return policy(node);
      case K::attribute:
        return attribute(node);
      case K::profile:
        return profile(node);
      case K::region:
        return region(node);
      case K::set:
        return set(node);
      case K::define:
        return define(node);
      case K::ban:
      case K::forbid:
        return ban(node);
      case K::guard:
        return guard(node);
      case K::assertion:
        return assertion(node);
      case K::otherwise:
        return ast::Otherwise{build_.actions(node.first()), node.span()};
      case K::test:
        return test(node);
      case K::import_file:
        return file_use(node, ast::FileUse::Kind::import);
      case K::use_ban:
        return file_use(node, ast::FileUse::Kind::ban);
      case K::table_file:
        return file_use(node, ast::FileUse::Kind::table);
      case K::profiles_file:
        return file_use(node, ast::FileUse::Kind::profiles);
      case K::devices_file:
        return file_use(node, ast::FileUse::Kind::devices);
      default:
        return rule(node);
    }
  }

 private:
  ast::Policy policy(Node node) {
    ast::Policy p;
    p.span = node.span();
    ClausesOnce once(diagnostics_);
    for (Node child : node.children()) {
      if (!child.is(K::view)) once.see(child);
      switch (child.kind()) {
        case K::name:
          p.name = build_.name(child);
          break;
        case K::mark:
          p.first_match = true;
          break;
        case K::version:
          p.version = build_.name(child.first());
          break;
        case K::owner:
          p.owner = build_.name(child.first());
          break;
        case K::timezone:
          p.zone = build_.name(child.first());
          break;
        case K::settle:
          p.settle = build_.time_length(child.first());
          break;
        case K::carry:
          p.carry = build_.time_length(child.first());
          break;
        case K::view:
          p.views.push_back(view(child));
          break;
        default:
          p.lead = build_.time_length(child.first());
          break;
      }
    }
    return p;
  }

  ast::View view(Node node) {
    ast::View v;
    v.span = node.span();
    for (Node child : node.children()) (v.claim.text.empty() ? v.claim : v.as) = build_.name(child);
    return v;
  }

  static ast::Attribute::Type plain_type(Node node) {
    return node.text() == "flag"   ? ast::Attribute::Type::flag
           : node.text() == "text" ? ast::Attribute::Type::text
                                   : ast::Attribute::Type::country;
  }

  void attribute_type(Node node, ast::Attribute& a) {
    switch (node.kind()) {
      case K::number_type:
        a.type = ast::Attribute::Type::number;
        if (node.has_children()) a.unit = build_.name(node.first());
        break;
      case K::plain_type:
        a.type = plain_type(node);
        break;
      case K::set_type:
        a.is_set = true;
        attribute_type(node.first(), a);
        break;
      default:
        a.type = ast::Attribute::Type::choice;
        for (Node child : node.children()) a.choices.push_back(build_.name(child));
        break;
    }
  }

  ast::Attribute attribute(Node node) {
    ast::Attribute a;
    a.span = node.span();
    for (Node child : node.children()) {
      if (child.is(K::name)) {
        a.name = build_.name(child);
      } else if (child.is(K::valid)) {
        a.valid = build_.time_length(child.first());
      } else {
        attribute_type(child, a);
      }
    }
    return a;
  }

  std::vector<ast::Name> names(Node node) {
    std::vector<ast::Name> all;
    for (Node child : node.children()) all.push_back(build_.name(child));
    return all;
  }

  ast::Profile profile(Node node) {
    ast::Profile p;
    p.span = node.span();
    ClausesOnce once(diagnostics_);
    for (Node child : node.children()) {
      once.see(child);
      switch (child.kind()) {
        case K::name:
          p.name = build_.name(child);
          break;
        case K::home:
          p.home_none = child.first().is(K::mark);
          if (!p.home_none) p.home = names(child);
          break;
        case K::iccid:
          p.iccid_prefixes = names(child);
          break;
        case K::plmns:
          p.plmns = names(child);
          break;
        case K::download:
          p.download = build_.name(child.first());
          break;
        case K::breakout:
          p.breakout = names(child);
          break;
        default:
          p.cost = build_.number(child.first());
          break;
      }
    }
    return p;
  }

  ast::RegionMember member(Node node) {
    using Kind = ast::RegionMember::Kind;
    ast::RegionMember m;
    m.span = node.span();
    m.kind = node.is(K::circle)     ? Kind::circle
             : node.is(K::geojson)  ? Kind::geojson
             : node.is(K::corridor) ? Kind::corridor
                                    : Kind::name;
    if (m.kind == Kind::name) {
      m.name = build_.name(node);
      return m;
    }
    bool lat_seen = false;
    for (Node child : node.children()) {
      if (child.is(K::number)) {
        (lat_seen ? m.lon : m.lat) = build_.number(child);
        lat_seen = true;
      } else if (child.is(K::amount)) {
        m.length = build_.value(child);
      } else {
        m.name = build_.name(child);
      }
    }
    return m;
  }

  ast::Region region(Node node) {
    ast::Region r;
    r.span = node.span();
    bool named = false;
    for (Node child : node.children()) {
      if (!named) {
        r.name = build_.name(child);
        named = true;
      } else {
        r.members.push_back(member(child));
      }
    }
    return r;
  }

  ast::Set set(Node node) {
    ast::Set s;
    s.span = node.span();
    for (Node child : node.children()) {
      if (child.is(K::name)) s.name = build_.name(child);
      if (child.is(K::list)) s.values = build_.values(child);
    }
    return s;
  }

  ast::Define define(Node node) {
    ast::Define d;
    d.span = node.span();
    for (Node child : node.children()) {
      if (child.is(K::name)) {
        d.name = build_.name(child);
      } else {
        d.condition = build_.condition(child);
      }
    }
    return d;
  }

  ast::BanClause ban_clause(Node node) {
    using Kind = ast::BanClause::Kind;
    ast::BanClause c;
    c.span = node.span();
    switch (node.kind()) {
      case K::source:
      case K::certainty:
      case K::timezone:
        c.kind = node.is(K::source)      ? Kind::source
                 : node.is(K::certainty) ? Kind::certainty
                                         : Kind::zone;
        c.name = build_.name(node.first());
        break;
      case K::from_date:
      case K::until_date:
      case K::counting_from:
        c.kind = node.is(K::from_date)    ? Kind::from
                 : node.is(K::until_date) ? Kind::until
                                          : Kind::counting_from;
        c.day = build_.day(node.first());
        break;
      case K::notice:
      case K::assuming:
        c.kind = node.is(K::notice) ? Kind::notice : Kind::assuming;
        c.length = build_.time_length(node.first());
        break;
      case K::remedy:
        c.kind = Kind::remedy;
        c.actions = build_.actions(node.first());
        break;
      case K::in_doubt:
        c.kind = Kind::in_doubt;
        break;
      default:  // never, or the condition of `forbid change`
        c.condition = build_.condition(node.is(K::never) ? node.first() : node);
        break;
    }
    return c;
  }

  ast::Ban ban(Node node) {
    ast::Ban b;
    b.span = node.span();
    b.forbids_change = node.is(K::forbid);
    for (Node child : node.children()) {
      if (child.is(K::name)) {
        b.name = build_.name(child);
      } else if (child.is(K::text)) {
        b.text = build_.name(child);
      } else {
        b.clauses.push_back(ban_clause(child));
      }
    }
    return b;
  }

  // `per hour` is one hour.
  ast::TimeLength guard_period(Node node) {
    if (!node.first().is(K::unit)) return build_.time_length(node.first());
    ast::TimeLength length;
    length.span = node.first().span();
    length.parts.push_back({1'000'000, build_.time_word(node.first())});
    return length;
  }

  ast::Guard guard(Node node) {
    using Kind = ast::Guard::Kind;
    ast::Guard g;
    g.span = node.span();
    for (Node child : node.children()) {
      if (child.is(K::except_for)) {
        for (Node name : child.children()) {
          if (name.is(K::mark)) {
            g.except_bans = true;
          } else {
            g.except_rules.push_back(build_.name(name));
          }
        }
        continue;
      }
      g.kind = child.is(K::guard_approval) ? Kind::approval : Kind::abort;
      bool first = true;
      for (Node part : child.children()) {
        if (part.is(K::amount) || part.is(K::number)) {
          bool share = part.is(K::amount);
          (first ? g.most : g.least) = build_.number(share ? part.first() : part);
          if (first && child.is(K::guard_limit)) g.kind = share ? Kind::fleet_share : Kind::devices;
          first = false;
        } else if (part.is(K::mark)) {
          if (part.text().starts_with("switch")) g.kind = Kind::switches;
        } else if (part.is(K::guard_period)) {
          g.per = part.text().starts_with("per");
          g.window = guard_period(part);
        }
      }
    }
    return g;
  }

  ast::Assertion assertion(Node node) {
    ast::Assertion a;
    a.span = node.span();
    for (Node child : node.children()) {
      if (child.is(K::text)) {
        a.text = build_.name(child);
      } else if (child.is(K::actions)) {
        a.actions = build_.actions(child);
      } else {
        a.condition = build_.condition(child);
      }
    }
    return a;
  }

  ast::Rule rule(Node node) {
    ast::Rule r;
    r.span = node.span();
    ClausesOnce once(diagnostics_);
    for (Node child : node.children()) {
      if (child.is(K::text) || child.is(K::timezone)) once.see(child);
      switch (child.kind()) {
        case K::name:
          r.name = build_.name(child);
          break;
        case K::text:
          r.text = build_.name(child);
          break;
        case K::timezone:
          r.zone = build_.name(child.first());
          break;
        case K::overrides:
          for (ast::Name& name : names(child)) r.overrides.push_back(std::move(name));
          break;
        case K::actions:
          r.actions = build_.actions(child);
          break;
        default:
          r.condition = build_.condition(child);
          break;
      }
    }
    return r;
  }

  ast::FileUse file_use(Node node, ast::FileUse::Kind kind) {
    ast::FileUse use;
    use.kind = kind;
    use.span = node.span();
    for (Node child : node.children()) {
      if (child.is(K::text)) {
        use.file = build_.name(child);
      } else if (child.is(K::name)) {
        use.ban = build_.name(child);
      } else {
        use.clauses.push_back(ban_clause(child));
      }
    }
    return use;
  }

  // --- tests ---
  ast::Moment moment(Node node) {
    std::string text(node.text());
    if (node.is(K::timestamp) && text[12] == ':') text.insert(11, "0");  // 2026-01-01 9:00
    return {std::move(text), node.is(K::date), node.span()};
  }

  ast::TestPart part(Node node) {
    using Kind = ast::TestPart::Kind;
    ast::TestPart p;
    p.span = node.span();
    if (node.is(K::position_part)) {
      p.kind = Kind::position;
      p.key = {"position", node.span()};
      bool lat_seen = false;
      for (Node child : node.children()) {
        if (child.is(K::number)) {
          (lat_seen ? p.lon : p.lat) = build_.number(child);
          lat_seen = true;
        } else {
          ast::Value measure = build_.value(child.first());
          (child.is(K::accuracy_part)   ? p.accuracy
           : child.is(K::altitude_part) ? p.altitude
                                        : p.speed) = std::move(measure);
        }
      }
      return p;
    }
    bool keyed = false;
    for (Node child : node.children()) {
      if (!keyed) {
        p.key = build_.name(child);
        p.attribute = child.is(K::name);
        keyed = true;
      } else if (child.is(K::braces)) {
        p.kind = Kind::list;
        p.values = build_.values(child);
      } else if (child.is(K::mark) && child.text() == "unknown") {
        p.kind = Kind::unknown;
      } else if (child.is(K::number)) {
        ast::Value cause;
        cause.kind = ast::Value::Kind::amount;
        cause.text = std::string(child.text());
        cause.millionths = build_.number(child).millionths;
        cause.span = child.span();
        p.values.push_back(std::move(cause));
      } else {
        p.values.push_back(build_.value(child));
      }
    }
    return p;
  }

  // `no alert`, `no alert "text"`, and so with tasks.
  static ast::Expectation::Kind absent_kind(Node node) {
    using Kind = ast::Expectation::Kind;
    bool alert = false, named = false;
    for (Node child : node.children()) {
      if (child.is(K::mark)) alert = child.text() == "alert";
      if (child.is(K::text)) named = true;
    }
    if (named) return alert ? Kind::no_alert : Kind::no_task;
    return alert ? Kind::no_alerts : Kind::no_tasks;
  }

  void expectation(Node node, ast::TestLine& line) {
    using Kind = ast::Expectation::Kind;
    ast::Expectation e;
    e.span = node.span();
    switch (node.kind()) {
      case K::expect_keep:
        e.kind = Kind::keep;
        break;
      case K::expect_choose:
        e.kind = Kind::profile;
        break;
      case K::expect_alert:
        e.kind = Kind::alert;
        break;
      case K::expect_task:
        e.kind = Kind::task;
        break;
      case K::expect_none:
        e.kind = absent_kind(node);
        break;
      case K::expect_by:
        e.kind = Kind::by;
        break;
      case K::expect_ban:
        e.kind = Kind::ban_violated;
        break;
      case K::expect_suppressed:
        e.kind = Kind::suppressed;
        break;
      default:
        line.on = moment(node.first());
        return;
    }
    if (node.has_children()) {
      // `by otherwise`, `by ban NAME`, `by NAME`; `no alert "text"`; the others have but one child.
      std::string mark;
      for (Node child : node.children()) {
        if (child.is(K::mark)) mark = child.text();
        e.name = build_.name(child);
      }
      if (mark == "otherwise") e.name.text.clear();
      if (mark == "ban") e.name.text = "ban " + e.name.text;
    }
    line.expectations.push_back(std::move(e));
  }

  ast::TestLine line(Node node) {
    using Kind = ast::TestLine::Kind;
    ast::TestLine l;
    if (node.is(K::device_line)) {
      std::optional<ast::Name> device;
      for (Node child : node.children()) {
        if (!device) {
          device = build_.name(child);
        } else {
          l = line(child);
        }
      }
      l.device = std::move(device);
      l.span = node.span();
      return l;
    }
    l.kind = node.is(K::given)        ? Kind::given
             : node.is(K::at_line)    ? Kind::at
             : node.is(K::every_line) ? Kind::every
                                      : Kind::expect;
    l.span = node.span();
    bool from_seen = false;
    for (Node child : node.children()) {
      switch (child.kind()) {
        case K::timestamp:
        case K::date:
          (from_seen ? l.until : l.at) = moment(child);
          from_seen = true;
          break;
        case K::clock:
          l.clock_ms = build_.clock(child);
          break;
        case K::duration:
          l.period = build_.time_length(child);
          break;
        case K::mark:
          break;
        case K::position_part:
        case K::keyed_part:
        case K::assignment:
          l.parts.push_back(part(child));
          break;
        default:
          expectation(child, l);
          break;
      }
    }
    return l;
  }

  ast::Test test(Node node) {
    ast::Test t;
    t.span = node.span();
    for (Node child : node.children()) {
      if (child.is(K::text)) {
        t.name = build_.name(child);
      } else if (child.is(K::mark)) {
        t.obeying = true;
      } else {
        t.lines.push_back(line(child));
      }
    }
    return t;
  }

  DiagnosticList& diagnostics_;
  PhraseBuilder build_;
};

}  // namespace

ast::File build_ast(const SyntaxTree& tree, DiagnosticList& diagnostics) {
  ast::File file;
  file.source = tree.source;
  file.comments = tree.comments;
  DeclarationBuilder builder(diagnostics);
  for (Node node : declarations(tree)) file.declarations.push_back(builder.declaration(node));
  return file;
}

}  // namespace sojourn::lang
