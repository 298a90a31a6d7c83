// The shapes that routes take and answer, for the document of the interface. What is `required` is
// always there; what is not listed here is never sent (tests/service/openapi_test.cc looks at every
// answer).
#include "adapters/service/rest.h"

namespace sojourn::service {
namespace {

constexpr RestSchema kSchemas[] = {
    {"Problem",
     R"({"type":"object","description":"RFC 9457","required":["title","status"],"properties":{
  "type":{"type":"string"},
  "title":{"type":"string"},
  "status":{"type":"integer"},
  "detail":{"type":"string"},
  "code":{"type":"string","description":"as sojourn explain knows it"},
  "help":{"type":"string"},
  "runnable":{"type":"boolean","description":"of a policy that has errors"},
  "findings":{"type":"array","items":{"$ref":"#/components/schemas/PolicyFinding"}}}})"},

    {"Health", R"({"type":"object","required":["status"],"properties":{
  "status":{"type":"string","enum":["alive","ready"]},
  "devices_set_aside":{"type":"integer","description":"something stored of them cannot be read"},
  "clock_seconds_ahead":{"type":"integer","description":"the wall clock leapt ahead so far, and is not believed yet"}}})"},

    {"ReportCounts", R"({"type":"object",
"required":["lines","taken","duplicate","late","too_late","refused","refused_values","set_aside","decisions"],
"properties":{
  "lines":{"type":"integer","description":"blank ones left out"},
  "taken":{"type":"integer"},
  "duplicate":{"type":"integer","description":"known already"},
  "late":{"type":"integer","description":"taken, and history was corrected"},
  "too_late":{"type":"integer","description":"older than history may be corrected"},
  "refused":{"type":"integer","description":"lines that are no reports, are dated too far ahead, or are of cards that another tenant has"},
  "refused_values":{"type":"integer","description":"values that cannot be; the rest was taken"},
  "set_aside":{"type":"integer","description":"kept for devices that cannot be read"},
  "decisions":{"type":"integer","description":"that changed"},
  "findings":{"type":"array","items":{"$ref":"#/components/schemas/LineFinding"}}}})"},

    {"LineFinding", R"({"type":"object","required":["line","code","message","part"],"properties":{
  "line":{"type":"integer"},
  "code":{"type":"string"},
  "message":{"type":"string"},
  "part":{"type":"string","enum":["line","value"],"description":"what was not used"}}})"},

    {"LedgerRow", R"({"type":"object","required":["from","to"],"properties":{
  "from":{"type":"string","format":"date-time"},
  "to":{"type":"string","format":"date-time","nullable":true},
  "country":{"type":"string"},
  "network":{"type":"string"},
  "profile":{"type":"string"},
  "imei":{"type":"string"},
  "known_by":{"type":"string"}}})"},

    {"Condition", R"({"type":"object","required":["condition","holds","value"],"properties":{
  "condition":{"type":"string"},
  "holds":{"type":"string","enum":["true","false","unknown"]},
  "value":{"oneOf":[{"type":"integer"},{"type":"string"}]},
  "text":{"type":"string"},
  "since":{"type":"string","format":"date-time"},
  "reported":{"type":"string","format":"date-time"},
  "source":{"type":"string"},
  "would_hold_at":{"type":"string","format":"date-time"},
  "if_it_goes_on":{"type":"boolean"},
  "rows":{"type":"array","items":{"$ref":"#/components/schemas/LedgerRow"}}}})"},

    {"RuleEvidence", R"({"type":"object","required":["rule","at","holds","because"],"properties":{
  "rule":{"type":"string"},
  "at":{"type":"string","description":"the place in the policy's text"},
  "holds":{"type":"string","enum":["true","false","unknown"]},
  "why_not":{"type":"string"},
  "would_fire_at":{"type":"string","format":"date-time"},
  "because":{"type":"array","items":{"$ref":"#/components/schemas/Condition"}}}})"},

    {"BanEvidence",
     R"({"type":"object","required":["ban","at","state","with","deadline","because"],"properties":{
  "ban":{"type":"string"},
  "at":{"type":"string"},
  "source":{"type":"string"},
  "certainty":{"type":"string"},
  "state":{"type":"string"},
  "with":{"type":"string","nullable":true},
  "deadline":{"type":"string","format":"date-time","nullable":true},
  "because":{"type":"array","items":{"$ref":"#/components/schemas/Condition"}}}})"},

    // What a decision says; other records may say some of it.
    {"DecisionMembers", R"({"type":"object","properties":{
  "ts":{"type":"string","format":"date-time"},
  "device":{"type":"string"},
  "outcome":{"type":"string"},
  "profile":{"type":"string"},
  "from":{"type":"string","nullable":true},
  "rule":{"type":"string"},
  "at":{"type":"string","description":"the place in the policy's text"},
  "rule_digest":{"type":"string","description":"of an unnamed rule or ban, whatever its line is"},
  "policy":{"type":"string"},
  "because":{"type":"array","items":{"$ref":"#/components/schemas/Condition"}},
  "skipped":{"type":"array","items":{"type":"string"}},
  "bans":{"type":"array","items":{"$ref":"#/components/schemas/BanEvidence"}},
  "alerts":{"type":"array","items":{"type":"string"}},
  "tasks":{"type":"array","items":{"type":"string"}},
  "suppressed":{"type":"string","nullable":true},
  "overridden":{"type":"array","items":{"type":"string"}},
  "review":{"type":"string","format":"date-time","nullable":true}}})"},

    {"Decision", R"({"allOf":[{"$ref":"#/components/schemas/DecisionMembers"},{"type":"object",
"required":["ts","device","outcome","from","rule","policy","because","skipped","alerts","tasks","suppressed","review"]}]})"},

    // Of OpenAPI 3.0, `nullable` widens the `type` beside it and nothing else: no `$ref`, no
    // `allOf`.
    {"None", R"({"type":"object","nullable":true,"enum":[null]})"},

    {"DeviceList", R"({"type":"object","required":["devices"],"properties":{
  "devices":{"type":"array","items":{"$ref":"#/components/schemas/DeviceSummary"}},
  "next":{"type":"string","description":"the next page comes after it"}}})"},

    {"DeviceSummary", R"({"type":"object","required":["device","decision"],"properties":{
  "device":{"type":"string"},
  "decision":{"oneOf":[{"$ref":"#/components/schemas/Decision"},{"$ref":"#/components/schemas/None"}]},
  "waits_for":{"type":"string"},
  "order":{"type":"integer"},
  "set_aside":{"type":"string","description":"why it cannot be read"}}})"},

    {"Device", R"({"type":"object","required":["device","decision"],"properties":{
  "device":{"type":"string"},
  "decision":{"oneOf":[{"$ref":"#/components/schemas/Decision"},{"$ref":"#/components/schemas/None"}]},
  "waits_for":{"type":"string","description":"why nothing goes to the card now"},
  "order":{"type":"integer","description":"the order that carries out what is decided"},
  "set_aside":{"type":"string","description":"why it cannot be read; then nothing more is known"},
  "newest_report":{"type":"string","format":"date-time","nullable":true},
  "enabled":{"type":"string","nullable":true},
  "enrolled":{"type":"boolean","description":"of an EID: is anything ordered of its card?"},
  "policy":{"type":"string"},
  "card":{"type":"object","required":["listed_at","profiles"],"properties":{
    "listed_at":{"type":"string","format":"date-time","nullable":true},
    "profiles":{"type":"array","items":{"$ref":"#/components/schemas/CardProfile"}}}},
  "in_flight":{"type":"object","required":["command","since"],"properties":{
    "command":{"type":"string"},
    "profile":{"type":"string"},
    "iccid":{"type":"string"},
    "since":{"type":"string","format":"date-time"}}},
  "quarantine":{"type":"array","items":{"type":"object","required":["profile","why","until"],"properties":{
    "profile":{"type":"string"},
    "why":{"type":"string"},
    "until":{"type":"string","format":"date-time"}}}},
  "looked_at_again":{"type":"string","format":"date-time","nullable":true}}})"},

    {"CardProfile",
     R"({"type":"object","required":["iccid","profile","enabled","fallback"],"properties":{
  "iccid":{"type":"string"},
  "profile":{"type":"string","nullable":true},
  "enabled":{"type":"boolean"},
  "fallback":{"type":"boolean"}}})"},

    {"Enrolment", R"({"type":"object","required":["eid"],"properties":{
  "eid":{"type":"string"},
  "association_token":{"type":"integer"},
  "last_counter":{"type":"integer"},
  "warning":{"type":"string","description":"in answers: what is odd about an EID that was enrolled all the same"}}})"},

    {"History", R"({"type":"object","required":["device","ledger"],"properties":{
  "device":{"type":"string"},
  "ledger":{"type":"array","items":{"$ref":"#/components/schemas/LedgerRow"}}}})"},

    {"Explanation", R"({"type":"object",
"required":["ts","device","outcome","from","policy","decided_by","others","alerts","tasks","review"],
"properties":{
  "ts":{"type":"string","format":"date-time"},
  "device":{"type":"string"},
  "outcome":{"type":"string"},
  "from":{"type":"string","nullable":true},
  "from_is":{"type":"string","description":"of a profile that nobody declared: that it is, and its home"},
  "policy":{"type":"string"},
  "decided_by":{"oneOf":[{"type":"string","description":"otherwise, or ban NAME"},{"$ref":"#/components/schemas/RuleEvidence"}]},
  "others":{"type":"array","items":{"$ref":"#/components/schemas/RuleEvidence"}},
  "bans":{"type":"array","items":{"$ref":"#/components/schemas/BanEvidence"}},
  "alerts":{"type":"array","items":{"type":"string"}},
  "tasks":{"type":"array","items":{"type":"string"}},
  "skipped":{"type":"array","items":{"type":"string"},"description":"of what decided: what could not be had, and why"},
  "suppressed":{"type":"string","description":"what the decision waits for"},
  "review":{"type":"string","format":"date-time","nullable":true}}})"},

    {"RecordList", R"({"type":"object","required":["records"],"properties":{
  "records":{"type":"array","items":{"$ref":"#/components/schemas/Record"}},
  "before":{"type":"integer","description":"the next page comes before it"}}})"},

    {"Record",
     R"({"description":"a decision, a command, its result, a notice of the card, what people did: what it is about says which members it has",
"allOf":[{"$ref":"#/components/schemas/DecisionMembers"},{"type":"object",
"required":["ts","device","sequence","hash"],"properties":{
  "sequence":{"type":"integer"},
  "hash":{"type":"string"},
  "command":{"type":"string"},
  "number":{"type":"integer"},
  "iccid":{"type":"string"},
  "download":{"type":"string"},
  "rollback":{"type":"boolean"},
  "result":{"type":"string"},
  "order":{"type":"integer"},
  "kind":{"type":"string"},
  "state":{"type":"string"},
  "counter":{"type":"integer"},
  "transaction":{"type":"string"},
  "message":{"type":"string"},
  "reason":{"type":"string"},
  "evidence":{"type":"string","description":"what the card signed, base64"},
  "notice":{"type":"string"},
  "text":{"type":"string"},
  "approved":{"type":"string"},
  "by":{"type":"string"},
  "enrolment_ended":{"type":"integer","description":"the last counter of its packages"},
  "set_aside":{"type":"string","nullable":true}}}]})"},

    {"NewOrder", R"({"type":"object","required":["device","command"],"properties":{
  "device":{"type":"string"},
  "command":{"type":"string","enum":["list","enable","disable","delete","set fallback","download","package","data"]},
  "profile":{"type":"string"},
  "iccid":{"type":"string"},
  "download":{"type":"string"},
  "rollback":{"type":"boolean"},
  "package":{"type":"object","description":"SGP.32's EuiccPackage in JSON, as sojourn package has it: psmoList or ecoList; to change the eIMs of a card takes the role approve"},
  "data":{"type":"array","items":{"type":"string"},"description":"members of SGP.32's IpaEuiccData"},
  "force":{"type":"boolean"}}})"},

    {"ChainHead", R"({"type":"object","required":["records"],"properties":{
  "records":{"type":"integer"},
  "hash":{"type":"string","description":"of the last of them"}}})"},

    {"PlacedOrder", R"({"type":"object","required":["device","order"],"properties":{
  "device":{"type":"string"},
  "order":{"type":"integer"}}})"},

    {"Order",
     R"({"type":"object","required":["device","order","kind","state","attempts"],"properties":{
  "device":{"type":"string"},
  "order":{"type":"integer"},
  "kind":{"type":"string","enum":["package","data request","download"]},
  "asks":{"type":"array","items":{"type":"string"},"description":"of the card, in its order"},
  "state":{"type":"string"},
  "counter":{"type":"integer"},
  "transaction":{"type":"string"},
  "message":{"type":"string","description":"digest of what left"},
  "reason":{"type":"string"},
  "evidence":{"type":"string","description":"what the card signed, or (unsigned) data about it, base64"},
  "answer":{"oneOf":[{"type":"array","items":{"type":"object"}},{"type":"object"}],"description":"the evidence decoded, where one order is shown: SGP.32's list of EuiccResultData, or IpaEuiccData"},
  "attempts":{"type":"integer"},
  "not_before":{"type":"string","format":"date-time"},
  "ended_at":{"type":"string","format":"date-time"}}})"},

    {"OrderList", R"({"type":"object","required":["orders"],"properties":{
  "orders":{"type":"array","items":{"$ref":"#/components/schemas/Order"}},
  "next":{"type":"string"}}})"},

    {"Policy",
     R"({"type":"object","required":["policy","name","version","owner","rules","judging_anew"],"properties":{
  "policy":{"type":"string","description":"digest of what it means"},
  "name":{"type":"string"},
  "version":{"type":"string"},
  "owner":{"type":"string"},
  "rules":{"type":"array","items":{"type":"object","required":["rule","at","source"],"properties":{
    "rule":{"type":"string"},
    "text":{"type":"string"},
    "at":{"type":"string"},
    "source":{"type":"string"}}}},
  "judging_anew":{"type":"boolean"}}})"},

    {"PolicyFinding",
     R"({"type":"object","required":["code","severity","message","text"],"properties":{
  "code":{"type":"string"},
  "severity":{"type":"string"},
  "message":{"type":"string"},
  "text":{"type":"string","description":"as sojourn check shows it"}}})"},

    {"PolicyCheck", R"({"type":"object","required":["runnable","findings"],"properties":{
  "runnable":{"type":"boolean"},
  "proposed":{"type":"boolean","description":"it waits for a second person"},
  "policy":{"type":"string"},
  "findings":{"type":"array","items":{"$ref":"#/components/schemas/PolicyFinding"}}}})"},

    {"PolicyDifference",
     R"({"type":"object","required":["same","meaning","declarations","situations","more","undecided"],"properties":{
  "same":{"type":"boolean"},
  "meaning":{"type":"object","required":["before","after"],"description":"digests; equal: both mean the same","properties":{
    "before":{"type":"string"},
    "after":{"type":"string"}}},
  "declarations":{"type":"array","items":{"type":"string"}},
  "situations":{"type":"array","items":{"type":"object","required":["when","conditions","before","after","example"],"properties":{
    "when":{"type":"string"},
    "conditions":{"type":"array","items":{"type":"string"}},
    "before":{"$ref":"#/components/schemas/DifferentOutcome"},
    "after":{"$ref":"#/components/schemas/DifferentOutcome"},
    "example":{"type":"string"}}}},
  "more":{"type":"boolean"},
  "undecided":{"type":"array","items":{"type":"string"}}}})"},

    {"DifferentOutcome", R"({"type":"object","required":["outcome"],"properties":{
  "outcome":{"type":"string"},
  "by":{"type":"string"}}})"},

    {"PolicyProposal", R"({"type":"object","required":["policy","by","at","text"],"properties":{
  "policy":{"type":"string"},
  "by":{"type":"string"},
  "at":{"type":"string","format":"date-time"},
  "text":{"type":"string"}}})"},

    {"PolicyVersions", R"({"type":"object","required":["versions"],"properties":{
  "versions":{"type":"array","items":{"type":"object","required":["version","policy","by","at"],"properties":{
    "version":{"type":"integer"},
    "policy":{"type":"string"},
    "by":{"type":"string"},
    "at":{"type":"string","format":"date-time"}}}}}})"},

    {"Shadow",
     R"({"type":"object","required":["policy","name","version","judging_anew","devices"],"properties":{
  "policy":{"type":"string"},
  "name":{"type":"string"},
  "version":{"type":"string"},
  "judging_anew":{"type":"boolean"},
  "devices":{"type":"array","items":{"type":"object","required":["device","active","shadow"],"properties":{
    "device":{"type":"string"},
    "active":{"$ref":"#/components/schemas/ShadowSide"},
    "shadow":{"$ref":"#/components/schemas/ShadowSide"}}}},
  "next":{"type":"string"}}})"},

    {"ShadowSide", R"({"type":"object","required":["outcome","rule"],"properties":{
  "outcome":{"type":"string"},
  "rule":{"type":"string"}}})"},

    {"ApprovalList", R"({"type":"object","required":["approvals"],"properties":{
  "approvals":{"type":"array","items":{"type":"object","required":["device","rule","outcome","profile","since"],"properties":{
    "device":{"type":"string"},
    "rule":{"type":"string"},
    "outcome":{"type":"string"},
    "profile":{"type":"string"},
    "since":{"type":"string"}}}},
  "next":{"type":"string"}}})"},

    {"Approval", R"({"type":"object","description":"one of both","properties":{
  "devices":{"type":"array","items":{"type":"string"}},
  "rule":{"type":"string"}}})"},

    {"Approved", R"({"type":"object","required":["approved"],"properties":{
  "approved":{"type":"array","items":{"type":"string"}}}})"},

    {"CampaignList", R"({"type":"object","required":["campaigns"],"properties":{
  "campaigns":{"type":"array","items":{"$ref":"#/components/schemas/Campaign"}}}})"},

    {"Campaign",
     R"({"type":"object","required":["campaign","waits_for","device_count","devices","orders","failures"],"properties":{
  "campaign":{"type":"string","description":"of a rule, `ban NAME`, or empty for otherwise"},
  "waits_for":{"type":"string","enum":["approval","go-on"]},
  "device_count":{"type":"integer"},
  "devices":{"type":"string","description":"digest of their names"},
  "orders":{"type":"integer","description":"that ended"},
  "failures":{"type":"integer"}}})"},

    {"CampaignWord", R"({"type":"object","required":["campaign"],"properties":{
  "campaign":{"type":"string"},
  "devices":{"type":"string","description":"only if it is about these"}}})"},

    {"Switches", R"({"type":"object","properties":{
  "all":{"type":"boolean"},
  "rules":{"type":"array","items":{"type":"string"}},
  "countries":{"type":"array","items":{"type":"string"}},
  "by":{"type":"string","readOnly":true},
  "at":{"type":"string","format":"date-time","readOnly":true}}})"},
};

}  // namespace

std::span<const RestSchema> rest_schemas() { return kSchemas; }

}  // namespace sojourn::service
