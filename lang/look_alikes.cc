#include "lang/look_alikes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace sojourn::lang {
namespace {

// Cyrillic, then Greek.
constexpr std::pair<std::string_view, char> kLetters[] = {
    {"\u0410", 'A'}, {"\u0412", 'B'}, {"\u0421", 'C'}, {"\u0415", 'E'}, {"\u041D", 'H'},
    {"\u0406", 'I'}, {"\u0408", 'J'}, {"\u041A", 'K'}, {"\u041C", 'M'}, {"\u041E", 'O'},
    {"\u0420", 'P'}, {"\u0405", 'S'}, {"\u0422", 'T'}, {"\u0425", 'X'}, {"\u0423", 'Y'},
    {"\u0430", 'a'}, {"\u0441", 'c'}, {"\u0435", 'e'}, {"\u0456", 'i'}, {"\u0458", 'j'},
    {"\u043E", 'o'}, {"\u0440", 'p'}, {"\u0455", 's'}, {"\u0445", 'x'}, {"\u0443", 'y'},
    {"\u0391", 'A'}, {"\u0392", 'B'}, {"\u0395", 'E'}, {"\u0396", 'Z'}, {"\u0397", 'H'},
    {"\u0399", 'I'}, {"\u039A", 'K'}, {"\u039C", 'M'}, {"\u039D", 'N'}, {"\u039F", 'O'},
    {"\u03A1", 'P'}, {"\u03A4", 'T'}, {"\u03A5", 'Y'}, {"\u03A7", 'X'}, {"\u03BF", 'o'},
};

struct LookAlike {
  std::string_view letter;  // the first of another script
  char ours = 0;
  std::string name;  // with our letters in place of all of them
};

// Absent where the name has none, or letters beside that look like none of ours: it is a word of
// another script then.
std::optional<LookAlike> look_alike_in(std::string_view name) {
  LookAlike found;
  for (std::size_t at = 0; at < name.size();) {
    if (static_cast<unsigned char>(name[at]) < 0x80) {
      found.name += name[at++];
      continue;
    }
    const auto* row = std::find_if(std::begin(kLetters), std::end(kLetters), [&](const auto& r) {
      return name.substr(at).starts_with(r.first);
    });
    if (row == std::end(kLetters)) return std::nullopt;
    if (found.letter.empty()) found.letter = row->first, found.ours = row->second;
    found.name += row->second;
    at += row->first.size();
  }
  return found.letter.empty() ? std::nullopt : std::optional(std::move(found));
}

// What stands first in backticks.
std::string_view first_quoted(std::string_view text) {
  std::size_t begin = text.find('`');
  if (begin == std::string_view::npos) return {};
  std::size_t end = text.find('`', begin + 1);
  return end == std::string_view::npos ? "" : text.substr(begin + 1, end - begin - 1);
}

}  // namespace

Diagnostic with_look_alikes_told(Diagnostic diagnostic, const SourceMap& sources) {
  constexpr std::size_t kNameBytesMax = 64;
  if (!diagnostic.span) return diagnostic;
  std::string_view pointed_at = sources.text(*diagnostic.span);
  if (pointed_at.size() > kNameBytesMax) return diagnostic;
  if (std::optional<LookAlike> found = look_alike_in(pointed_at)) {
    diagnostic.help =
        fmt::format("its `{}` is a letter of another script that looks like `{}`: write `{}`",
                    found->letter, found->ours, found->name);
  } else if (std::optional<LookAlike> proposed = look_alike_in(first_quoted(diagnostic.help))) {
    diagnostic.help +=
        fmt::format("; the `{}` there is a letter of another script that looks like `{}`",
                    proposed->letter, proposed->ours);
  }
  return diagnostic;
}

}  // namespace sojourn::lang
