// A configuration of the service: refused with a place, or printed and read again as the same.
#include <cstdlib>

#include "adapters/service/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sojourn;
  using namespace sojourn::service;
  std::vector<Diagnostic> wrong;
  auto config = parse_config({reinterpret_cast<const char*>(data), size}, "/", wrong);
  if (config.has_value() == !wrong.empty()) std::abort();
  if (!config) return 0;
  std::string printed = print_config(*config);
  auto again = parse_config(printed, "/", wrong);
  if (again && print_config(*again) != printed) std::abort();
  return 0;
}
