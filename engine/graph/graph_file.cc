#include "engine/graph/graph_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "engine/graph/catalogue_check.h"
#include "engine/graph/catalogue_codec.h"

namespace sojourn {
namespace {

static_assert(std::endian::native == std::endian::little, "words are used as they lie in the file");

constexpr std::string_view kMagic = "SOJOURNG";

// The header's numbers, by their places.
struct Header {
  std::uint32_t version = kGraphFileVersion;  // at 8
  std::uint32_t root = 0;                     // at 12
  std::uint64_t file_size = 0;                // at 16
  std::uint64_t word_count = 0;               // at 24
  std::uint64_t catalogue_offset = 0;         // at 32
  std::uint64_t catalogue_size = 0;           // at 40
                                              // 48 to 63: zero
                                              // 64 to 95: the digest
};

template <class T>
void put(Bytes& bytes, std::size_t at, T value) {
  std::memcpy(&bytes[at], &value, sizeof value);
}
template <class T>
T get(ByteView bytes, std::size_t at) {
  T value;
  std::memcpy(&value, &bytes[at], sizeof value);
  return value;
}

Diagnostic refuse(std::string_view why) {
  return make_diagnostic(Code::E0004, fmt::format("the graph file is refused: {}", why),
                         "build it again from its rule files with `sojourn build`");
}

// The digest is taken over zeros where it stands.
Sha256Digest digest_of(ByteView bytes) {
  Bytes head(bytes.begin(), bytes.begin() + kGraphHeaderSize);
  std::fill(head.begin() + kGraphDigestOffset, head.end(), std::uint8_t{0});
  Sha256Digest of_head = sha256(head);
  Sha256Digest of_rest = sha256(bytes.subspan(kGraphHeaderSize));
  Bytes both(of_head.begin(), of_head.end());
  both.insert(both.end(), of_rest.begin(), of_rest.end());
  return sha256(both);
}

Result<Header> read_header(ByteView bytes) {
  if (bytes.size() < kGraphWordsOffset) return refuse("it is too short");
  if (bytes.size() > limits::kGraphFileBytesMax) return refuse("it is too long");
  if (!std::equal(kMagic.begin(), kMagic.end(), bytes.begin())) {
    return refuse("it is no graph file");
  }
  Header header;
  header.version = get<std::uint32_t>(bytes, 8);
  if (header.version != kGraphFileVersion) {
    return refuse(fmt::format("it has format {}, this program reads format {}", header.version,
                              kGraphFileVersion));
  }
  header.root = get<std::uint32_t>(bytes, 12);
  header.file_size = get<std::uint64_t>(bytes, 16);
  header.word_count = get<std::uint64_t>(bytes, 24);
  header.catalogue_offset = get<std::uint64_t>(bytes, 32);
  header.catalogue_size = get<std::uint64_t>(bytes, 40);
  if (header.file_size != bytes.size()) {
    return refuse(
        fmt::format("it should have {} bytes and has {}", header.file_size, bytes.size()));
  }
  bool laid_out =
      header.word_count <= bytes.size() / sizeof(std::uint32_t) &&
      header.catalogue_offset == kGraphWordsOffset + header.word_count * sizeof(std::uint32_t) &&
      header.catalogue_offset <= bytes.size() &&
      header.catalogue_size == bytes.size() - header.catalogue_offset;
  if (!laid_out) return refuse("its parts do not fit together");
  if (digest_of(bytes) != get<Sha256Digest>(bytes, kGraphDigestOffset)) {
    return refuse("its digest does not match: it is damaged");
  }
  return header;
}

// Owns a mapping.
class Mapping {
 public:
  Mapping(void* data, std::size_t size) : data_(data), size_(size) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { munmap(data_, size_); }

 private:
  void* data_;
  std::size_t size_;
};

Diagnostic cannot_read(const std::string& path, int error) {
  return make_diagnostic(Code::E0001,
                         fmt::format("cannot read `{}`: {}", path, std::strerror(error)));
}

}  // namespace

bool looks_like_graph_file(ByteView first_bytes) {
  return first_bytes.size() >= kMagic.size() &&
         std::equal(kMagic.begin(), kMagic.end(), first_bytes.begin());
}

Bytes write_graph_file(const DecisionGraph& graph) {
  DecisionGraphParts parts;
  parts.axes = graph.axes();
  for (LeafIndex i = 0; i < graph.leaf_count(); ++i) parts.leaves.push_back(graph.leaf(i));
  parts.also_roots = graph.also_roots();
  parts.also_sets = graph.also_sets();
  parts.node_count = graph.node_count();
  Bytes catalogue = encode_catalogue(graph.table(), parts);
  std::size_t words_size = graph.words().size_bytes();
  Bytes file(kGraphWordsOffset + words_size, 0);
  std::copy(kMagic.begin(), kMagic.end(), file.begin());
  put(file, 8, kGraphFileVersion);
  put(file, 12, graph.root());
  put(file, 16, std::uint64_t{file.size() + catalogue.size()});
  put(file, 24, std::uint64_t{graph.words().size()});
  put(file, 32, std::uint64_t{file.size()});
  put(file, 40, std::uint64_t{catalogue.size()});
  if (words_size > 0) std::memcpy(&file[kGraphWordsOffset], graph.words().data(), words_size);
  file.insert(file.end(), catalogue.begin(), catalogue.end());
  seal_graph_file(file);
  return file;
}

void seal_graph_file(Bytes& bytes) { put(bytes, kGraphDigestOffset, digest_of(bytes)); }

Result<std::shared_ptr<const DecisionGraph>> read_graph_file(std::shared_ptr<const void> memory,
                                                             ByteView bytes) {
  Result<Header> header = read_header(bytes);
  if (!header) return std::move(header).error();
  DecisionGraphParts parts;
  parts.root = header->root;
  ByteView catalogue = bytes.subspan(header->catalogue_offset);
  if (Status decoded = decode_catalogue(catalogue, parts); !decoded) return decoded.error();
  const std::uint8_t* words = bytes.data() + kGraphWordsOffset;
  if (reinterpret_cast<std::uintptr_t>(words) % alignof(std::uint32_t) == 0) {
    parts.words = {reinterpret_cast<const std::uint32_t*>(words), header->word_count};
    parts.memory = std::move(memory);
  } else {
    std::vector<std::uint32_t> copy(header->word_count);
    if (!copy.empty()) std::memcpy(copy.data(), words, copy.size() * sizeof(std::uint32_t));
    parts.own(copy);
  }
  if (Status sound = check_words(parts); !sound) return sound.error();
  return std::shared_ptr<const DecisionGraph>(std::move(parts).assemble());
}

Result<std::shared_ptr<const DecisionGraph>> read_graph_file(Bytes bytes) {
  auto memory = std::make_shared<Bytes>(std::move(bytes));
  ByteView view = *memory;
  return read_graph_file(std::move(memory), view);
}

Result<std::shared_ptr<const DecisionGraph>> map_graph_file(const std::string& path) {
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return cannot_read(path, errno);
  struct stat facts {};
  int error = fstat(file, &facts) != 0 ? errno : 0;
  if (error == 0 && !S_ISREG(facts.st_mode)) error = S_ISDIR(facts.st_mode) ? EISDIR : EINVAL;
  auto size = static_cast<std::size_t>(facts.st_size);
  if (error != 0 || size == 0) {
    close(file);
    return error != 0 ? cannot_read(path, error) : refuse("it is empty");
  }
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  error = data == MAP_FAILED ? errno : 0;
  close(file);
  if (error != 0) return cannot_read(path, error);
  auto memory = std::make_shared<Mapping>(data, size);
  return read_graph_file(std::move(memory), {static_cast<const std::uint8_t*>(data), size});
}

}  // namespace sojourn
