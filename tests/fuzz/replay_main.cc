// Runs a fuzz entry point over its corpus without libFuzzer: each file as it is, then with single
// bytes changed, cut short, and with its end taken from another file, as drawn from a fixed seed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<Bytes> corpus(int folder_count, char** folders) {
  std::vector<std::filesystem::path> paths;
  for (int i = 0; i < folder_count; ++i) {
    if (!std::filesystem::is_directory(folders[i])) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folders[i])) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());  // the same draws on every file system
  std::vector<Bytes> files;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    std::vector<char> read((std::istreambuf_iterator<char>(file)), {});
    files.emplace_back(read.begin(), read.end());
  }
  return files;
}

Bytes mutated(Bytes bytes, const Bytes& other, int step, std::mt19937& random) {
  bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
  if (step % 4 == 0) bytes.resize(random() % bytes.size());
  if (step % 4 == 1 && !other.empty()) {
    bytes.resize(random() % bytes.size());
    auto from = other.begin() + static_cast<std::ptrdiff_t>(random() % other.size());
    bytes.insert(bytes.end(), from, other.end());
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kMutationsPerFile = 200;
  std::mt19937 random(20260101);
  std::vector<Bytes> files = corpus(argc - 1, argv + 1);
  for (const Bytes& bytes : files) {
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    for (int step = 0; step < kMutationsPerFile && !bytes.empty(); ++step) {
      Bytes changed = mutated(bytes, files[random() % files.size()], step, random);
      LLVMFuzzerTestOneInput(changed.data(), changed.size());
    }
  }
  std::printf("%zu corpus files replayed\n", files.size());
  if (files.empty()) std::fprintf(stderr, "no corpus found: the test would prove nothing\n");
  return files.empty() ? 1 : 0;
}
