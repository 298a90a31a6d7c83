// Private to lang. CSV as RFC 4180 has it -> rows of cells that know where they stand.
//
// The first row is the header; cells are separated by commas; a cell may stand in double quotes,
// and then a quote inside it is written twice. Strict where leniency would guess: a quote in the
// middle of a bare cell, text after a closing quote, and rows longer or shorter than the header
// are errors. Tolerated: a byte order mark, CRLF or LF, a last line without an end, empty lines,
// and rows of nothing but empty cells, as spreadsheets leave them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/source.h"

namespace sojourn::lang {

struct CsvCell {
  std::string text;  // quotes undone, blanks at both ends left out
  Span span;         // of the text in the file, within the quotes
  bool empty() const { return text.empty(); }
};

struct CsvRow {
  std::vector<CsvCell> cells;  // as many as the header has
  Span span;                   // from its first cell to its last
};

struct CsvFile {
  CsvRow header;  // no name stands twice; those of columns with content are not empty
  std::vector<CsvRow> rows;

  // The index of the column of that name.
  std::optional<std::size_t> column(std::string_view name) const;
};

// Absent when there are errors; they are reported with line and column.
std::optional<CsvFile> read_csv(const SourceMap& sources, SourceId source,
                                DiagnosticList& diagnostics);

// Columns whose name begins with # are notes for people.
bool is_note(const CsvCell& header);

}  // namespace sojourn::lang
