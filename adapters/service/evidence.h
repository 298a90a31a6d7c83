// Private. The records of a device that are no decisions: what was ordered, what left, what came
// back. JSON of one line in a fixed order, with "%" in the place of the device's name, as the
// evidence chain wants it. Decisions are engine/runtime/record_json.h's.
#pragma once

#include <string>
#include <string_view>

#include "adapters/eim/order.h"
#include "adapters/eim/order_book.h"
#include "adapters/service/policy_versions.h"
#include "engine/device/decision.h"
#include "engine/device/planner_command.h"

namespace sojourn::service {

// What makes two decisions of a device the same, whenever they are taken.
std::string essence_of(const DecisionRecord& record);

// `rule`: of the decision that wants it.
std::string command_record(const ProfileCommand& command, std::string_view rule, Instant at);
std::string result_record(const ProfileCommand& command, const CommandResult& result,
                          const eim::Order& order);
// An order that no plan asked for: an operator's.
std::string order_record(const eim::Order& order, Instant at);
// What left, what was refused, what was claimed.
std::string notice_record(const eim::Notice& notice, const eim::Order* order, Instant at);
std::string policy_record(std::string_view digest, std::string_view by, Instant at);
// A policy that waits for a second person, or was dropped.
std::string proposal_record(const PolicyVersion& proposal, bool dropped, std::string_view by,
                            Instant at);
// `digest` "": no policy runs in shadow any more.
std::string shadow_record(std::string_view digest, std::string_view by, Instant at);

// The card is enrolled no more.
std::string enrolment_ended_record(std::int64_t last_counter, std::string_view by, Instant at);

// The device cannot be read, and is not decided about; `why` "": it can again.
std::string set_aside_record(std::string_view why, Instant at);

// An order as people read it in answers of the REST interface.
std::string order_text(const eim::Order& order, Instant ended_at);

std::string_view outcome_word(CommandResult::Outcome outcome);  // "rolled back"

}  // namespace sojourn::service
