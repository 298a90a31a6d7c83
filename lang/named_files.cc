#include "lang/named_files.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/base/diagnostic_code.h"
#include "engine/base/file_limits.h"
#include "engine/base/limits.h"

namespace sojourn::lang {

std::string NamedFiles::path_of(std::string_view from, std::string_view named) {
  return std::filesystem::path(resolve_path(from, named)).lexically_normal().generic_string();
}

std::optional<std::string> NamedFiles::read(const std::string& path, Span named) {
  auto refuse = [&](Code code, std::string message, std::string help) {
    diagnostics_.add(make_diagnostic(code, named, std::move(message), std::move(help)));
    return std::nullopt;
  };
  if (source_ == nullptr) {
    return refuse(Code::E0001,
                  fmt::format("`{}` cannot be read: files are not available here", path),
                  "write the policy into one file");
  }
  if (digests_.size() >= limits::kNamedFilesMax) {
    return refuse(Code::E0901,
                  fmt::format("the policy names more than {} files", limits::kNamedFilesMax),
                  "join tables and drawings into fewer files");
  }
  Result<std::string> text = source_->read(path);
  if (!text) {
    Diagnostic error = std::move(text).error();
    return refuse(error.code, std::move(error.message),
                  error.help.empty() ? "paths are seen from the file that names them"
                                     : std::move(error.help));
  }
  byte_count_ += text->size();
  if (byte_count_ > limits::kNamedFilesBytesMax) {
    return refuse(Code::E0901,
                  fmt::format("the files that the policy names have more than {} bytes in all",
                              limits::kNamedFilesBytesMax),
                  "simplify the drawings, or split the policy");
  }
  digests_.push_back(sha256(as_bytes(*text)));
  return std::move(text).value();
}

}  // namespace sojourn::lang
