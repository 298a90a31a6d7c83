// gzip and zstd: whole, in several parts, cut anywhere, damaged.
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "adapters/telemetry/byte_stream.h"
#include "engine/base/diagnostic_code.h"
#include "tests/support/catch.h"
#include "tests/telemetry/read_all.h"

namespace sojourn::telemetry {
namespace {

std::string gzipped(const std::string& text) {
  z_stream zlib = {};
  REQUIRE(deflateInit2(&zlib, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&zlib, text.size()) + 64, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  zlib.avail_in = static_cast<uInt>(text.size());
  zlib.next_out = reinterpret_cast<Bytef*>(packed.data());
  zlib.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&zlib, Z_FINISH) == Z_STREAM_END);
  packed.resize(zlib.total_out);
  deflateEnd(&zlib);
  return packed;
}

std::string zstandard(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  std::size_t size = ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3);
  REQUIRE(ZSTD_isError(size) == 0);
  packed.resize(size);
  return packed;
}

std::string lines(int begin, int end) {
  std::string text;
  for (int i = begin; i < end; ++i) {
    text += R"({"ts":)" + std::to_string(i) + R"(,"device":"device )" +
            std::to_string(i * 7919 % 1000) + "\"}\n";
  }
  return text;
}

struct Form {
  const char* name;
  std::string (*pack)(const std::string&);
};
const Form kForms[] = {{"gzip", gzipped}, {"zstd", zstandard}};

TEST_CASE("archives are told by their first bytes and read in any chunks") {
  std::string text = lines(0, 5000);
  WholeTrace expected = read_text(text);
  CHECK(expected.reports.size() == 5000);
  for (const Form& form : kForms) {
    std::string packed = form.pack(text);
    std::string parts = form.pack(lines(0, 17)) + form.pack("") + form.pack(lines(17, 5000));
    for (std::size_t chunk_bytes : std::initializer_list<std::size_t>{1, 7, 65536}) {
      INFO(form.name << " in chunks of " << chunk_bytes);
      for (const std::string& archive : {packed, parts}) {
        WholeTrace trace = read_texts({{"t", archive}}, {}, chunk_bytes);
        CHECK(trace.reports == expected.reports);
        CHECK(trace.errors.empty());
        CHECK(trace.summary == expected.summary);
      }
    }
  }
}

TEST_CASE("an empty archive is an empty trace") {
  for (const Form& form : kForms) {
    WholeTrace trace = read_text(form.pack(""));
    CHECK(trace.errors.empty());
    CHECK(trace.summary == "0 lines, 0 reports\n");
  }
}

TEST_CASE("zeros behind a gzip archive are padding, other bytes are damage") {
  std::string packed = gzipped(lines(0, 3));
  CHECK(read_text(packed + std::string(100, '\0')).errors.empty());
  WholeTrace trace = read_text(packed + "garbage");
  CHECK(trace.reports.size() == 3);
  CHECK(trace.errors ==
        std::vector<std::string>{"gzip archive `t` is damaged: incorrect header check"});
}

TEST_CASE("a cut archive: the whole lines before the cut, then the error") {
  std::string text = lines(0, 2000);
  WholeTrace whole = read_text(text);
  for (const Form& form : kForms) {
    std::string packed = form.pack(text);
    for (std::size_t size :
         {packed.size() / 4, packed.size() / 2, packed.size() - 9, packed.size() - 1}) {
      for (std::size_t jobs : std::initializer_list<std::size_t>{1, 2}) {
        INFO(form.name << " cut to " << size << " of " << packed.size());
        WholeTrace trace = read_text(packed.substr(0, size), {.jobs = jobs});
        std::string message =
            std::string(form.name) + " archive `t` is damaged: it ends in the middle";
        REQUIRE(trace.errors == std::vector<std::string>{message});
        REQUIRE(trace.reports.size() <= whole.reports.size());
        CHECK(std::equal(trace.reports.begin(), trace.reports.end(), whole.reports.begin()));
        CHECK(trace.summary.find("skipped") == std::string::npos);
        CHECK(trace.summary.find(message + " [E0601]\n") != std::string::npos);
      }
    }
  }
  // gzip hands out what precedes the cut; nearly all of it is there.
  std::string packed = gzipped(text);
  CHECK(read_text(packed.substr(0, packed.size() - 9)).reports.size() > 1900);
}

TEST_CASE("damage in one file leaves the others whole") {
  std::string packed = gzipped(lines(0, 1000));
  std::string cut = packed.substr(0, packed.size() - 4);
  WholeTrace trace = read_texts({{"cut", cut}, {"whole", lines(500, 1500)}});
  CHECK(trace.reports.size() == 2000);
  CHECK(trace.errors ==
        std::vector<std::string>{"gzip archive `cut` is damaged: it ends in the middle"});
  WholeTrace strict = read_texts({{"cut", cut}, {"whole", lines(500, 1500)}}, {.strict = true});
  CHECK(strict.errors == trace.errors);
  CHECK(strict.reports.size() < 2000);
}

TEST_CASE("a flipped byte never goes unnoticed") {
  std::string text = lines(0, 300);
  WholeTrace whole = read_text(text);
  for (std::size_t at = 10; at < gzipped(text).size(); at += 7) {
    std::string packed = gzipped(text);
    packed[at] = static_cast<char>(packed[at] ^ 0x10);
    CAPTURE(at);
    CHECK(read_text(packed).errors.size() == 1);
  }
}

TEST_CASE("other archives are refused by name") {
  struct Row {
    std::string_view bytes;
    const char* message;
  };
  using namespace std::string_view_literals;
  for (const Row& row : {Row{"BZh91AY&SY"sv, "trace `t` is a bzip2 archive"},
                         Row{"\xfd"
                             "7zXZ\0\0\0"sv,
                             "trace `t` is a xz archive"},
                         Row{"\x04\x22\x4d\x18xxxx"sv, "trace `t` is a lz4 archive"},
                         Row{"PK\x03\x04xxxx"sv, "trace `t` is a zip archive"}}) {
    auto bytes = unpack(open_memory(std::string(row.bytes)), "t");
    REQUIRE(!bytes.ok());
    CHECK(bytes.error().message == row.message);
    CHECK(bytes.error().code == Code::E0602);
  }
  CHECK(unpack(open_memory("P"), "t").ok());
}

TEST_CASE("what is called an archive is one, or a text") {
  std::mt19937 random(20261126);
  for (int round = 0; round < 200; ++round) {
    std::string noise(1 + random() % 4096, '\0');
    for (char& byte : noise) byte = static_cast<char>(random());
    if (noise.starts_with("\x1f\x8b")) continue;
    noise[0] = static_cast<char>(0x80 + round % 0x40);  // no text begins so
    for (std::string name : {"fleet.ndjson.gz", "t.zst"}) {
      auto bytes = unpack(open_memory(noise, 1 + random() % 100), name);
      REQUIRE(!bytes.ok());
      CHECK(bytes.error().code == Code::E0602);
      std::string kind = name == "t.zst" ? "zstd" : "gzip";
      CHECK(bytes.error().message ==
            "trace `" + name + "` is no " + kind + " archive, and no text");
    }
    CHECK(unpack(open_memory(noise), "fleet.ndjson").ok());  // its lines are told one by one
  }
  // Texts: short, in another alphabet, cut in the midst of a character; and archives.
  for (std::string text : {std::string(), std::string("{}\n"), "\xEF\xBB\xBF" + lines(0, 3),
                           std::string(63, 'x') + "\xC3\xA3\n", gzipped(lines(0, 3))}) {
    INFO(text);
    CHECK(unpack(open_memory(text, 5), "fleet.ndjson.gz").ok());
  }
}

TEST_CASE("a meter tells how far the files are read") {
  std::string path = std::string(SOJOURN_SOURCE_DIR) + "/tests/telemetry/archive_test.cc";
  auto meter = std::make_shared<ReadMeter>();
  auto one = open_trace_bytes(path, meter), other = open_trace_bytes(path, meter);
  REQUIRE(one.ok());
  REQUIRE(other.ok());
  std::uint64_t size = std::filesystem::file_size(path);
  CHECK(meter->file_bytes == 2 * size);
  CHECK(meter->read_bytes < size);
  std::vector<char> buffer(1000);
  while (*(*one)->read(buffer.data(), buffer.size()) > 0) {
  }
  CHECK(meter->read_bytes > size);
  while (*(*other)->read(buffer.data(), buffer.size()) > 0) {
  }
  CHECK(meter->read_bytes == 2 * size);
  CHECK_FALSE(meter->endless);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  auto piped = open_file("/dev/fd/" + std::to_string(ends[0]), meter);
  REQUIRE(piped.ok());
  CHECK(meter->endless);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace sojourn::telemetry
