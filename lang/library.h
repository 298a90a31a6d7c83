// Private to lang. Library: a rule file and everything it names, joined into one file.
//
//   Library library(request, sources, files, diagnostics);
//   ast::File whole = library.join(root);      // check() sees no more file names but of drawings
//
// `import` puts the declarations of another file in its place; each file counts once, a circle is
// an error. What only makes sense in the file itself stays there: its tests and its `policy` line,
// whose settings must not contradict the importing policy's. The same declaration in two files
// counts once. Tables become rules and inventories profiles, in their places. Spans lead into the
// file that each declaration comes from.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/source.h"
#include "lang/ast.h"
#include "lang/csv.h"
#include "lang/lang.h"
#include "lang/named_files.h"
#include "lang/syntax_tree.h"
#include "lang/table_rules.h"
#include "lang/vocabulary.h"

namespace sojourn::lang {

class Library {
 public:
  // All outlive this.
  Library(const LoadRequest& request, SourceMap& sources, NamedFiles& files,
          DiagnosticList& diagnostics)
      : request_(request), sources_(sources), files_(files), diagnostics_(diagnostics) {}

  ast::File join(SourceId root);

  // Names of declarations with syntax errors, in all files.
  const std::vector<BrokenName>& broken_names() const { return broken_names_; }
  // What files that could not be read were to bring.
  const MissingNames& missing() const { return missing_; }
  // The request's inventory, and what inventories of devices declare.
  const Inventory& inventory() const { return inventory_; }
  const std::vector<CsvFile>& devices() const { return devices_; }

 private:
  using Declarations = std::vector<ast::Declaration>;

  Declarations read(SourceId source);
  // What a file brings along: its declarations and those of its imports, in order.
  Declarations gather(SourceId source, bool is_root);
  void import(const ast::FileUse& use, Declarations& into);
  void use_one(const ast::FileUse& use, Declarations& into);
  bool taken_alike(const ast::FileUse& use);
  void add_own_clauses(const ast::FileUse& use, Declarations& taken);
  const Declarations* open_apart(const ast::FileUse& use);
  void bring(ast::Declaration declaration, bool is_root, Declarations& into);
  Declarations expand(Declarations gathered);
  std::optional<SourceId> open(const ast::FileUse& use);
  // Absent: it was read before, or (`unreadable`) cannot be.
  std::optional<CsvFile> open_sheet(const ast::FileUse& use, bool& unreadable);
  void join_profiles(const ast::FileUse& use, const std::set<std::string>& declared,
                     Declarations& into);
  void join_devices(const ast::FileUse& use, const std::set<std::string>& declared);
  Declarations without_repetitions(Declarations declarations);
  void compare_headers(const ast::File& whole);
  void error(Code code, Span span, std::string message, std::string help);

  const LoadRequest& request_;
  SourceMap& sources_;
  NamedFiles& files_;
  DiagnosticList& diagnostics_;
  std::vector<std::string> chain_;             // paths of the files under way, the root first
  std::set<std::string> imported_;             // paths
  std::set<std::string> sheets_;               // kind and path
  std::map<std::string, SourceId> open_;       // files read, by path
  std::map<std::string, Declarations> apart_;  // files of which single bans are used, by path
  // Bans of files, by path and name: what the policy adds to them, and where.
  std::map<std::pair<std::string, std::string>, std::pair<std::string, Span>> taken_;
  std::vector<ast::Policy> other_headers_;  // of imported files
  std::vector<BrokenName> broken_names_;
  MissingNames missing_;
  Inventory inventory_;
  std::vector<CsvFile> devices_;
};

}  // namespace sojourn::lang
