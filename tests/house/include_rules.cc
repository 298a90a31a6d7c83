#include "tests/house/include_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace sojourn::house {
namespace {

using Names = std::vector<std::string_view>;

// A folder, the rooms and the libraries that it may include. Sub-folders with a row of their own
// are rooms of their own.
struct Room {
  std::string_view folder;
  Names rooms;
  Names libraries;
};

const Names kEngine = {"engine/base", "engine/graph", "engine/device", "engine/proof"};
const Names kEngineAndLang = {"engine/base",  "engine/graph",   "engine/device",
                              "engine/proof", "engine/runtime", "lang"};
const Names kBelowService = {
    "engine/base",    "engine/graph",   "engine/device", "engine/proof",      "engine/runtime",
    "engine/include", "lang",           "lang/testing",  "adapters/geo",      "adapters/telemetry",
    "adapters/store", "adapters/sgp32", "adapters/eim",  "adapters/simulator"};

Names with(Names names, const Names& more) {
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

const std::vector<Room> kRooms = {
    {"engine/base", {}, {"fmt", "date"}},
    {"engine/graph", {"engine/base"}, {"fmt"}},
    {"engine/device", {"engine/base", "engine/graph"}, {"fmt"}},
    {"engine/proof", {"engine/base", "engine/graph", "engine/device"}, {"fmt"}},
    {"engine/runtime",
     {"engine/base", "engine/graph", "engine/device", "engine/include"},
     {"fmt", "nlohmann"}},
    // The public face: no type of anybody else's.
    {"engine/include", {}, {}},
    {"lang", kEngine, {"fmt", "pegtl"}},
    {"lang/testing", kEngineAndLang, {"fmt", "nlohmann"}},
    {"lang/server", with(kEngine, {"lang", "lang/testing"}), {"fmt", "nlohmann"}},
    {"adapters/geo",
     {"engine/base", "engine/include"},
     {"fmt", "boost_geometry", "geographiclib", "nlohmann", "zlib", "zstd", "posix"}},
    {"adapters/telemetry",
     {"engine/base", "engine/device"},
     {"fmt", "simdjson", "nlohmann", "zlib", "zstd", "posix"}},
    {"adapters/store", {"engine/base", "engine/include"}, {"fmt", "sqlite", "libpq", "zlib", "zstd", "posix"}},
    {"adapters/sgp32", {"engine/base"}, {"fmt", "nlohmann"}},
    {"adapters/eim",
     {"engine/base", "engine/device", "engine/include", "adapters/sgp32"},
     {"fmt", "openssl", "libcoap", "boost_net", "nlohmann", "posix"}},
    {"adapters/simulator",
     {"engine/base", "adapters/sgp32"},
     {"fmt", "openssl", "libcoap", "boost_net", "nlohmann", "posix"}},
    {"adapters/service",
     kBelowService,
     {"fmt", "openssl", "boost_net", "nlohmann", "spdlog", "zlib", "zstd", "posix"}},
    {"adapters/cli",
     with(kBelowService, {"adapters/service", "lang/server"}),
     {"fmt", "nlohmann", "spdlog", "posix"}},
};

// Files that belong to another room than their folder.
struct Lodger {
  std::string_view path;
  std::string_view room;
};
constexpr Lodger kLodgers[] = {
    {"lang/testing/test_case.h",
     "lang"},  // a test as written: the parser makes it, testing runs it
};

// A library by the beginnings of its headers; at most so many .cc files of one room include it.
struct Library {
  std::string_view name;
  Names headers;
  std::size_t files_per_room_max;
};

constexpr std::size_t kAny = 1000;
const std::vector<Library> kLibraries = {
    {"fmt", {"fmt/"}, kAny},
    {"date", {"date/"}, 1},
    {"pegtl", {"tao/pegtl"}, 1},
    {"boost_geometry", {"boost/geometry"}, 2},
    {"boost_net", {"boost/beast", "boost/asio", "boost/system"}, 3},
    {"geographiclib", {"GeographicLib/"}, 1},
    {"nlohmann", {"nlohmann/"}, 15},
    {"simdjson", {"simdjson.h"}, 1},
    {"openssl", {"openssl/"}, 7},
    {"libcoap", {"coap3/", "coap2/", "coap"}, 1},
    {"sqlite", {"sqlite3.h"}, 1},
    {"libpq", {"libpq-fe.h", "postgresql/"}, 1},
    {"spdlog", {"spdlog/"}, 3},
    {"cli11", {"CLI/"}, 2},
    {"zlib", {"zlib.h"}, 3},
    {"zstd", {"zstd.h"}, 3},
    {"intrinsics", {"immintrin.h"}, kAny},
    {"posix",
     {"sys/", "netinet/", "arpa/", "unistd.h", "fcntl.h", "poll.h", "netdb.h", "malloc.h",
      "pthread.h", "termios.h"},
     kAny},
};

// Files that may do what their room may not.
struct Exception {
  std::string_view path;
  std::string_view library;
};
constexpr Exception kExceptions[] = {
    {"engine/base/bytes.cc", "openssl"},                // SHA-256
    {"engine/graph/graph_file.cc", "posix"},            // maps the file into memory
    {"engine/graph/matcher_at_hand.cc", "intrinsics"},  // eight rows of a table at once
    {"adapters/cli/main.cc", "cli11"},
    {"adapters/cli/usage_error.cc", "cli11"},
    // The owners of OpenSSL's objects that the card's files share; no interface shows them.
    {"adapters/simulator/openssl_handles.h", "openssl"},
    // The rooms' private words for JSON, from the library's forward declarations.
    {"adapters/cli/service_ask.h", "nlohmann"},
    {"adapters/service/json_line.h", "nlohmann"},
};

// C++20's headers and C's in their C++ names.
constexpr std::string_view kStandardHeaders[] = {"algorithm",
                                                 "any",
                                                 "array",
                                                 "atomic",
                                                 "barrier",
                                                 "bit",
                                                 "bitset",
                                                 "cassert",
                                                 "cctype",
                                                 "cerrno",
                                                 "cfenv",
                                                 "cfloat",
                                                 "charconv",
                                                 "chrono",
                                                 "cinttypes",
                                                 "climits",
                                                 "clocale",
                                                 "cmath",
                                                 "codecvt",
                                                 "compare",
                                                 "complex",
                                                 "concepts",
                                                 "condition_variable",
                                                 "coroutine",
                                                 "csetjmp",
                                                 "csignal",
                                                 "cstdarg",
                                                 "cstddef",
                                                 "cstdint",
                                                 "cstdio",
                                                 "cstdlib",
                                                 "cstring",
                                                 "ctime",
                                                 "cuchar",
                                                 "cwchar",
                                                 "cwctype",
                                                 "deque",
                                                 "exception",
                                                 "execution",
                                                 "filesystem",
                                                 "format",
                                                 "forward_list",
                                                 "fstream",
                                                 "functional",
                                                 "future",
                                                 "initializer_list",
                                                 "iomanip",
                                                 "ios",
                                                 "iosfwd",
                                                 "iostream",
                                                 "istream",
                                                 "iterator",
                                                 "latch",
                                                 "limits",
                                                 "list",
                                                 "locale",
                                                 "map",
                                                 "memory",
                                                 "memory_resource",
                                                 "mutex",
                                                 "new",
                                                 "numbers",
                                                 "numeric",
                                                 "optional",
                                                 "ostream",
                                                 "queue",
                                                 "random",
                                                 "ranges",
                                                 "ratio",
                                                 "scoped_allocator",
                                                 "semaphore",
                                                 "set",
                                                 "shared_mutex",
                                                 "source_location",
                                                 "span",
                                                 "sstream",
                                                 "stack",
                                                 "stdexcept",
                                                 "stop_token",
                                                 "streambuf",
                                                 "string",
                                                 "string_view",
                                                 "strstream",
                                                 "syncstream",
                                                 "system_error",
                                                 "thread",
                                                 "tuple",
                                                 "type_traits",
                                                 "typeindex",
                                                 "typeinfo",
                                                 "unordered_map",
                                                 "unordered_set",
                                                 "utility",
                                                 "valarray",
                                                 "variant",
                                                 "vector",
                                                 "version"};

// Clocks, chance and threads have no place where the same inputs must give the same bytes.
constexpr std::string_view kIndeterminate[] = {"chrono",     "ctime",  "condition_variable",
                                               "future",     "random", "thread",
                                               "stop_token", "latch",  "barrier"};

template <class Range, class Value>
bool holds(const Range& range, const Value& value) {
  return std::find(std::begin(range), std::end(range), value) != std::end(range);
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

const Room* room_of(std::string_view path) {
  for (const Lodger& lodger : kLodgers) {
    if (lodger.path != path) continue;
    return &*std::find_if(kRooms.begin(), kRooms.end(),
                          [&](const Room& room) { return room.folder == lodger.room; });
  }
  const Room* found = nullptr;
  for (const Room& room : kRooms) {
    bool longer = found == nullptr || room.folder.size() > found->folder.size();
    if (is_below(path, room.folder) && longer) found = &room;
  }
  return found;
}

const Library* library_of(std::string_view header) {
  for (const Library& library : kLibraries) {
    for (std::string_view beginning : library.headers) {
      if (header.starts_with(beginning)) return &library;
    }
  }
  return nullptr;
}

struct Include {
  std::string_view header;
  bool quoted = false;
};

std::string_view trimmed(std::string_view text) {
  std::size_t begin = text.find_first_not_of(" \t");
  return begin == text.npos ? std::string_view() : text.substr(begin);
}

// The header that a line includes; absent for every other line.
std::optional<Include> include_of(std::string_view line) {
  line = trimmed(line);
  if (!line.starts_with('#')) return std::nullopt;
  line = trimmed(line.substr(1));
  if (!line.starts_with("include")) return std::nullopt;
  line = trimmed(line.substr(7));
  if (line.empty() || (line[0] != '<' && line[0] != '"')) return std::nullopt;
  bool quoted = line[0] == '"';
  std::size_t end = line.find(quoted ? '"' : '>', 1);
  if (end == line.npos) return std::nullopt;
  return Include{line.substr(1, end - 1), quoted};
}

class Checker {
 public:
  explicit Checker(const std::vector<std::string>& known_paths)
      : known_paths_(known_paths.begin(), known_paths.end()) {}

  void check(const SourceFile& file) {
    file_ = &file;
    room_ = room_of(file.path);
    line_ = 0;
    if (room_ == nullptr) {
      report("lies in no room; move it, or give its folder a row in tests/house/include_rules.cc");
      return;
    }
    for (std::string_view text : lines_of(file.text)) {
      ++line_;
      if (std::optional<Include> include = include_of(text)) check(*include);
    }
  }

  std::vector<Finding> take_findings() { return std::move(findings_); }

 private:
  void check(const Include& include) {
    if (include.header.starts_with("sojourn/")) {
      check_room("engine/include");
    } else if (include.quoted) {
      check_ours(include.header);
    } else if (include.header == "regex") {
      report("<regex> is slow to compile and to run; write a small scanner");
    } else if (holds(kStandardHeaders, include.header)) {
      check_standard(include.header);
    } else {
      check_library(include.header);
    }
  }

  void check_ours(std::string_view header) {
    if (!known_paths_.contains(header)) {
      report(quote(header) + " is no file of the tree; write the path from its root");
      return;
    }
    const Room* other = room_of(header);
    if (other == nullptr) {
      report(quote(header) + " lies in no room; product code includes engine, lang and adapters");
    } else {
      check_room(other->folder);
    }
  }

  void check_room(std::string_view folder) {
    if (folder == room_->folder || holds(room_->rooms, folder)) return;
    std::string rooms;
    for (std::string_view room : room_->rooms)
      rooms += (rooms.empty() ? "" : ", ") + std::string(room);
    report(std::string(room_->folder) + " may not include " + std::string(folder) + " but only " +
           (rooms.empty() ? "itself" : rooms) +
           "; move the code to the room that may, or turn the " +
           "dependency round with a port in engine/base");
  }

  void check_standard(std::string_view header) {
    bool pure = room_->folder.starts_with("engine") || room_->folder.starts_with("lang");
    if (pure && holds(kIndeterminate, header)) {
      report("<" + std::string(header) + "> brings a clock, chance or threads into " +
             std::string(room_->folder) + "; take time and seeds as arguments, leave threads to " +
             "adapters/service");
    }
  }

  void check_library(std::string_view header) {
    const Library* library = library_of(header);
    if (library == nullptr) {
      report("<" + std::string(header) + "> belongs to no library that we build on; use one that " +
             "is there, or add a row to tests/house/include_rules.cc and to the README");
      return;
    }
    if (!holds(room_->libraries, library->name) && !is_exception(library->name)) {
      report(std::string(room_->folder) + " is not built on " + std::string(library->name) +
             "; ask the room that is, through its own types");
      return;
    }
    if (!file_->path.ends_with(".cc") && !is_exception(library->name)) {
      report("<" + std::string(header) +
             "> in a header; include it in one .cc and keep its types " + "out of the interface");
      return;
    }
    std::set<std::string>& users = users_[{room_->folder, library->name}];
    users.insert(file_->path);
    if (users.size() > library->files_per_room_max) {
      std::string others;
      for (const std::string& user : users) {
        if (user != file_->path) others += (others.empty() ? "" : ", ") + user;
      }
      report("<" + std::string(header) + "> is in " + others + " already; keep it in " +
             std::to_string(library->files_per_room_max) + " files of a room");
    }
  }

  bool is_exception(std::string_view library) const {
    return std::any_of(std::begin(kExceptions), std::end(kExceptions), [&](const Exception& one) {
      return one.path == file_->path && one.library == library;
    });
  }

  static std::string quote(std::string_view header) { return "\"" + std::string(header) + "\""; }

  void report(std::string what) { findings_.push_back({file_->path, line_, std::move(what)}); }

  std::set<std::string, std::less<>> known_paths_;
  std::map<std::pair<std::string_view, std::string_view>, std::set<std::string>> users_;
  const SourceFile* file_ = nullptr;
  const Room* room_ = nullptr;
  std::size_t line_ = 0;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_includes(const std::vector<SourceFile>& files,
                                    const std::vector<std::string>& known_paths) {
  Checker checker(known_paths);
  for (const SourceFile& file : files) checker.check(file);
  return checker.take_findings();
}

}  // namespace sojourn::house
