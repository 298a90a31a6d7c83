#include "lang/ast_builder.h"

#include <utility>

#include "lang/ast_phrases.h"

namespace sojourn::lang {
namespace {

using K = NodeKind;

class DeclarationBuilder {
 public:
  explicit DeclarationBuilder(DiagnosticList& diagnostics) : build_(diagnostics) {}

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
    for (Node child : node.children()) {
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
        default:
          p.lead = build_.time_length(child.first());
          break;
      }
    }
    return p;
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
    for (Node child : node.children()) {
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

  ast::Rule rule(Node node) {
    ast::Rule r;
    r.span = node.span();
    for (Node child : node.children()) {
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
      (child.is(K::text) ? use.file : use.ban) = build_.name(child);
    }
    return use;
  }

  // --- tests ---
  ast::Moment moment(Node node) {
    return {std::string(node.text()), node.is(K::date), node.span()};
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
      e.name = build_.name(node.first());
      if (node.first().is(K::mark)) e.name.text.clear();  // by otherwise
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
