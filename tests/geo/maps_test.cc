// Borders are read when a policy needs them: what is wrong with them is told then, by file.
#include <unistd.h>
#include <zstd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "adapters/geo/geo.h"
#include "engine/base/bytes.h"
#include "engine/base/diagnostic_code.h"
#include "tests/support/catch.h"

namespace sojourn::geo {
namespace {

constexpr std::size_t kHeaderSize = 64;

// A folder with the real maps, which a test then changes.
class MapFolder {
 public:
  MapFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("sojourn-maps-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
    for (const char* name : {"countries.sjgeo", "subdivisions.sjgeo", "land.sjgeo"}) {
      std::filesystem::copy_file(std::filesystem::path(default_geodata_directory()) / name,
                                 path_ / name, std::filesystem::copy_options::overwrite_existing);
    }
  }
  ~MapFolder() { std::filesystem::remove_all(path_); }
  MapFolder(const MapFolder&) = delete;
  MapFolder& operator=(const MapFolder&) = delete;

  std::string path() const { return path_.string(); }
  void remove(const char* name) const { std::filesystem::remove(path_ / name); }

  // Takes the last border's end away, and makes the checksum right again.
  void damage_borders(const char* name) const {
    std::ifstream in(path_ / name, std::ios::binary);
    Bytes file((std::istreambuf_iterator<char>(in)), {});
    std::uint64_t size = 0;
    std::memcpy(&size, file.data() + 16, sizeof size);
    Bytes payload(size);
    REQUIRE(ZSTD_decompress(payload.data(), size, file.data() + kHeaderSize,
                            file.size() - kHeaderSize) == size);
    --size;
    Bytes packed(ZSTD_compressBound(size));
    packed.resize(ZSTD_compress(packed.data(), packed.size(), payload.data(), size, 1));
    const std::uint64_t packed_size = packed.size();
    const Sha256Digest digest = sha256(packed);
    file.resize(kHeaderSize);
    std::memcpy(file.data() + 16, &size, sizeof size);
    std::memcpy(file.data() + 24, &packed_size, sizeof packed_size);
    std::copy(digest.begin(), digest.end(), file.begin() + 32);
    file.insert(file.end(), packed.begin(), packed.end());
    std::ofstream out(path_ / name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(file.data()),
              static_cast<std::streamsize>(file.size()));
  }

 private:
  std::filesystem::path path_;
};

TEST_CASE("borders that are damaged behind a right checksum are told when a policy is bound") {
  const MapFolder folder;
  SECTION("countries: by every policy") {
    folder.damage_borders("countries.sjgeo");
    const auto world = open_gazetteer(folder.path());
    REQUIRE(world);
    const auto bound = (*world)->bind({});
    REQUIRE_FALSE(bound);
    CHECK(bound.error().code == Code::E0701);
    REQUIRE(bound.error().notes.size() == 1);
    CHECK(bound.error().notes[0].find("countries.sjgeo") != std::string::npos);
  }
  SECTION("subdivisions: by a policy that names one") {
    folder.damage_borders("subdivisions.sjgeo");
    const auto world = open_gazetteer(folder.path());
    REQUIRE(world);
    CHECK((*world)->find_subdivision("BR-SP") == "BR-SP");
    CHECK((*world)->bind({}));
    for (int time = 0; time < 2; ++time) {  // the second time as well
      const auto bound = (*world)->bind({Area::subdivision("BR-SP")});
      REQUIRE_FALSE(bound);
      CHECK(bound.error().code == Code::E0701);
    }
  }
}

TEST_CASE("a map of land that is not there is told by who asks for land") {
  const MapFolder folder;
  folder.remove("land.sjgeo");
  const auto world = open_gazetteer(folder.path());
  REQUIRE(world);
  const auto bound = (*world)->bind({});
  REQUIRE(bound);
  CHECK((*bound)->locate({.at = {48.5716, 7.8087}}).certain);
  const auto ground = (*bound)->ground({48.5716, 7.8087});
  REQUIRE_FALSE(ground);
  CHECK(ground.error().code == Code::E0001);
}

}  // namespace
}  // namespace sojourn::geo
