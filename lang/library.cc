#include "lang/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/ast_builder.h"
#include "lang/grammar.h"
#include "lang/inventory_files.h"
#include "lang/rule_text.h"
#include "lang/units.h"
#include "lang/used_ban.h"

namespace sojourn::lang {
namespace {

using UseKind = ast::FileUse::Kind;

// The declaration's words, blanks and line breaks evened out.
std::string evened(std::string_view text) {
  std::string out;
  for (char c : text) {
    bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

// Kind and name of what two files may both declare; "" for anything else.
std::string shared_name(const ast::Declaration& declaration) {
  if (const auto* a = std::get_if<ast::Attribute>(&declaration)) return "attribute " + a->name.text;
  if (const auto* p = std::get_if<ast::Profile>(&declaration)) return "profile " + p->name.text;
  if (const auto* s = std::get_if<ast::Set>(&declaration)) return "set " + s->name.text;
  if (const auto* d = std::get_if<ast::Define>(&declaration)) return "define " + d->name.text;
  if (const auto* b = std::get_if<ast::Ban>(&declaration); b != nullptr && b->name) {
    return "ban " + b->name->text;
  }
  const auto* r = std::get_if<ast::Region>(&declaration);
  if (r == nullptr) return "";
  // Drawings lie beside their files: equal names may be different drawings.
  bool drawn = std::any_of(r->members.begin(), r->members.end(), [](const auto& member) {
    return member.kind == ast::RegionMember::Kind::geojson ||
           member.kind == ast::RegionMember::Kind::corridor;
  });
  return drawn ? "" : "region " + r->name.text;
}

}  // namespace

void Library::error(Code code, Span span, std::string message, std::string help) {
  diagnostics_.add(make_diagnostic(code, span, std::move(message), std::move(help)));
}

ast::File Library::join(SourceId root) {
  inventory_ = request_.inventory;
  std::string path =
      NamedFiles::path_of(request_.path, request_.path.substr(request_.path.rfind('/') + 1));
  chain_ = {path};
  imported_ = {path};
  ast::File whole;
  whole.source = root;
  whole.declarations = without_repetitions(expand(gather(root, true)));
  compare_headers(whole);
  return whole;
}

Library::Declarations Library::read(SourceId source) {
  SyntaxTree tree = parse(sources_, source, diagnostics_);
  broken_names_.insert(broken_names_.end(), tree.broken_names.begin(), tree.broken_names.end());
  return build_ast(tree, diagnostics_).declarations;
}

Library::Declarations Library::gather(SourceId source, bool is_root) {
  Declarations gathered;
  for (ast::Declaration& declaration : read(source)) {
    const auto* use = std::get_if<ast::FileUse>(&declaration);
    if (use != nullptr && use->kind == UseKind::import) {
      import(*use, gathered);
    } else if (use != nullptr && use->kind == UseKind::ban) {
      use_one(*use, gathered);
    } else {
      bring(std::move(declaration), is_root, gathered);
    }
  }
  return gathered;
}

void Library::bring(ast::Declaration declaration, bool is_root, Declarations& into) {
  if (!is_root) {
    if (std::holds_alternative<ast::Test>(declaration)) return;
    if (const auto* header = std::get_if<ast::Policy>(&declaration)) {
      other_headers_.push_back(*header);
      return;
    }
  }
  if (const auto* otherwise = std::get_if<ast::Otherwise>(&declaration)) {
    for (const ast::Declaration& earlier : into) {
      const auto* other = std::get_if<ast::Otherwise>(&earlier);
      bool same = other != nullptr && other->span.source != otherwise->span.source &&
                  print_actions(other->actions) == print_actions(otherwise->actions);
      if (same) return;
    }
  }
  into.push_back(std::move(declaration));
}

std::optional<SourceId> Library::open(const ast::FileUse& use) {
  std::string path = NamedFiles::path_of(sources_.path(use.file.span.source), use.file.text);
  auto known = open_.find(path);
  if (known != open_.end()) return known->second;
  std::optional<std::string> text = files_.read(path, use.file.span);
  if (!text) return std::nullopt;
  if (text->size() > limits::kSourceBytesMax) {
    error(Code::E0901, use.file.span,
          fmt::format("`{}` has {} bytes; {} are allowed", path, text->size(),
                      limits::kSourceBytesMax),
          "split the file");
    return std::nullopt;
  }
  SourceId source = sources_.add(path, *std::move(text));
  open_.emplace(path, source);
  return source;
}

void Library::import(const ast::FileUse& use, Declarations& into) {
  std::string path = NamedFiles::path_of(sources_.path(use.file.span.source), use.file.text);
  auto circle = std::find(chain_.begin(), chain_.end(), path);
  if (circle != chain_.end()) {
    std::string way;
    for (; circle != chain_.end(); ++circle) way += fmt::format("`{}` imports ", *circle);
    error(Code::E0230, use.file.span, "files import each other in a circle",
          fmt::format("{}`{}`; take one of the imports out", way, path));
    return;
  }
  if (!imported_.insert(path).second) return;
  if (chain_.size() > limits::kImportDepthMax) {
    error(Code::E0901, use.file.span,
          fmt::format("imports are nested more than {} deep", limits::kImportDepthMax),
          "import the file from one nearer to the policy");
    return;
  }
  std::optional<SourceId> source = open(use);
  if (!source) {
    missing_ = {true, true, true, true};
    return;
  }
  chain_.push_back(path);
  Declarations brought = gather(*source, false);
  chain_.pop_back();
  for (ast::Declaration& declaration : brought) bring(std::move(declaration), false, into);
}

// The file's own declarations and those of its imports, apart from the policy's.
const Library::Declarations* Library::open_apart(const ast::FileUse& use) {
  std::string path = NamedFiles::path_of(sources_.path(use.file.span.source), use.file.text);
  if (std::find(chain_.begin(), chain_.end(), path) != chain_.end()) {
    error(Code::E0230, use.file.span, "the file takes a ban out of a file that it is part of",
          "a ban that is imported need not be used");
    return nullptr;
  }
  auto known = apart_.find(path);
  if (known != apart_.end()) return &known->second;
  if (chain_.size() > limits::kImportDepthMax) {
    error(Code::E0901, use.file.span,
          fmt::format("files are nested more than {} deep", limits::kImportDepthMax),
          "use the ban from a file nearer to the policy");
    return nullptr;
  }
  std::optional<SourceId> source = open(use);
  if (!source) return nullptr;
  std::set<std::string> imported = std::exchange(imported_, {path});
  std::vector<ast::Policy> headers = std::exchange(other_headers_, {});
  chain_.push_back(path);
  Declarations all = gather(*source, false);
  chain_.pop_back();
  imported_ = std::move(imported);
  other_headers_ = std::move(headers);  // a ban names its own zone, or takes the policy's
  return &apart_.emplace(path, std::move(all)).first->second;
}

void Library::use_one(const ast::FileUse& use, Declarations& into) {
  const Declarations* all = open_apart(use);
  if (all == nullptr) return;
  Declarations taken = ban_with_needs(*all, use.ban.text);
  if (taken.empty()) {
    std::vector<std::string_view> names = ban_names(*all);
    std::string_view near = nearest_spelling(use.ban.text, names);
    error(Code::E0235, use.ban.span,
          fmt::format("there is no ban `{}` in `{}`", use.ban.text, use.file.text),
          !near.empty()   ? fmt::format("did you mean `{}`?", near)
          : names.empty() ? "the file declares no ban"
                          : fmt::format("its bans are {}", fmt::join(names, ", ")));
    return;
  }
  if (!taken_alike(use)) return;
  add_own_clauses(use, taken);
  std::move(taken.begin(), taken.end(), std::back_inserter(into));
}

// A ban may be taken twice, by two files that a policy imports, but not with other clauses.
bool Library::taken_alike(const ast::FileUse& use) {
  std::string path = NamedFiles::path_of(sources_.path(use.file.span.source), use.file.text);
  std::string clauses = evened(sources_.text({use.span.source, use.file.span.end, use.span.end}));
  auto [first, fresh] = taken_.try_emplace({path, use.ban.text}, std::pair(clauses, use.ban.span));
  if (fresh || first->second.first == clauses) return true;
  Diagnostic d =
      make_diagnostic(Code::E0207, use.ban.span,
                      fmt::format("ban `{}` is taken twice, with other clauses", use.ban.text),
                      "take it once, or with the same clauses");
  d.labels.push_back({first->second.second, "the first time"});
  diagnostics_.add(std::move(d));
  return false;
}

// What the policy says of its own goes before what the file says; the reading stays as it is.
void Library::add_own_clauses(const ast::FileUse& use, Declarations& taken) {
  using Clause = ast::BanClause::Kind;
  for (ast::Declaration& declaration : taken) {
    auto* ban = std::get_if<ast::Ban>(&declaration);
    if (ban == nullptr || !ban->name || ban->name->text != use.ban.text) continue;
    for (const ast::BanClause& own : use.clauses) {
      bool of_policy = own.kind == Clause::notice || own.kind == Clause::assuming ||
                       own.kind == Clause::remedy || own.kind == Clause::in_doubt;
      if (!of_policy) {
        error(Code::E0210, own.span, "a ban of a file is taken with the reading that it has",
              "a policy adds `notice`, `assuming`, `remedy` and `in doubt counts`; for another "
              "reading write a ban of your own");
        continue;
      }
      std::erase_if(ban->clauses, [&](const ast::BanClause& known) {
        return known.kind == own.kind && known.span.source == ban->span.source;
      });
      ban->clauses.push_back(own);
    }
  }
}

// --- tables and inventories
// -------------------------------------------------------------------------

std::optional<CsvFile> Library::open_sheet(const ast::FileUse& use, bool& unreadable) {
  std::string path = NamedFiles::path_of(sources_.path(use.file.span.source), use.file.text);
  if (!sheets_.insert(fmt::format("{} {}", static_cast<int>(use.kind), path)).second) {
    return std::nullopt;
  }
  std::optional<SourceId> source = open(use);
  std::optional<CsvFile> sheet;
  if (source) sheet = read_csv(sources_, *source, diagnostics_);
  unreadable = unreadable || !sheet;
  return sheet;
}

// Sheets are read when everything else is known: what a cell means depends on what is declared.
Library::Declarations Library::expand(Declarations gathered) {
  WordShapes shapes = word_shapes(gathered);
  std::set<std::string> profiles;
  std::set<std::string> words;
  for (const ast::Declaration& declaration : gathered) {
    if (const auto* profile = std::get_if<ast::Profile>(&declaration)) {
      profiles.insert(profile->name.text);
    } else if (const auto* attribute = std::get_if<ast::Attribute>(&declaration)) {
      words.insert(attribute->name.text);
    }
  }
  for (const ast::Declaration& declaration : gathered) {
    const auto* use = std::get_if<ast::FileUse>(&declaration);
    if (use != nullptr && use->kind == UseKind::devices) join_devices(*use, words);
  }
  for (const Attribute& attribute : inventory_.attributes) {
    bool set = attribute.type == AttributeType::set_of_text ||
               attribute.type == AttributeType::set_of_choice ||
               attribute.type == AttributeType::set_of_country;
    bool flag = attribute.type == AttributeType::flag;
    shapes.emplace(attribute.name, set    ? WordShape::set
                                   : flag ? WordShape::flag
                                          : WordShape::plain);
  }
  Declarations expanded;
  for (ast::Declaration& declaration : gathered) {
    const auto* use = std::get_if<ast::FileUse>(&declaration);
    if (use == nullptr) {
      expanded.push_back(std::move(declaration));
    } else if (use->kind == UseKind::profiles) {
      join_profiles(*use, profiles, expanded);
    } else if (use->kind == UseKind::table) {
      std::optional<CsvFile> sheet = open_sheet(*use, missing_.rules);
      if (!sheet) continue;
      auto rules = table_rules(*sheet, use->file.text, shapes, sources_, diagnostics_);
      std::move(rules.begin(), rules.end(), std::back_inserter(expanded));
    }
  }
  return expanded;
}

void Library::join_profiles(const ast::FileUse& use, const std::set<std::string>& declared,
                            Declarations& into) {
  std::optional<CsvFile> sheet = open_sheet(use, missing_.profiles);
  if (!sheet) return;
  auto rows = profile_rows(*sheet, declared, sources_, diagnostics_);
  // What a row with a mistake meant to declare is not missing as well.
  std::set<std::string_view> sound;
  for (const ast::Profile& profile : rows) sound.insert(profile.name.text);
  std::optional<std::size_t> names = sheet->column("profile");
  missing_.profiles = missing_.profiles || !names;
  for (const CsvRow& row : sheet->rows) {
    if (!names || sound.count(row.cells[*names].text) != 0) continue;
    broken_names_.push_back({sources_.text(row.cells[*names].span)});
  }
  std::move(rows.begin(), rows.end(), std::back_inserter(into));
}

void Library::join_devices(const ast::FileUse& use, const std::set<std::string>& declared) {
  std::optional<CsvFile> sheet = open_sheet(use, missing_.attributes);
  if (!sheet) return;
  for (Attribute& attribute : inferred_attributes(*sheet, declared, sources_, diagnostics_)) {
    inventory_.attributes.push_back(std::move(attribute));
  }
  devices_.push_back(*std::move(sheet));
}

// --- joining
// -------------------------------------------------------------------------------------

Library::Declarations Library::without_repetitions(Declarations declarations) {
  std::unordered_map<std::string, Span> seen;
  std::set<std::pair<std::uint32_t, std::uint32_t>> places;
  Declarations kept;
  for (ast::Declaration& declaration : declarations) {
    std::string name = shared_name(declaration);
    Span span = ast::span_of(declaration);
    // Two bans of one file bring what both speak of.
    if (!places.emplace(span.source.index, span.begin).second) continue;
    if (!name.empty()) {
      auto [first, added] = seen.emplace(name, span);
      bool repeated = !added && first->second.source != span.source &&
                      evened(sources_.text(first->second)) == evened(sources_.text(span));
      if (repeated) continue;
    }
    kept.push_back(std::move(declaration));
  }
  return kept;
}

void Library::compare_headers(const ast::File& whole) {
  ast::Policy own;
  for (const ast::Declaration& declaration : whole.declarations) {
    if (const auto* header = std::get_if<ast::Policy>(&declaration)) {
      own = *header;
      break;
    }
  }
  const Settings usual;
  auto zone = [&](const ast::Policy& header) {
    return header.zone ? header.zone->text : usual.zone;
  };
  auto length = [](const std::optional<ast::TimeLength>& written, Duration otherwise) {
    return written ? elapsed(*written).value_or(otherwise) : otherwise;
  };
  auto views = [](const ast::Policy& header) {
    std::vector<std::string> texts;
    for (const ast::View& view : header.views) {
      texts.push_back(fmt::format("{} as {}", view.claim.text, view.as.text));
    }
    std::sort(texts.begin(), texts.end());
    return texts;
  };
  for (const ast::Policy& other : other_headers_) {
    auto differs = [&](std::string_view setting, Span span) {
      error(Code::E0231, span,
            fmt::format("the file is imported by a policy with another `{}`", setting),
            "its rules would mean something else there; make the settings alike, or name the zone "
            "in the rule: `rule NAME timezone ZONE`");
    };
    if (zone(other) != zone(own))
      differs("timezone", other.zone ? other.zone->span : other.name.span);
    if (length(other.settle, usual.settle) != length(own.settle, usual.settle)) {
      differs("settle", other.settle ? other.settle->span : other.name.span);
    }
    if (length(other.carry, usual.carry) != length(own.carry, usual.carry)) {
      differs("carry", other.carry ? other.carry->span : other.name.span);
    }
    if (length(other.lead, usual.lead) != length(own.lead, usual.lead)) {
      differs("lead", other.lead ? other.lead->span : other.name.span);
    }
    if (views(other) != views(own)) {
      differs("view", other.views.empty() ? other.name.span : other.views.front().span);
    }
    if (other.first_match != own.first_match) differs("first-match", other.name.span);
  }
}

}  // namespace sojourn::lang
