// Private. A planned command as an order of the eIM's book, and an order's end as what the planner
// wants to know. What a card proved is read from the data it signed, not from words about it.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "adapters/eim/order.h"
#include "adapters/eim/order_book.h"
#include "adapters/sgp32/esipa.h"
#include "adapters/sgp32/package.h"
#include "engine/device/planner_command.h"

namespace sojourn::eim {

// What an order is made of; commands are packages of profiles and downloads.
using CommandContent = std::variant<sgp32::PsmoList, sgp32::EcoList, sgp32::IpaEuiccDataRequest,
                                    sgp32::ProfileDownloadTriggerRequest>;

// E0842 for a command that names no profile of the card.
Result<CommandContent> content_of(const ProfileCommand& command);

// Errors: of OrderBook::prepare.
Result<OrderBook::Placement> prepare_order(OrderBook& book, const Eid& eid,
                                           const CommandContent& content,
                                           const OrderBook::PlaceOptions& options);
// Errors: of content_of as well.
Result<OrderBook::Placement> prepare_order(OrderBook& book, const Eid& eid,
                                           const ProfileCommand& command,
                                           OrderBook::PlaceOptions options);

// What a card can be asked for about itself.
struct DataMember {
  std::string_view name;  // "euiccCertificate", of SGP.32's IpaEuiccData
  Bytes tag;              // as it stands in a tagList
};
std::vector<DataMember> data_members();

// Requires: the order has ended. Names of the listed profiles are left to the caller.
CommandResult result_of(const Order& order, CommandNumber command, Instant now);

// What it asks of the card, for people: "enable 8955...", "list", "download 1$smdp...$".
std::vector<std::string> asked_in(const Order& order);

// The results that the card signed, if the order's evidence is such; empty otherwise.
std::vector<sgp32::OperationResult> signed_results(const Order& order);

}  // namespace sojourn::eim
