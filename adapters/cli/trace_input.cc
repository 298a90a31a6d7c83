#include "adapters/cli/trace_input.h"

#include <fmt/format.h>

#include "adapters/cli/console.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::cli {
namespace {

constexpr std::size_t kMappingBytesMax = std::size_t{1} << 20;

}  // namespace

Result<telemetry::TraceOptions> trace_options(const TraceInput& input) {
  telemetry::TraceOptions options;
  options.paths = input.paths;
  if (!input.form.empty()) {
    options.form = telemetry::form_named(input.form);
    if (!options.form) {
      return make_diagnostic(Code::E0003, fmt::format("`{}` is no form of a trace", input.form),
                             "one of ndjson, csv, traccar, senml, cloudevents, gpx");
    }
  }
  if (!input.mapping.empty()) {
    auto mapping = read_file(input.mapping, kMappingBytesMax);
    if (!mapping) return std::move(mapping).error();
    options.translation.mapping = std::move(mapping).value();
    if (!options.form) options.form = telemetry::TraceForm::csv;
  }
  options.translation.device = input.device;
  for (const std::string& attribute : input.attributes) {
    std::size_t equals = attribute.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return make_diagnostic(Code::E0003,
                             fmt::format("`--attribute {}` is no name with a value", attribute),
                             "write it like `--attribute type=meter`");
    }
    options.translation.attributes.emplace_back(attribute.substr(0, equals),
                                                attribute.substr(equals + 1));
  }
  return options;
}

}  // namespace sojourn::cli
