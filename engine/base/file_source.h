// The port through which rule files, tables and drawn regions are read.
//
// The command line implements it over the file system; tests over a map.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace sojourn {

class FileSource {
 public:
  virtual ~FileSource() = default;
  // The whole text of a file. `path` is as written in a rule file, resolved against the file that
  // names it (see resolve_path). Errors: E0001, E0901 above limits::kSourceBytesMax.
  virtual Result<std::string> read(std::string_view path) const = 0;
};

// `named` as seen from the file `from`: absolute paths stay; others lie beside `from`.
inline std::string resolve_path(std::string_view from, std::string_view named) {
  std::size_t slash = from.rfind('/');
  if (named.starts_with('/') || slash == std::string_view::npos) return std::string(named);
  return std::string(from.substr(0, slash + 1)).append(named);
}

}  // namespace sojourn
