// Bodies of the JSON binding, and answers on their way into it.
#include <cstdlib>

#include "adapters/eim/json_binding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sojourn;
  std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const char* function : {"getEimPackage", "provideEimPackageResult", "handleNotification"}) {
    Result<Bytes> message = eim::message_of_json(function, body);
    if (message && (message->size() < 3 || (*message)[0] != 0xBF)) std::abort();
    Result<std::string> text = eim::json_of_answer(function, {data, size});
    if (text && !text->empty() && text->front() != '{') std::abort();
  }
  return 0;
}
