#include "adapters/cli/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

#include "adapters/cli/diagnostic_json.h"
#include "adapters/cli/output_file.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::cli {
namespace {

bool looks_like_number(std::string_view cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789,.%") == std::string_view::npos;
}

std::size_t width_of(std::string_view cell) {
  return static_cast<std::size_t>(std::count_if(cell.begin(), cell.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  }));
}

Diagnostic cannot(Code code, std::string_view what, const std::string& path) {
  return make_diagnostic(code, fmt::format("cannot {} `{}`: {}", what, path, std::strerror(errno)),
                         "check the path and who may use it");
}

}  // namespace

Console::Console() {
  const char* no_colour = std::getenv("NO_COLOR");
  bool allowed = no_colour == nullptr || *no_colour == '\0';
  colour_out_ = allowed && isatty(STDOUT_FILENO) == 1;
  colour_err_ = allowed && isatty(STDERR_FILENO) == 1;
  interactive_ = isatty(STDERR_FILENO) == 1;
}

void Console::print(std::string_view text) {
  bool whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!whole && write_failure_ == 0) write_failure_ = errno;
}
void Console::message(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

int Console::run(const std::function<int(Console&)>& command) {
  try {
    return finish(command(*this));
  } catch (const std::bad_alloc&) {
    return fail(make_diagnostic(Code::E0901, "there is not enough memory for this",
                                "give it less at once, or more memory"));
  } catch (const std::exception& error) {
    return fail(make_diagnostic(Code::E0902, fmt::format("internal error: {}", error.what()),
                                "please report the command and its input"));
  }
}

int Console::finish(int exit_code) {
  if (std::fflush(stdout) != 0 && write_failure_ == 0) write_failure_ = errno;
  if (std::ferror(stdout) != 0 && write_failure_ == 0) write_failure_ = EIO;
  if (write_failure_ == 0) return exit_code;
  // Who reads no further, as `head` does, knows.
  errno = write_failure_;
  if (errno == EPIPE) return kUnusable;
  message(render(cannot(Code::E0002, "write", "standard output"), SourceMap(),
                 {.colour = colour_err_}));
  return kUnusable;
}

int Console::fail(const Diagnostic& diagnostic) { return fail(diagnostic, SourceMap()); }

int Console::fail(const Diagnostic& diagnostic, const SourceMap& sources) {
  std::fflush(stdout);
  message(render(diagnostic, sources, {.colour = colour_err_}));
  return kUnusable;
}

void Console::report(const DiagnosticList& diagnostics, const SourceMap& sources,
                     OutputFormat format) {
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    if (format == OutputFormat::json) {
      print(diagnostic_json(diagnostic, sources) + "\n");
    } else {
      message(render(diagnostic, sources, {.colour = colour_err_}) + "\n");
    }
  }
  if (diagnostics.dropped_count() > 0) {
    message(fmt::format("{} more diagnostics are not shown\n", diagnostics.dropped_count()));
  }
}

std::string Console::bold(std::string_view text) const {
  return colour_out_ ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text);
}

Status write_file(const std::string& path, std::string_view bytes, bool force) {
  OutputFile file;
  if (Status status = file.open(path, force); !status) return status;
  file.write(bytes);
  return file.close();
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) return cannot(Code::E0001, "read", path);
  std::string text;
  char block[1 << 16];
  std::size_t count = 0;
  while (text.size() <= bytes_max && (count = std::fread(block, 1, sizeof block, file)) > 0) {
    text.append(block, count);
  }
  bool failed = std::ferror(file) != 0;
  Diagnostic reason = cannot(Code::E0001, "read", path);
  if (file != stdin) std::fclose(file);
  if (failed) return reason;
  if (text.size() > bytes_max) {
    return make_diagnostic(Code::E0901,
                           fmt::format("`{}` is larger than {} bytes", path, bytes_max),
                           "is it the right file?");
  }
  return text;
}

std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::string padding(widths[i] - width_of(row[i]), ' ');
      line += ' ';
      line += looks_like_number(row[i]) ? padding + row[i] : row[i] + padding;
      line += ' ';
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace sojourn::cli
