// Private. How a command asks a running service, and prints the answer: as it came for programs, by
// a function of its own for people.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/cli/commands.h"
#include "adapters/cli/service_client.h"
#include "engine/runtime/audit_chain.h"

namespace sojourn::cli {

using ShowAnswer = std::function<void(const nlohmann::ordered_json&)>;

// A member as text; "" when it is not there.
std::string text_in(const nlohmann::ordered_json& json, const char* name);

// Asks, and prints the answer: as it came for programs, by `show` for people. `note` is told of it
// either way.
int ask(const ServiceOptions& options, Console& console, std::string_view role,
        std::string_view method, const std::string& path, std::string_view body,
        std::string_view content_type, const ShowAnswer& show, const ShowAnswer& note = {});
int get(const ServiceOptions& options, Console& console, const std::string& path,
        const ShowAnswer& show);

// Where the service's evidence chain ends, as its store notes it; absent: nowhere yet.
Result<std::optional<ChainHead>> ask_chain_head(ServiceClient& client);

}  // namespace sojourn::cli
