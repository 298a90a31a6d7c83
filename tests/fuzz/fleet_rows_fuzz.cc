// What the service reads back about its fleet, as a damaged store may hold it. Bytes are rows of
// the fleet, each a byte with the length of its key, the key, two bytes with the length of its
// value (lowest first), the value; and then, whole, what the fleet said to a device. Each is
// refused, or it goes on: minutes pass, devices are told, and what is stored of that is read again.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "adapters/service/files.h"
#include "adapters/service/fleet_word_text.h"
#include "adapters/service/live_fleet.h"
#include "adapters/service/policy.h"
#include "engine/runtime/fleet_rows.h"
#include "tests/support/fake_gazetteer.h"

namespace {

using namespace sojourn;

constexpr std::string_view kPolicy = R"(policy fleet
  timezone UTC
  settle 0 minutes
attribute apn : text valid 400 days
profile global home FR iccid 8933*
profile vivo   home BR iccid 8955* download "smdp.vivo.example"
rule move when network in BR then profile = vivo, rollout 1%, 10%, 100% each 24 hours
rule crowd when more than 2 devices with the same apn then alert "crowded"
guard at most 20% of fleet per 24 hours except for bans
guard at most 2 devices per hour
guard approval when more than 2 devices
guard abort when at least 20% fail after at least 2
otherwise keep
)";

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

using Rows = std::map<std::string, Bytes>;

Rows rows_in(ByteView bytes) {
  Rows rows;
  auto take = [&](std::size_t count) {
    ByteView part = bytes.first(std::min(count, bytes.size()));
    bytes = bytes.subspan(part.size());
    return part;
  };
  while (!bytes.empty()) {
    ByteView key = take(take(1)[0]);
    ByteView length = take(2);
    if (length.size() < 2) break;
    ByteView value = take(static_cast<std::size_t>(length[0] | length[1] << 8));
    rows[std::string(key.begin(), key.end())] = Bytes(value.begin(), value.end());
  }
  return rows;
}

std::optional<FleetRowReader::Fleet> read_fleet(std::shared_ptr<const PreparedPolicy> policy,
                                                const Rows& rows) {
  FleetRowReader reader(std::move(policy));
  for (const auto& [key, value] : rows) {
    if (!reader.read(key, value)) return std::nullopt;
  }
  return reader.finish();
}

// Goes on with a fleet that was read, and reads it again at each minute.
void go_on(const std::shared_ptr<const PreparedPolicy>& policy, Rows rows) {
  auto fleet = read_fleet(policy, rows);
  if (!fleet) return;
  if (!fleet->same) rows.clear();
  FleetMinutes& minutes = *fleet->minutes;
  for (int i = 0; i < 4; ++i) {
    for (FleetRow& row : minutes.take_changes()) {
      if (row.value) {
        rows[row.key] = std::move(*row.value);
      } else {
        rows.erase(row.key);
      }
    }
    auto again = read_fleet(policy, rows);
    if (!again || !again->same || again->minutes->size() != minutes.size())
      fail("what is stored is not read again");
    if (again->minutes->due() != minutes.due()) fail("another minute is due");
    for (FleetMember m = 0; m < minutes.size(); ++m) {
      if (again->minutes->name(m) != minutes.name(m)) fail("another name");
      if (!(again->minutes->word(m) == minutes.word(m))) fail("another word");
    }
    if (again->minutes->waiting().size() != minutes.waiting().size()) fail("others wait");
    if (minutes.due() == kNever) break;
    minutes.pass(minutes.due());
  }
}

void read_word(const PreparedPolicy& policy, const FleetWord& like, std::string_view text) {
  auto word = service::fleet_word_from(text, like, policy.table());
  if (!word) return;
  std::string written = service::fleet_word_text(*word, policy.table());
  auto again = service::fleet_word_from(written, like, policy.table());
  if (!again || !(*again == *word)) fail("a word that was written reads as another");
}

std::shared_ptr<const PreparedPolicy> prepared() {
  testing::FakeGazetteer world;
  service::DiskFiles files;
  service::PolicyCheck check = service::check_policy("fleet.sojourn", kPolicy, files, world);
  if (!check.runnable) fail("the policy does not compile");
  return check.runnable.prepared;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<const PreparedPolicy> policy = prepared();
  static const std::shared_ptr<const FleetWord> like = service::first_word(policy);
  go_on(policy, rows_in({data, size}));
  read_word(*policy, *like, {reinterpret_cast<const char*>(data), size});
  return 0;
}
