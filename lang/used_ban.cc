#include "lang/used_ban.h"

#include <set>
#include <string>

namespace sojourn::lang {
namespace {

using Names = std::set<std::string, std::less<>>;

void take_values(const std::vector<ast::Value>& values, Names& names) {
  for (const ast::Value& value : values) {
    bool word = value.kind == ast::Value::Kind::name || value.kind == ast::Value::Kind::text;
    if (word) names.insert(value.text);
  }
}

// Every word of the condition that might be a declared name. Depth: limits::kNestingDepthMax.
void take_words(const ast::Condition& condition, Names& names) {
  if (const auto* simple = std::get_if<ast::Simple>(&condition.form)) {
    if (simple->subject == ast::Subject::named) names.insert(simple->name.text);
    take_values(simple->values, names);
  } else if (const auto* fleet = std::get_if<ast::FleetCount>(&condition.form)) {
    names.insert(fleet->attribute.text);
  }
  for (const ast::Condition& part : condition.parts) take_words(part, names);
}

void take_words(const ast::Ban& ban, Names& names) {
  for (const ast::BanClause& clause : ban.clauses) {
    if (clause.condition) take_words(*clause.condition, names);
    for (const ast::Action& action : clause.actions) {
      if (action.condition) take_words(*action.condition, names);
    }
  }
}

// The name by which conditions speak of the declaration; "" for anything else.
std::string_view spoken_name(const ast::Declaration& declaration) {
  if (const auto* a = std::get_if<ast::Attribute>(&declaration)) return a->name.text;
  if (const auto* s = std::get_if<ast::Set>(&declaration)) return s->name.text;
  if (const auto* d = std::get_if<ast::Define>(&declaration)) return d->name.text;
  if (const auto* r = std::get_if<ast::Region>(&declaration)) return r->name.text;
  return {};
}

void take_words(const ast::Declaration& declaration, Names& names) {
  if (const auto* set = std::get_if<ast::Set>(&declaration)) take_values(set->values, names);
  if (const auto* define = std::get_if<ast::Define>(&declaration)) {
    take_words(define->condition, names);
  }
  if (const auto* region = std::get_if<ast::Region>(&declaration)) {
    for (const ast::RegionMember& member : region->members) names.insert(member.name.text);
  }
}

const ast::Ban* find_ban(const std::vector<ast::Declaration>& file, std::string_view name) {
  for (const ast::Declaration& declaration : file) {
    const auto* ban = std::get_if<ast::Ban>(&declaration);
    if (ban != nullptr && ban->name && ban->name->text == name) return ban;
  }
  return nullptr;
}

}  // namespace

std::vector<ast::Declaration> ban_with_needs(const std::vector<ast::Declaration>& file,
                                             std::string_view name) {
  const ast::Ban* ban = find_ban(file, name);
  if (ban == nullptr) return {};
  Names names;
  take_words(*ban, names);
  std::vector<bool> needed(file.size());
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < file.size(); ++i) {
      std::string_view spoken = spoken_name(file[i]);
      if (needed[i] || spoken.empty() || names.find(spoken) == names.end()) continue;
      needed[i] = more = true;
      take_words(file[i], names);
    }
  }
  std::vector<ast::Declaration> taken;
  for (std::size_t i = 0; i < file.size(); ++i) {
    if (needed[i]) taken.push_back(file[i]);
  }
  taken.emplace_back(*ban);
  return taken;
}

std::vector<std::string_view> ban_names(const std::vector<ast::Declaration>& file) {
  std::vector<std::string_view> names;
  for (const ast::Declaration& declaration : file) {
    const auto* ban = std::get_if<ast::Ban>(&declaration);
    if (ban != nullptr && ban->name) names.push_back(ban->name->text);
  }
  return names;
}

}  // namespace sojourn::lang
