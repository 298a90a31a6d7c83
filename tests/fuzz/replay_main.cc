// Runs a fuzz entry point over its corpus without libFuzzer: each file as it is, then cut short and
// with single bytes changed at places drawn from a fixed seed.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  constexpr int kMutationsPerFile = 200;
  std::mt19937 random(20260101);
  std::size_t file_count = 0;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) continue;
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      std::vector<char> read((std::istreambuf_iterator<char>(file)), {});
      std::vector<std::uint8_t> bytes(read.begin(), read.end());
      ++file_count;
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
      for (int m = 0; m < kMutationsPerFile && !bytes.empty(); ++m) {
        std::vector<std::uint8_t> changed = bytes;
        changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
        if (m % 4 == 0) changed.resize(random() % changed.size());
        LLVMFuzzerTestOneInput(changed.data(), changed.size());
      }
    }
  }
  std::printf("%zu corpus files replayed\n", file_count);
  if (file_count == 0) std::fprintf(stderr, "no corpus found: the test would prove nothing\n");
  return file_count == 0 ? 1 : 0;
}
