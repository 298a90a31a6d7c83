#include "adapters/cli/service_ask.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/base/diagnostic_code.h"

namespace sojourn::cli {

std::string text_in(const nlohmann::ordered_json& json, const char* name) {
  auto found = json.find(name);
  if (found == json.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

int ask(const ServiceOptions& options, Console& console, std::string_view role,
        std::string_view method, const std::string& path, std::string_view body,
        std::string_view content_type, const ShowAnswer& show, const ShowAnswer& note) {
  auto client = ServiceClient::open(options.where, role);
  if (!client) return console.fail(client.error());
  client->use_key(options.key);
  client->be_patient(options.retries, [&](const Diagnostic& refusal, unsigned seconds) {
    console.message(fmt::format("{}; sent again in {} s\n", refusal.message, seconds));
  });
  auto answer = client->send(method, path, body, content_type);
  if (!answer) {
    console.fail(answer.error());
    return answer.error().code == Code::E0884 ? kFindings : kUnusable;
  }
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(*answer, nullptr, false);
  if (options.format == OutputFormat::json || json.is_discarded()) {
    console.print(*answer);
  } else {
    show(json);
  }
  if (note && json.is_object()) note(json);
  // A policy that was checked and cannot run is an answer, not a refusal.
  return json.is_object() && !json.value("runnable", true) ? kFindings : kClean;
}

int get(const ServiceOptions& options, Console& console, const std::string& path,
        const ShowAnswer& show) {
  return ask(options, console, "read", "GET", path, {}, {}, show);
}

Result<std::optional<ChainHead>> ask_chain_head(ServiceClient& client) {
  auto answer = client.send("GET", "/v1/audit/head");
  if (!answer) return std::move(answer).error();
  auto json = nlohmann::ordered_json::parse(*answer, nullptr, false);
  bool some = json.is_object() && json.contains("hash");
  if (!some) return std::optional<ChainHead>();
  ChainHead head;
  auto hash = from_hex(text_in(json, "hash"));
  std::uint64_t records = json.value("records", std::uint64_t{0});
  if (!hash || hash->size() != head.hash.size() || records == 0) {
    return make_diagnostic(Code::E0884, "the service tells no head of its chain");
  }
  head.sequence = records - 1;
  std::copy(hash->begin(), hash->end(), head.hash.begin());
  return std::optional(head);
}

}  // namespace sojourn::cli
