// sojourn audit verify|show FILE: checks and reads the evidence chain, offline.
#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "adapters/cli/commands.h"
#include "adapters/cli/record_text.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "engine/runtime/audit_chain.h"

namespace sojourn::cli {
namespace {

// Calls `take` with each line; false stops.
template <class Take>
Status for_each_line(const std::string& path, const Take& take) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file)
      return make_diagnostic(Code::E0001, fmt::format("cannot read `{}`", path), "check the path");
  }
  std::istream& in = path == "-" ? std::cin : file;
  std::string line;
  while (std::getline(in, line)) {
    if (!take(line)) break;
  }
  return {};
}

// "1 record", "1,200 records".
std::string records(std::string_view word, const ChainVerifier& verifier) {
  std::uint64_t count = verifier.record_count();
  return fmt::format("{} {}{}", grouped(count), word, count == 1 ? "" : "s");
}

}  // namespace

int run_audit_verify(const AuditOptions& options, Console& console) {
  ChainVerifier verifier;
  Status broken;
  bool reached = options.head.empty();
  Status read = for_each_line(options.file, [&](const std::string& line) {
    broken = verifier.check(line);
    reached = reached || to_hex(verifier.head()) == options.head;
    return broken.ok();
  });
  if (!read) return console.fail(read.error());
  if (broken.ok() && verifier.record_count() == 0) {
    return console.fail(make_diagnostic(Code::E0003, fmt::format("`{}` is empty", options.file),
                                        "a chain has one record at least"));
  }
  if (broken.ok() && !reached) {
    broken = make_diagnostic(Code::E0020, fmt::format("no record has the head `{}`", options.head),
                             "records are missing at the end, or it is the head of another chain");
  }
  if (options.format == OutputFormat::json) {
    console.print(fmt::format("{{\"unbroken\":{},\"records\":{},\"head\":\"{}\"}}\n", broken.ok(),
                              verifier.record_count(), to_hex(verifier.head())));
    return broken.ok() ? kClean : (console.fail(broken.error()), kFindings);
  }
  if (!broken) {
    console.print(fmt::format("broken after {}\n", records("sound record", verifier)));
    console.fail(broken.error());
    return kFindings;
  }
  console.print(
      fmt::format("{}, unbroken; head {}\n", records("record", verifier), to_hex(verifier.head())));
  return kClean;
}

int run_audit_show(const AuditOptions& options, Console& console) {
  ChainVerifier verifier;
  Status broken;
  Status read = for_each_line(options.file, [&](const std::string& line) {
    broken = verifier.check(line);
    if (!broken) return false;
    std::string shown = options.pseudonymise ? *pseudonymise(line) : line;
    if (options.format == OutputFormat::text) {
      RecordText record = record_text(shown);
      shown = fmt::format("{}  {}  {}", record.time, record.device.empty() ? "-" : record.device,
                          record.text);
    }
    console.print(shown + "\n");
    return true;
  });
  if (!read) return console.fail(read.error());
  if (!broken) return console.fail(broken.error()), kFindings;
  return kClean;
}

}  // namespace sojourn::cli
