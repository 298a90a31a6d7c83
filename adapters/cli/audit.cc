// sojourn audit fetch, verify, show: gets, checks and reads the evidence chain; of files offline.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>

#include "adapters/cli/commands.h"
#include "adapters/cli/record_text.h"
#include "adapters/cli/service_ask.h"
#include "adapters/service/stored_chain.h"
#include "adapters/store/sqlite_store.h"
#include "engine/base/diagnostic_code.h"
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
  constexpr std::streamsize kLineBytesMax = 16 << 20;  // as the store's longest value
  std::string line(kLineBytesMax + 1, '\0');
  while (in.getline(line.data(), kLineBytesMax + 1)) {
    auto length = static_cast<std::size_t>(in.gcount() - (in.eof() ? 0 : 1));
    if (!take(line.substr(0, length))) return {};
  }
  if (in.gcount() == kLineBytesMax) {
    return make_diagnostic(Code::E0901, fmt::format("`{}` has a line longer than any record", path),
                           "name a chain, as `sojourn audit fetch` writes it, or a store");
  }
  if (in.bad() || (path != "-" && std::filesystem::is_directory(path))) {
    return make_diagnostic(Code::E0001, fmt::format("cannot read `{}`", path), "check the path");
  }
  return {};
}

// The records of a service's chain, in their order.
Status fetch_chain(ServiceClient& client,
                   const std::function<Status(std::string_view line)>& take) {
  for (std::uint64_t from = 0;;) {
    auto lines = client.send("GET", fmt::format("/v1/audit?from={}&limit=10000", from));
    if (!lines) return std::move(lines).error();
    if (lines->empty()) return {};
    for (std::string_view rest = *lines; !rest.empty();) {
      std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      if (Status taken = take(line); !taken) return taken;
      auto head = chain_head(line);  // some may be missing before it
      from = head ? head->sequence + 1 : from + 1;
    }
  }
}

bool is_store(const std::string& path) {
  constexpr std::string_view kMagic = "SQLite format 3";
  std::string begin(kMagic.size(), '\0');
  return path != "-" && std::ifstream(path, std::ios::binary).read(begin.data(), kMagic.size()) &&
         begin == kMagic;
}

// "1 record", "1,200 records".
std::string records(std::string_view word, const ChainVerifier& verifier) {
  std::uint64_t count = verifier.record_count();
  return fmt::format("{} {}{}", grouped(count), word, count == 1 ? "" : "s");
}

// One chain under `sojourn audit verify`.
class Verification {
 public:
  Verification(const AuditOptions& options, Console& console)
      : options_(options), console_(console), reached_(options.head.empty()) {}

  // From elsewhere than the chain itself; absent: nothing is known.
  void expect(const std::optional<ChainHead>& head) {
    if (head) verifier_.expect(*head);
  }
  Status check(std::string_view line) {
    Status sound = verifier_.check(line);
    reached_ = reached_ || to_hex(verifier_.head()) == options_.head;
    return sound;
  }
  std::uint64_t record_count() const { return verifier_.record_count(); }
  // `read`: how reading it ended. `of`: whose chain it is, where that is to be said.
  int tell(Status read, const std::string& of = {}) {
    if (read) read = verifier_.end();
    if (read && !reached_) {
      read = make_diagnostic(Code::E0020, fmt::format("no record has the head `{}`", options_.head),
                             "records are missing at the end, or it is the head of another chain");
    }
    if (!read && read.error().code != Code::E0020) return console_.fail(read.error());
    std::string head = to_hex(verifier_.head());
    if (options_.format == OutputFormat::json) {
      console_.print(fmt::format("{{\"unbroken\":{},\"records\":{},\"head\":\"{}\"}}\n", read.ok(),
                                 record_count(), head));
    } else if (read) {
      console_.print(
          fmt::format("{}{}, unbroken; head {}\n", of, records("record", verifier_), head));
    } else {
      console_.print(fmt::format("{}broken after {}\n", of, records("sound record", verifier_)));
    }
    if (read) return kClean;
    console_.fail(read.error());
    return kFindings;
  }

 private:
  const AuditOptions& options_;
  Console& console_;
  ChainVerifier verifier_;
  bool reached_;
};

int verify_served(const AuditOptions& options, Console& console) {
  auto client = ServiceClient::open(options.where, "read");
  if (!client) return console.fail(client.error());
  auto head = ask_chain_head(*client);
  if (!head) return console.fail(head.error());
  Verification verification(options, console);
  verification.expect(*head);
  return verification.tell(
      fetch_chain(*client, [&](std::string_view line) { return verification.check(line); }));
}

int verify_store(const AuditOptions& options, Console& console) {
  auto store = open_sqlite_store({.path = options.file, .create = false});
  if (!store) {
    Diagnostic why = std::move(store).error();
    if (why.code == Code::E0017) why.help = "while it runs: `sojourn audit verify --service DIR`";
    return console.fail(why);
  }
  auto snapshot = (*store)->snapshot();
  if (!snapshot) return console.fail(snapshot.error());
  auto tenants = service::tenants_with_chains(**snapshot);
  if (!tenants) return console.fail(tenants.error());
  int code = kClean;
  for (const std::string& tenant : *tenants) {
    if (!options.where.tenant.empty() && tenant != options.where.tenant) continue;
    service::Keys keys(tenant);
    auto head = service::noted_chain_head(**snapshot, keys);
    if (!head) return console.fail(head.error());
    Verification verification(options, console);
    verification.expect(*head);
    Status read = service::every_record(
        **snapshot, keys, [&](std::string_view line) { return verification.check(line); });
    code = std::max(code, verification.tell(std::move(read), tenant + ": "));
  }
  return code;
}

int verify_file(const AuditOptions& options, Console& console) {
  Verification verification(options, console);
  Status sound;
  Status read = for_each_line(options.file, [&](const std::string& line) {
    sound = verification.check(line);
    return sound.ok();
  });
  if (!read) return console.fail(read.error());
  if (sound && verification.record_count() == 0) {
    return console.fail(make_diagnostic(Code::E0003, fmt::format("`{}` is empty", options.file),
                                        "a chain has one record at least"));
  }
  return verification.tell(std::move(sound));
}

}  // namespace

int run_audit_fetch(const ServiceOptions& options, Console& console) {
  auto client = ServiceClient::open(options.where, "read");
  if (!client) return console.fail(client.error());
  Status fetched = fetch_chain(*client, [&](std::string_view line) -> Status {
    console.print(fmt::format("{}\n", line));
    return {};
  });
  return fetched ? kClean : console.fail(fetched.error());
}

int run_audit_verify(const AuditOptions& options, Console& console) {
  if (options.file.empty() && options.where.folder.empty() && options.where.port == 0) {
    return console.fail(make_diagnostic(Code::E0003, "which chain to verify was not said",
                                        "name a file, a store, or a service by `--service DIR`"));
  }
  if (options.file.empty()) return verify_served(options, console);
  return is_store(options.file) ? verify_store(options, console) : verify_file(options, console);
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
