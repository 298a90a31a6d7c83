// The table of routes.
#include "adapters/service/rest.h"

namespace sojourn::service {
namespace {

using namespace routes;

constexpr RestRoute kRoutes[] = {
    {"GET", "/healthz", Role::nobody, show_health, "Is the process alive", "", "", "Health", false},
    {"GET", "/readyz", Role::nobody, show_readiness, "Can it take in and answer", "", "", "Health",
     false},
    {"GET", "/openapi.json", Role::nobody, show_openapi, "This document", "", "",
     "application/json", false},
    {"GET", "/metrics", Role::read, show_metrics, "Counters for Prometheus", "", "", "text/plain",
     false},
    {"POST", "/v1/observations", Role::operate, post_observations,
     "Takes reports in: one JSON object, or many as NDJSON; answered when they are durable", "",
     "application/x-ndjson", "ReportCounts"},
    {"GET", "/v1/devices", Role::read, list_devices, "Devices, by name", "limit after", "",
     "DeviceList"},
    {"POST", "/v1/devices", Role::operate, enrol_device, "Enrols an eUICC", "", "Enrolment",
     "Enrolment"},
    {"GET", "/v1/devices/{device}", Role::read, show_device,
     "What stands of a device: its decision, its profiles, what is waited for", "", "", "Device"},
    {"DELETE", "/v1/devices/{device}", Role::approve, end_enrolment,
     "Ends the enrolment of an eUICC: nothing is ordered of it any more and its card is answered "
     "by "
     "nobody, or by another tenant that enrolled it too. What is known of the device stays. Not "
     "while an order of it is under way (409)",
     "", "", "Enrolment"},
    {"GET", "/v1/devices/{device}/history", Role::read, show_history,
     "The residency ledger, oldest first", "", "", "History"},
    {"GET", "/v1/devices/{device}/explanation", Role::read, show_explanation,
     "Why the decision is what it is: every rule, every condition, every count", "", "",
     "Explanation"},
    {"GET", "/v1/devices/{device}/records", Role::read, list_records,
     "Decisions, commands and results, newest first", "limit before", "", "RecordList"},
    {"GET", "/v1/orders", Role::read, list_orders, "Orders of a device, or all that are open",
     "device limit after", "", "OrderList"},
    {"POST", "/v1/orders", Role::operate, create_order,
     "Orders something of a card by hand: a change of profiles, a download, a package of any "
     "operations, data about it; with an Idempotency-Key a repetition orders nothing",
     "", "NewOrder", "PlacedOrder", true, "Idempotency-Key"},
    {"GET", "/v1/orders/{device}/{order}", Role::read, show_order,
     "One order; with `wait` when it has ended, or after so many seconds, at most 30, or sooner "
     "when "
     "too many wait",
     "wait", "", "Order"},
    {"DELETE", "/v1/orders/{device}/{order}", Role::operate, cancel_order,
     "Takes back an order that has not left yet", "", "", ""},
    {"GET", "/v1/policy", Role::read, show_policy, "The policy in force", "", "", "Policy"},
    {"POST", "/v1/policy/check", Role::approve, routes::check_policy,
     "Checks a policy as `sojourn check` does", "", "text/plain", "PolicyCheck"},
    {"PUT", "/v1/policy", Role::approve, activate_policy,
     "Checks a policy and puts it in force; every device is judged anew. Where that takes two "
     "people (202), it waits for the second",
     "", "text/plain", "PolicyCheck"},
    {"POST", "/v1/policy/difference", Role::approve, compare_policy,
     "What a policy would decide otherwise than the one in force, with an example each", "",
     "text/plain", "PolicyDifference"},
    {"GET", "/v1/policy/versions", Role::read, list_versions,
     "Policies that were in force, newest first", "limit", "", "PolicyVersions"},
    {"GET", "/v1/policy/versions/{version}", Role::read, show_version,
     "One of them, as it was sent", "", "", "text/plain"},
    {"POST", "/v1/policy/rollback", Role::approve, routes::roll_back,
     "Puts a version in force again: with `to` the one of this digest, which repeated changes "
     "nothing; without, the one before, and repeated the one before that",
     "to", "", "PolicyCheck"},
    {"GET", "/v1/policy/proposal", Role::read, show_proposal,
     "The policy that waits for a second person", "", "", "PolicyProposal"},
    {"DELETE", "/v1/policy/proposal", Role::approve, drop_proposal, "Drops it", "", "", ""},
    {"POST", "/v1/policy/proposal/activate", Role::approve, routes::activate_proposal,
     "Puts it in force; by somebody else than who proposed it", "", "", "PolicyCheck"},
    {"GET", "/v1/policy/shadow", Role::read, show_shadow,
     "The policy that runs in shadow, and the devices that it decides otherwise about",
     "limit after", "", "Shadow"},
    {"PUT", "/v1/policy/shadow", Role::approve, start_shadow,
     "Lets a policy run in shadow: it decides beside the one in force, and nothing is done about "
     "it",
     "", "text/plain", "PolicyCheck"},
    {"DELETE", "/v1/policy/shadow", Role::approve, end_shadow, "Ends the shadow", "", "", ""},
    {"POST", "/v1/policy/shadow/activate", Role::approve, routes::activate_shadow,
     "Puts the shadow policy in force", "", "", "PolicyCheck"},
    {"GET", "/v1/approvals", Role::read, list_approvals,
     "Devices whose decision waits for a person's yes", "limit after", "", "ApprovalList"},
    {"POST", "/v1/approvals", Role::approve, give_approval,
     "Says yes to what is decided: for devices by name, or for all that wait by a rule. Not by who "
     "put the policy in force or proposed it (409)",
     "", "Approval", "Approved"},
    {"GET", "/v1/campaigns", Role::read, list_campaigns,
     "What a rule or ban orders of so many devices that a person has to say yes, or of which too "
     "much failed",
     "", "", "CampaignList"},
    {"POST", "/v1/campaigns/approve", Role::approve, routes::approve_campaign,
     "Says yes to all that a campaign orders; with the digest of `devices`, only to these. Not by "
     "who put the policy in force or proposed it (409)",
     "", "CampaignWord", ""},
    {"POST", "/v1/campaigns/go-on", Role::approve, let_campaign_go_on,
     "Lets a campaign of which too much failed go on; failures count anew. Not by who put the "
     "policy in force or proposed it (409)",
     "", "CampaignWord", ""},
    {"GET", "/v1/switches", Role::read, show_switches, "Kill switches that are on", "", "",
     "Switches"},
    {"PUT", "/v1/switches", Role::approve, routes::set_switches,
     "Sets the kill switches: what they cover is decided and not ordered", "", "Switches",
     "Switches"},
    {"GET", "/v1/audit", Role::read, read_chain,
     "The evidence chain, line by line, for `sojourn audit verify`", "from limit", "",
     "application/x-ndjson"},
    {"GET", "/v1/audit/head", Role::read, read_chain_head,
     "Where the evidence chain ends, as the store notes it beside the chain; no hash: it has no "
     "record yet",
     "", "", "ChainHead"},
};

}  // namespace

std::span<const RestRoute> rest_routes() { return kRoutes; }

}  // namespace sojourn::service
