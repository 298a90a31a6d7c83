// Traces in other forms, translated to the room's own: foreign bytes in, NDJSON lines out, so that
// everything behind it (blocks, threads, findings, `strict`) is the same for all.
//
//   Translation how{.form = TraceForm::csv, .mapping = text_of_the_mapping};
//   auto lines = translate(std::move(bytes), how);
//   if (!lines) return std::move(lines).error();
//
// What a row cannot give is passed on as it stands: the reader of NDJSON says what is wrong with
// it. A line of CSV, of CloudEvents or of Traccar's JSON keeps its number; GPX and SenML have none.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/telemetry/byte_stream.h"

namespace sojourn::telemetry {

enum class TraceForm : std::uint8_t {
  ndjson,
  csv,          // a header, and a mapping of columns; without one the columns are named like keys
  traccar,      // positions that Traccar exports, as CSV
  senml,        // LwM2M objects 3, 4, 6, 7 and 11 in SenML-JSON packs (RFC 8428)
  cloudevents,  // an envelope per line, the report under `data`
  gpx,          // positions only
};

// "csv"; absent for a word that is none.
std::optional<TraceForm> form_named(std::string_view name);
// By the end of a file's name (".csv", ".gpx", ".senml", before ".gz" and ".zst"); else ndjson.
TraceForm form_of_path(std::string_view path);

struct Translation {
  TraceForm form = TraceForm::ndjson;
  // csv: {"columns": {"ts": "Time", "position.speed": {"column": "Speed", "unit": "km/h"},
  //       "attributes.battery": "Bat"}, "time": "%d/%m/%Y %H:%M:%S", "offset": "-03:00",
  //       "separator": ";"}
  std::string mapping = {};
  // What every report is given that does not say it itself.
  std::string device = {};                                           // "" = nothing
  std::vector<std::pair<std::string, std::string>> attributes = {};  // name, value
};

// E0003: a mapping that cannot be used.
Result<std::unique_ptr<ByteStream>> translate(std::unique_ptr<ByteStream> bytes,
                                              const Translation& how);

}  // namespace sojourn::telemetry
