// Private. What a request orders of a card by hand: a command as the planner has them, a package of
// any operations in the words of the standard, or data about the card.
//
//   {"device": EID, "command": "enable", "profile": "local-br"}
//   {"device": EID, "command": "package", "package": {"ecoList": [{"listEim": {}}]}}
//   {"device": EID, "command": "data", "data": ["eumCertificate", "euiccCertificate"]}
//
// What is under `package` is SGP.32's EuiccPackage as `sojourn package` writes it
// (adapters/sgp32/json.h), what is under `data` are members of its IpaEuiccData.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/eim/command_package.h"
#include "adapters/eim/order.h"
#include "adapters/service/json_line.h"
#include "engine/device/planner.h"

namespace sojourn::service {

struct HandOrder {
  eim::CommandContent content;
  bool without_rollback = false;
  // It changes who governs the card: another eIM comes, goes, or has another key.
  bool changes_eims = false;
};

// `card`: as it was listed, to find profiles by their declared names. E0885.
Result<HandOrder> hand_order_from(const Json& given, const std::vector<CardProfile>& card);

// What came back, decoded: the results of a package's operations, or the data; null when it is of
// another kind or nothing did. `evidence` as it stands in the order. Data carry no signature.
Json answer_in(std::string_view kind, const Bytes& evidence);

}  // namespace sojourn::service
