#include "engine/base/zone_files.h"

#include <fstream>
#include <iterator>

namespace sojourn {

std::optional<std::string> read_zone_file(std::string_view name) {
  static constexpr const char* kDirectories[] = {"/usr/share/zoneinfo/", "/usr/lib/zoneinfo/",
                                                 "/usr/share/lib/zoneinfo/", "/etc/zoneinfo/"};
  for (const char* directory : kDirectories) {
    std::ifstream file(std::string(directory).append(name), std::ios::binary);
    if (!file) continue;
    std::string content(std::istreambuf_iterator<char>(file), {});
    if (!file.bad()) return content;
  }
  return std::nullopt;
}

}  // namespace sojourn
