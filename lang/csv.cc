#include "lang/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/base/diagnostic_code.h"
#include "engine/base/file_limits.h"
#include "engine/base/limits.h"
#include "lang/syntax_advice.h"

namespace sojourn::lang {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

class CsvReader {
 public:
  CsvReader(const SourceMap& sources, SourceId source, DiagnosticList& diagnostics)
      : sources_(sources),
        source_(source),
        text_(sources.text(source)),
        diagnostics_(diagnostics) {}

  std::optional<CsvFile> read() {
    if (!check_encoding(sources_, source_, diagnostics_)) return std::nullopt;
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    CsvFile file;
    bool header_seen = false;
    while (at_ < text_.size()) {
      std::optional<CsvRow> row = read_row();
      if (!row) return std::nullopt;
      bool blank = std::all_of(row->cells.begin(), row->cells.end(),
                               [](const CsvCell& cell) { return cell.empty(); });
      if (blank) continue;
      if (!header_seen) {
        header_seen = true;
        file.header = *std::move(row);
        if (!check_header(file.header)) return std::nullopt;
        continue;
      }
      if (!fits(*row, file.header)) return std::nullopt;
      if (file.rows.size() == limits::kCsvRowsMax) {
        return error(Code::E0901, row->span, fmt::format("more than {} rows", limits::kCsvRowsMax),
                     "split the file"),
               std::nullopt;
      }
      file.rows.push_back(*std::move(row));
    }
    if (header_seen && file.rows.empty()) {
      diagnostics_.add(
          make_diagnostic(Code::N0224, file.header.span, "nothing stands below the header",
                          "each line below it is a row; as it is, the file says nothing"));
    }
    if (header_seen) return file;
    error(Code::E0232, span(0, 0), "the file is empty", "its first line names the columns");
    return std::nullopt;
  }

 private:
  Span span(std::size_t begin, std::size_t end) const {
    return {source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  void error(Code code, Span where, std::string message, std::string help) {
    diagnostics_.add(make_diagnostic(code, where, std::move(message), std::move(help)));
  }

  bool at_line_end() const {
    return at_ == text_.size() || text_[at_] == '\n' || text_.substr(at_).starts_with("\r\n");
  }

  // One record, its line end included; absent after an error.
  std::optional<CsvRow> read_row() {
    CsvRow row;
    std::size_t begin = at_;
    while (true) {
      std::optional<CsvCell> cell = read_cell();
      if (!cell) return std::nullopt;
      row.cells.push_back(*std::move(cell));
      if (row.cells.size() > limits::kCsvColumnsMax) {
        error(Code::E0901, row.cells.back().span,
              fmt::format("more than {} columns", limits::kCsvColumnsMax), "leave columns out");
        return std::nullopt;
      }
      if (at_line_end()) break;
      ++at_;  // the comma
    }
    row.span = span(begin, at_);
    if (at_ < text_.size()) at_ += text_[at_] == '\r' ? 2u : 1u;
    return row;
  }

  std::optional<CsvCell> read_cell() {
    std::optional<CsvCell> cell = at_ < text_.size() && text_[at_] == '"' ? quoted() : bare();
    if (!cell || cell->text.size() <= limits::kCsvCellBytesMax) return cell;
    error(Code::E0901, span(cell->span.begin, cell->span.begin + 1),
          fmt::format("a cell of {} bytes; {} are allowed", cell->text.size(),
                      limits::kCsvCellBytesMax),
          "is a closing quote missing?");
    return std::nullopt;
  }

  std::optional<CsvCell> bare() {
    std::size_t begin = at_;
    while (!at_line_end() && text_[at_] != ',') {
      char c = text_[at_];
      if (c == '"' || c == '\r') {
        error(Code::E0232, span(at_, at_ + 1),
              c == '"' ? "a quote stands in the middle of a cell" : "a lone carriage return",
              c == '"' ? "put the whole cell in quotes and write each quote inside it twice"
                       : "lines end with LF or CRLF");
        return std::nullopt;
      }
      ++at_;
    }
    std::size_t end = at_;
    while (begin < end && is_blank(text_[begin])) ++begin;
    while (end > begin && is_blank(text_[end - 1])) --end;
    return CsvCell{std::string(text_.substr(begin, end - begin)), span(begin, end)};
  }

  std::optional<CsvCell> quoted() {
    std::size_t open = at_++;
    std::size_t begin = at_;
    std::string text;
    while (true) {
      std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) {
        error(Code::E0232, span(open, open + 1), "a quote is opened here and never closed",
              "close it before the next comma or line end");
        return std::nullopt;
      }
      text += text_.substr(at_, quote - at_);
      at_ = quote + 1;
      if (at_ == text_.size() || text_[at_] != '"') break;
      text += '"';
      ++at_;
    }
    std::size_t end = at_ - 1;
    if (!at_line_end() && text_[at_] != ',') {
      error(Code::E0232, span(at_, at_ + 1), "text follows the closing quote of a cell",
            "after a closing quote comes a comma or the line's end; a quote inside a cell is "
            "written twice");
      return std::nullopt;
    }
    // Blanks within the quotes are trimmed as well: nobody sees them in a spreadsheet.
    std::size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    std::size_t last = text.find_last_not_of(" \t\r\n");
    if (last == std::string::npos) return CsvCell{"", span(begin, begin)};
    end -= text.size() - 1 - last;
    return CsvCell{text.substr(first, last + 1 - first), span(begin + first, end)};
  }

  bool check_header(const CsvRow& header) {
    std::map<std::string_view, Span> seen;
    if (header.cells.size() == 1 &&
        header.cells[0].text.find_first_of(";\t") != std::string::npos) {
      error(Code::E0232, header.cells[0].span, "the columns are not separated by commas",
            "save the sheet as \"CSV, separated by commas\"");
      return false;
    }
    bool sound = true;
    for (const CsvCell& cell : header.cells) {
      if (cell.empty()) continue;
      auto [at, added] = seen.emplace(cell.text, cell.span);
      if (added) continue;
      Diagnostic d = make_diagnostic(Code::E0232, cell.span,
                                     fmt::format("two columns are called `{}`", cell.text),
                                     "give one of them another name; a column of notes begins "
                                     "with `#`");
      d.labels.push_back({at->second, "the first one"});
      diagnostics_.add(std::move(d));
      sound = false;
    }
    return sound;
  }

  bool fits(const CsvRow& row, const CsvRow& header) {
    if (row.cells.size() != header.cells.size()) {
      bool fewer = row.cells.size() < header.cells.size();
      const CsvCell& where = fewer ? row.cells.back() : row.cells[header.cells.size()];
      error(Code::E0232, where.span,
            fmt::format("the row has {} cell{}, the header {}", row.cells.size(),
                        row.cells.size() == 1 ? "" : "s", header.cells.size()),
            fewer ? "empty cells need their commas as well"
                  : "a cell with a comma in it stands in quotes: `\"AR, BR\"`");
      return false;
    }
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (row.cells[i].empty() || !header.cells[i].empty()) continue;
      error(Code::E0232, row.cells[i].span, "the cell's column has no name",
            "name it in the first line; a column of notes begins with `#`");
      return false;
    }
    return true;
  }

  const SourceMap& sources_;
  SourceId source_;
  std::string_view text_;
  DiagnosticList& diagnostics_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::size_t> CsvFile::column(std::string_view name) const {
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    if (header.cells[i].text == name) return i;
  }
  return std::nullopt;
}

std::optional<CsvFile> read_csv(const SourceMap& sources, SourceId source,
                                DiagnosticList& diagnostics) {
  return CsvReader(sources, source, diagnostics).read();
}

bool is_note(const CsvCell& header) { return header.empty() || header.text.starts_with('#'); }

}  // namespace sojourn::lang
