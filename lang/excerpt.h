// Private to lang. Excerpt: a text put together from cells of a table and words between them, that
// knows where in the source each byte stands.
//
//   Excerpt excerpt;
//   excerpt.say("define cell = region in ", header.span);
//   excerpt.quote(cell, sources);
//   SyntaxTree tree = parse(excerpt, diagnostics);   // its spans lie in the CSV file
//
// So a cell is read by the grammar of rule files itself, and a mistake is underlined in the cell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/source.h"
#include "lang/csv.h"

namespace sojourn::lang {

class Excerpt {
 public:
  // Our own words; whatever is said of them is about the bytes of `about`.
  void say(std::string_view words, Span about);
  // The cell's text from its byte `from` on.
  void quote(const CsvCell& cell, const SourceMap& sources, std::size_t from = 0);

  std::string_view text() const { return text_; }
  SourceId source() const { return source_; }
  // Where the bytes [begin, end) of the text stand. Requires: the text is not empty.
  Span place(std::size_t begin, std::size_t end) const;

 private:
  struct Piece {
    std::size_t begin;  // in text_; it ends where the next begins
    Span origin;
    bool copied;  // byte by byte
    Span cell;    // whole
  };
  const Piece& piece_at(std::size_t offset) const;

  std::string text_;
  std::vector<Piece> pieces_;
  SourceId source_;
};

}  // namespace sojourn::lang
