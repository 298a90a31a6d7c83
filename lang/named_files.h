// Private to lang. NamedFiles: the files that a policy names, read through the port.
//
//   NamedFiles files(request.files, diagnostics);
//   std::string path = NamedFiles::path_of("policies/latam.sojourn", "../maps/amazon.geojson");
//   std::optional<std::string> text = files.read(path, span);   // "maps/amazon.geojson"
//
// Counts what it hands out (limits::kNamedFilesMax and kNamedFilesBytesMax) and takes its digests,
// so that a policy's evidence names every byte that decided.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/diagnostic.h"
#include "engine/base/file_source.h"

namespace sojourn::lang {

class NamedFiles {
 public:
  // `source` may be absent: then every file is refused. Both outlive this.
  NamedFiles(const FileSource* source, DiagnosticList& diagnostics)
      : source_(source), diagnostics_(diagnostics) {}

  // `named` as seen from the file `from`, without `.` and `..` inside: two spellings of one path
  // are one file. (Links are not followed.)
  static std::string path_of(std::string_view from, std::string_view named);

  // The whole text. What keeps a file from being read is reported where it is named.
  std::optional<std::string> read(const std::string& path, Span named);

  // Of everything read so far, in that order.
  const std::vector<Sha256Digest>& digests() const { return digests_; }

 private:
  const FileSource* source_;
  DiagnosticList& diagnostics_;
  std::size_t byte_count_ = 0;
  std::vector<Sha256Digest> digests_;
};

}  // namespace sojourn::lang
