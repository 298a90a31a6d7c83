#include "lang/excerpt.h"

#include <algorithm>
#include <cassert>

namespace sojourn::lang {

void Excerpt::say(std::string_view words, Span about) {
  if (words.empty()) return;
  source_ = about.source;
  pieces_.push_back({text_.size(), about, false, about});
  text_ += words;
}

void Excerpt::quote(const CsvCell& cell, const SourceMap& sources, std::size_t from) {
  source_ = cell.span.source;
  std::string_view raw = sources.text(cell.span);
  bool doubled = raw.size() != cell.text.size();  // quotes inside it are written twice
  std::size_t at = 0;                             // in raw
  std::size_t piece_begin = 0;                    // in raw
  std::size_t taken = 0;                          // bytes of the cell's text before `at`
  auto flush = [&](std::size_t end) {
    if (end == piece_begin) return;
    auto begin = static_cast<std::uint32_t>(cell.span.begin + piece_begin);
    auto behind = static_cast<std::uint32_t>(cell.span.begin + end);
    pieces_.push_back({text_.size(), {source_, begin, behind}, true, cell.span});
    text_ += raw.substr(piece_begin, end - piece_begin);
    piece_begin = end;
  };
  for (; at < raw.size() && taken < from; ++taken) at += doubled && raw[at] == '"' ? 2u : 1u;
  piece_begin = at;
  while (doubled && at < raw.size()) {
    if (raw[at] != '"') {
      ++at;
      continue;
    }
    flush(at + 1);
    piece_begin = at += 2;
  }
  flush(raw.size());
}

const Excerpt::Piece& Excerpt::piece_at(std::size_t offset) const {
  auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                       [](std::size_t at, const Piece& piece) { return at < piece.begin; });
  return *(after - 1);
}

Span Excerpt::place(std::size_t begin, std::size_t end) const {
  assert(!pieces_.empty());
  if (begin >= text_.size()) {
    const Span& last = pieces_.back().origin;
    return {source_, last.end, last.end};
  }
  const Piece& first = piece_at(begin);
  auto offset = [](std::size_t bytes) { return static_cast<std::uint32_t>(bytes); };
  Span span = first.origin;
  if (first.copied) span.begin += offset(begin - first.begin);
  if (end <= begin) {
    span.end = span.begin;
    return span;
  }
  const Piece& last = piece_at(std::min(end, text_.size()) - 1);
  // Of a header and a cell below it the cell is what its author is to look at.
  bool below = first.cell.end < last.cell.begin;
  if (below) span.begin = last.cell.begin;
  span.end = last.copied ? last.origin.begin + offset(std::min(end, text_.size()) - last.begin)
                         : last.origin.end;
  span.end = std::max(span.end, span.begin);
  return span;
}

}  // namespace sojourn::lang
