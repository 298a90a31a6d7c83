// Any bytes as a rule file: parse, check, lower; and laying out what parses keeps its meaning.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lang/lang.h"
#include "tests/support/fake_gazetteer.h"

namespace {

std::optional<sojourn::lang::LoadedPolicy> load(std::string_view text) {
  static const sojourn::testing::FakeGazetteer world;
  sojourn::SourceMap sources;
  sojourn::DiagnosticList diagnostics;
  sojourn::lang::LoadRequest request;
  request.path = "fuzz.sojourn";
  request.text = std::string(text);
  request.gazetteer = &world;
  auto policy = sojourn::lang::load_policy(request, sources, diagnostics);
  if (policy.has_value() == diagnostics.has_errors()) std::abort();
  for (const sojourn::Diagnostic& d : diagnostics.all()) render(d, sources);
  return policy;
}

std::optional<std::string> laid_out(std::string_view text) {
  sojourn::SourceMap sources;
  sojourn::DiagnosticList diagnostics;
  return sojourn::lang::format("fuzz.sojourn", text, sources, diagnostics);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto policy = load(text);
  std::optional<std::string> once = laid_out(text);
  if (!once) return 0;
  if (laid_out(*once) != once) std::abort();
  if (!policy) return 0;
  auto again = load(*once);
  if (!again || again->table.meaning_digest != policy->table.meaning_digest) std::abort();
  return 0;
}
