// Named limits: everything that input can drive has one, with the reason for its size.
// Reaching a limit is a diagnostic (code E0900 and up), never a crash or a hang.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sojourn::limits {

// --- rule files ---------------------------------------------------------------------------------
// A policy of 100,000 rules is about 12 MB; ten times that is not a rule file any more.
inline constexpr std::size_t kSourceBytesMax = 128u << 20;
// Deeper nesting than a person can read; keeps every recursion over conditions shallow.
inline constexpr int kNestingDepthMax = 100;
// One run shows at most this many diagnostics; the rest are counted.
inline constexpr std::size_t kDiagnosticsMax = 100;
// One run keeps at most this many to choose those from; some megabytes.
inline constexpr std::size_t kDiagnosticsKeptMax = 10'000;
// Longer words are no misspelt names; keeps "did you mean" cheap among 100,000 names.
inline constexpr std::size_t kSpellingBytesMax = 64;
inline constexpr std::size_t kImportDepthMax = 16;
// A name or a text in quotes; the longest sentence about a law is shorter.
inline constexpr std::size_t kWordBytesMax = 2'048;
// Ten years of one report every hour; a test beyond that is a trace.
inline constexpr std::size_t kTestStepsMax = 100'000;
// Parts of one declaration. A test of kTestStepsMax lines has fewer; a condition of a million words
// is no condition, and its tree would take hundreds of megabytes.
inline constexpr std::size_t kDeclarationNodesMax = 1'000'000;

// --- policies -----------------------------------------------------------------------------------
inline constexpr std::size_t kRulesMax = 200'000;
inline constexpr std::size_t kProfilesMax = 4'096;
inline constexpr std::size_t kAttributesMax = 1'024;
inline constexpr std::size_t kAreasMax = 16'384;
inline constexpr std::size_t kFeaturesMax = 65'535;
// Each ban is judged with every profile; laws are a few dozen.
inline constexpr std::size_t kBansMax = 1'024;
inline constexpr std::size_t kGuardsMax = 1'024;
inline constexpr std::size_t kRolloutStagesMax = 100;
// Warning of a violation more than a year ahead is no notice.
inline constexpr std::int32_t kNoticeDaysMax = 366;
inline constexpr std::size_t kGraphFileBytesMax = std::size_t{1} << 32;

// --- geodata and drawn areas
// ---------------------------------------------------------------------- The largest map, land and
// sea at 10 m, unpacks to 8 MB.
inline constexpr std::size_t kGeodataBytesMax = 128u << 20;
inline constexpr std::size_t kGeodataTextBytesMax = 400;
// A coast drawn by hand has thousands of corners, one exported from a survey a million.
inline constexpr std::size_t kGeoJsonBytesMax = 64u << 20;
inline constexpr int kGeoJsonDepthMax = 32;
inline constexpr std::size_t kAreaCornersMax = 2'000'000;

// --- traces -------------------------------------------------------------------------------------
// A report is a few hundred bytes; a line of a megabyte is not a report.
inline constexpr std::size_t kTraceLineBytesMax = 1u << 20;
inline constexpr int kTraceJsonDepthMax = 32;
// Bad lines quoted per kind in a summary.
inline constexpr std::size_t kQuotedLinesMax = 10;
// Enough of a quoted line to recognise it in a terminal.
inline constexpr std::size_t kQuotedLineBytesMax = 160;
// Lines are handed out in blocks large enough to hide the cost of a hand-over between threads.
inline constexpr std::size_t kTraceBlockBytes = 1u << 20;
// Unknown keys named in a summary; the rest are counted together.
inline constexpr std::size_t kTraceUnknownKeysMax = 64;
// Every file of a merge stays open; below the usual limit of 1,024 open files.
inline constexpr std::size_t kTraceFilesMax = 900;

// --- store --------------------------------------------------------------------------------------
// A tenant's name is typed by people and stands in every key.
inline constexpr std::size_t kTenantBytesMax = 64;
// Keys are a handful of identifiers; a small key keeps the tree of rows flat.
inline constexpr std::size_t kStoreKeyBytesMax = 1024;
// The largest rows are bound profile packages (kDerBytesMax) with what we note beside them.
inline constexpr std::size_t kStoreValueBytesMax = 16u << 20;
// A snapshot holds a connection; more than this alive at once is a leak, not a use.
inline constexpr std::size_t kStoreSnapshotsMax = 256;

// --- plans --------------------------------------------------------------------------------------
// Today's cards hold about ten profiles; a list of more is cut, not refused.
inline constexpr std::size_t kCardProfilesMax = 64;
// Quarantines, and kinds of commands that failed, per device: the oldest gives way.
inline constexpr std::size_t kPlanRowsMax = 64;

// --- protocol -----------------------------------------------------------------------------------
// The largest bound profile packages are a few hundred kilobytes.
inline constexpr std::size_t kDerBytesMax = 4u << 20;
inline constexpr int kDerDepthMax = 32;
// A bound profile package of 4 MB has 4,000 segments; a list of empty elements is not a message.
inline constexpr std::size_t kDerElementsMax = 65'536;

// --- ESipa transport ----------------------------------------------------------------------------
// Devices send results, lists and authentication data: a few kilobytes. (What we send may be a
// bound profile package, kDerBytesMax.)
inline constexpr std::size_t kEsipaRequestBytesMax = 256u << 10;
// Requests that wait for an SM-DP+: each holds a thread, or a place in the queue.
inline constexpr std::size_t kEsipaWaitingThreads = 8;
inline constexpr std::size_t kEsipaWaitingQueueMax = 256;
// Devices repeat after 5 s; a busy eIM wants them later than that.
inline constexpr unsigned kEsipaRetryAfterSeconds = 30;
// About 40 kB of memory and one descriptor each.
inline constexpr std::size_t kHttpsConnectionsMax = 4'096;
// Beyond the limit so many more are told 503; further ones are closed unheard.
inline constexpr std::size_t kHttpsRefusalsMax = 64;
// An IPA sends six short header lines.
inline constexpr std::size_t kHttpsHeaderBytesMax = 8u << 10;
// A handshake over NB-IoT takes seconds.
inline constexpr unsigned kHttpsHandshakeMs = 20'000;
// From the first byte of a request to its last; a slower peer is dead or hostile.
inline constexpr unsigned kHttpsRequestMs = 20'000;
// The card works between two requests of a procedure: seconds, with a download a minute.
inline constexpr unsigned kHttpsIdleMs = 75'000;
// An answer of 4 MB at 64 kB/s.
inline constexpr unsigned kHttpsWriteMs = 60'000;
// libcoap walks all sessions of a context again and again: beyond a thousand it crawls. More
// devices want more ports. At the limit the session that was silent longest gives way.
inline constexpr unsigned kCoapSessionsMax = 1'000;
// A device that restarted and comes back from its old port is deaf until its old session ends; a
// card works for seconds between two requests of a procedure.
inline constexpr unsigned kCoapIdleSeconds = 60;
// Handshakes that hang, their senders perhaps forged, must not keep others out.
inline constexpr unsigned kCoapHandshakesMax = 500;
// Bodies coming in and answers going out, all sessions of a context together.
inline constexpr std::size_t kCoapKeptBytesMax = 64u << 20;
// How long a server that stops waits for the requests in its hands.
inline constexpr unsigned kServerStopMs = 2'000;

}  // namespace sojourn::limits
