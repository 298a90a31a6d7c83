// Files read and written whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/file_source.h"
#include "engine/base/result.h"

namespace sojourn::service {

// E0001 when it cannot be read, E0901 beyond `bytes_max`.
Result<std::string> read_whole(const std::string& path, std::size_t bytes_max);

// What the operator's own rule files may name: any file of this machine.
class DiskFiles final : public FileSource {
 public:
  Result<std::string> read(std::string_view path) const override;
};

// What a rule file that came over the network may name: rule files, tables and drawings (.sojourn,
// .csv, .geojson) that lie in `folder` or below it, whatever `..` and links say. A diagnostic
// quotes the lines it is about, so anything else would be given away.
class FolderFiles final : public FileSource {
 public:
  explicit FolderFiles(std::string folder) : folder_(std::move(folder)) {}
  Result<std::string> read(std::string_view path) const override;

 private:
  std::string folder_;
};

// The same files by their names beside a policy: what is said of them to others, and written down
// for ever, names no folder of this machine.
class FilesBeside final : public FileSource {
 public:
  // Requires: `files` outlives it.
  FilesBeside(const std::string& policy_path, const FileSource& files)
      : policy_path_(policy_path), files_(files) {}
  Result<std::string> read(std::string_view path) const override {
    return files_.read(resolve_path(policy_path_, path));
  }

 private:
  std::string policy_path_;
  const FileSource& files_;
};

// Refuses to overwrite. `secret`: readable by its owner alone.
Status write_new(const std::string& path, std::string_view bytes, bool secret = false);

}  // namespace sojourn::service
