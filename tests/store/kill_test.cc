// kill -9 at random instants: every acknowledged batch is there, whole, under its own number.
//
//   SOJOURN_KILL_ROUNDS=10000 build-dev/tests/store/store_kill_test   # a soak
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "adapters/store/sqlite_store.h"
#include "tests/store/kill_batches.h"
#include "tests/store/seeds.h"
#include "tests/store/temp_directory.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

// Starts the child, kills it after `lifetime`, and returns what it said it had done.
std::string output_of_killed_child(const std::string& path, std::uint64_t life,
                                   std::chrono::microseconds lifetime) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::string life_text = std::to_string(life);
  pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execl(SOJOURN_KILL_CHILD, SOJOURN_KILL_CHILD, path.c_str(), life_text.c_str(), nullptr);
    ::_exit(3);
  }
  ::close(ends[1]);
  // Read while it lives, so that a full pipe does not hold it up.
  std::thread killer([&] {
    std::this_thread::sleep_for(lifetime);
    ::kill(child, SIGKILL);
  });
  std::string output;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    output.append(buffer, static_cast<std::size_t>(count));
  }
  ::close(ends[0]);
  killer.join();
  int status = 0;
  ::waitpid(child, &status, 0);
  INFO("the child ended by itself with " << WEXITSTATUS(status));
  CHECK(WIFSIGNALED(status));
  return output;
}

// Which life was told of each number.
using Acknowledged = std::map<std::uint64_t, std::uint64_t>;

void note_acknowledged(Acknowledged& acknowledged, const std::string& output, std::uint64_t life) {
  // A line without its end was cut off while it was written; the number before it stands.
  std::istringstream lines(output.substr(0, output.rfind('\n') + 1));
  for (std::uint64_t number = 0; lines >> number;) {
    bool fresh = acknowledged.emplace(number, life).second;
    if (!fresh) FAIL("number " << number << " was used again in life " << life);
  }
}

// The life that wrote batch `number`, whose rows must all be there and agree.
std::uint64_t life_of_batch(const StoreSnapshot& snapshot, std::uint64_t number) {
  auto rows = snapshot.scan(StoreRange::with_prefix(batch_key(number)), 100);
  REQUIRE(rows);
  if (rows->size() != row_count_of(number)) {
    FAIL("batch " << number << " has " << rows->size() << " rows of " << row_count_of(number));
  }
  std::uint64_t life =
      std::stoull(std::string(rows->front().value.begin(), rows->front().value.end()));
  for (std::uint64_t row = 0; row < rows->size(); ++row) {
    const StoreRow& found = (*rows)[row];
    if (found.key != row_key(number, row) || found.value != row_value(life, number)) {
      FAIL("row " << row << " of batch " << number << " is another's");
    }
  }
  return life;
}

void check_batches(const std::string& path, const Acknowledged& acknowledged) {
  auto store = open_sqlite_store({.path = path});
  if (!store) FAIL(store.error().message);
  auto snapshot = (*store)->snapshot();
  REQUIRE(snapshot);
  auto counter = (*snapshot)->read(counter_key());
  REQUIRE(counter);
  std::uint64_t newest = 0;
  if (*counter) newest = std::stoull(std::string((*counter)->begin(), (*counter)->end()));
  if (!acknowledged.empty()) CHECK(newest >= acknowledged.rbegin()->first);
  std::uint64_t row_count = 0;
  for (std::uint64_t number = 1; number <= newest; ++number) {
    std::uint64_t life = life_of_batch(**snapshot, number);
    auto told = acknowledged.find(number);
    if (told != acknowledged.end() && told->second != life) {
      FAIL("batch " << number << " was written by life " << life << ", told to " << told->second);
    }
    row_count += row_count_of(number);
  }
  auto all = (*snapshot)->scan(StoreRange::of_space(Space::audit), row_count + 1);
  REQUIRE(all);
  CHECK(all->size() == row_count);
}

}  // namespace

TEST_CASE("kill -9 loses nothing acknowledged, halves nothing, uses no number again") {
  std::uint64_t round_count = number_from_environment("SOJOURN_KILL_ROUNDS", 10);
  std::uint64_t seed = first_seed();
  INFO("SOJOURN_SEED=" << seed);
  std::mt19937_64 random(seed);
  TempDirectory directory;
  std::string path = directory.file("fleet.store");
  Acknowledged acknowledged;
  for (std::uint64_t life = 1; life <= round_count; ++life) {
    std::chrono::microseconds lifetime(1'000 + random() % 60'000);
    note_acknowledged(acknowledged, output_of_killed_child(path, life, lifetime), life);
    // In every other round the next child recovers the file, not the parent.
    if (random() % 2 == 0) check_batches(path, acknowledged);
    // A soak begins a new file from time to time, or checking would take all of it.
    if (acknowledged.size() > 2'000) {
      check_batches(path, acknowledged);
      std::filesystem::remove(path);
      path = directory.file("fleet-" + std::to_string(life) + ".store");
      acknowledged.clear();
    }
  }
  check_batches(path, acknowledged);
  CHECK(check_sqlite_store({.path = path}));
  CHECK((round_count < 10 || !acknowledged.empty()));
  std::printf("%llu kills, the last file has %llu acknowledged batches\n",
              static_cast<unsigned long long>(round_count),
              static_cast<unsigned long long>(acknowledged.size()));
}

}  // namespace sojourn
