// Any bytes as a table, an inventory of profiles or one of devices: read, and every mistake shown.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lang/lang.h"
#include "tests/lang/map_files.h"
#include "tests/support/fake_gazetteer.h"

namespace {

constexpr std::string_view kWords =
    "attribute type : meter | tracker\nattribute tag : set of text\nattribute ecall : flag\n"
    "attribute battery : number in %\nprofile global home FR\nprofile vivo home BR\n";

void load(std::string_view declaration, std::string_view csv) {
  static const sojourn::testing::FakeGazetteer world;
  sojourn::lang::testing::MapFiles files{{"x.csv", std::string(csv)}};
  sojourn::SourceMap sources;
  sojourn::DiagnosticList diagnostics;
  sojourn::lang::LoadRequest request;
  request.path = "fuzz.sojourn";
  request.text = std::string(kWords).append(declaration).append(" \"x.csv\"\n");
  request.files = &files;
  request.gazetteer = &world;
  auto policy = sojourn::lang::load_policy(request, sources, diagnostics);
  if (policy.has_value() == diagnostics.has_errors()) std::abort();
  for (const sojourn::Diagnostic& d : diagnostics.all()) render(d, sources);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (std::string_view declaration : {"table", "profiles", "devices"}) load(declaration, text);
  return 0;
}
