// What a peer may say in the head of an HTTP request: method, target and content type, by lines.
#include <cstdlib>
#include <string_view>

#include "adapters/eim/http_binding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sojourn::eim;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto line = [&] {
    std::string_view taken = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(taken.size() + 1, text.size()));
    return taken;
  };
  std::string_view method = line();
  std::string_view target = line();
  std::string_view type = line();
  for (bool json : {false, true}) {
    HttpVerdict verdict = judge_http(method, target, type, json);
    if (verdict.status == 200) {
      bool served = method == "POST" && (verdict.route == HttpRoute::asn1 || json);
      bool named = verdict.route == HttpRoute::asn1 || !verdict.function.empty();
      if (!served || !named) std::abort();
    } else if (verdict.status != 404 && verdict.status != 405 && verdict.status != 415) {
      std::abort();
    }
  }
  std::string_view answer = admin_protocol_answer(text);
  if (!answer.starts_with("gsma/rsp/")) std::abort();
  return 0;
}
