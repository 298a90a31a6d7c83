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

// --- policies -----------------------------------------------------------------------------------
inline constexpr std::size_t kRulesMax = 200'000;
inline constexpr std::size_t kProfilesMax = 4'096;
inline constexpr std::size_t kAttributesMax = 1'024;
inline constexpr std::size_t kAreasMax = 16'384;
inline constexpr std::size_t kFeaturesMax = 65'535;
inline constexpr std::size_t kGraphFileBytesMax = std::size_t{1} << 32;

// --- geodata and drawn areas ----------------------------------------------------------------------
// The largest map, land and sea at 10 m, unpacks to 8 MB.
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

// --- protocol -----------------------------------------------------------------------------------
// The largest bound profile packages are a few hundred kilobytes.
inline constexpr std::size_t kDerBytesMax = 4u << 20;
inline constexpr int kDerDepthMax = 32;
// A bound profile package of 4 MB has 4,000 segments; a list of empty elements is not a message.
inline constexpr std::size_t kDerElementsMax = 65'536;

}  // namespace sojourn::limits
