// The terminal as commands see it: results on standard output, messages on standard error.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/result.h"
#include "engine/base/source.h"

namespace sojourn::cli {

// Exit codes of every command (interfaces.md).
inline constexpr int kClean = 0;
inline constexpr int kFindings = 1;
inline constexpr int kUnusable = 2;  // input or usage

enum class OutputFormat { text, json };

class Console {
 public:
  // Colour only on a terminal and never with NO_COLOR.
  Console();

  // Standard output; `finish` tells whether all of it could be written.
  void print(std::string_view text);
  void message(std::string_view text);  // standard error
  // A command, to its exit code: kUnusable, and told, where memory does not suffice or standard
  // output does not take all that was printed.
  int run(const std::function<int(Console&)>& command);
  int finish(int exit_code);
  // Prints what went wrong and returns kUnusable.
  int fail(const Diagnostic& diagnostic);
  int fail(const Diagnostic& diagnostic, const SourceMap& sources);
  // All diagnostics in order: as text on standard error, or as JSON lines on standard output.
  void report(const DiagnosticList& diagnostics, const SourceMap& sources, OutputFormat format);

  bool colour_out() const { return colour_out_; }
  bool colour_err() const { return colour_err_; }
  // Is standard error a terminal, so that progress may be drawn?
  bool interactive() const { return interactive_; }
  std::string bold(std::string_view text) const;

 private:
  bool colour_out_ = false;
  bool colour_err_ = false;
  bool interactive_ = false;
  int write_failure_ = 0;  // errno of the first text that standard output did not take
};

// Writes a whole file or nothing: through a temporary file beside it. Refuses to overwrite without
// `force`. "-" is standard output.
Status write_file(const std::string& path, std::string_view bytes, bool force);

// The whole of a file; "-" is standard input. Refuses more than `bytes_max`.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

// A number with a comma between thousands.
std::string grouped(std::uint64_t number);

// A table whose columns are as wide as their widest cell; numbers stand to the right.
std::string table_text(const std::vector<std::vector<std::string>>& rows);

}  // namespace sojourn::cli
