// Rows per second of the durable store: 300-byte rows, every commit synced.
//
//   build/tests/bench/store_bench                      # on the disk of the temporary directory
//   TMPDIR=/srv build/tests/bench/store_bench          # on another
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "adapters/store/memory_store.h"
#include "adapters/store/sqlite_store.h"

namespace sojourn {
namespace {

constexpr std::size_t kRowBytes = 300;
constexpr std::uint64_t kDeviceCount = 1'000'000;
constexpr std::uint64_t kStoredCount = 100'000;

std::unique_ptr<Store> fresh_sqlite_store() {
  std::string path =
      (std::filesystem::temp_directory_path() / ("sojourn-bench-" + std::to_string(::getpid())))
          .string();
  for (const char* suffix : {"", "-wal", "-shm", "-lock"}) {
    std::filesystem::remove(path + suffix);
  }
  return std::move(open_sqlite_store({.path = path})).value();
}

StoreKey device_key(std::uint64_t device) {
  return StoreKey(Space::histories, "acme", 1).add_unsigned(device);
}

StoreKey record_key(std::uint64_t number) {
  return StoreKey(Space::audit, "acme", 1).add_unsigned(number);
}

void fill(Store& store) {
  for (std::uint64_t device = 0; device < kStoredCount;) {
    StoreTransaction rows;
    for (int i = 0; i < 10'000; ++i) rows.put(device_key(device++), Bytes(kRowBytes, 1));
    if (!store.commit(rows)) std::abort();
  }
}

void report_rows(benchmark::State& state, std::int64_t rows_per_iteration) {
  state.SetItemsProcessed(state.iterations() * rows_per_iteration);
}

// Histories of devices that report in no order.
void BM_commit_scattered(benchmark::State& state) {
  auto store = fresh_sqlite_store();
  std::mt19937_64 random(1);
  for (auto _ : state) {
    StoreTransaction rows;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      rows.put(device_key(random() % kDeviceCount), Bytes(kRowBytes, 1));
    }
    if (!store->commit(rows)) return state.SkipWithError("commit failed");
  }
  report_rows(state, state.range(0));
}
BENCHMARK(BM_commit_scattered)->Arg(1)->Arg(100)->Arg(1000)->MinTime(2)->UseRealTime();

// Records of the audit chain, each after the last.
void BM_commit_appended(benchmark::State& state) {
  auto store = fresh_sqlite_store();
  std::uint64_t number = 0;
  for (auto _ : state) {
    StoreTransaction rows;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      rows.put(record_key(number++), Bytes(kRowBytes, 1));
    }
    if (!store->commit(rows)) return state.SkipWithError("commit failed");
  }
  report_rows(state, state.range(0));
}
BENCHMARK(BM_commit_appended)->Arg(1)->Arg(100)->Arg(1000)->MinTime(2)->UseRealTime();

// A whole observation's effect as its own transaction: a history expected and put, a record.
void BM_commit_group(benchmark::State& state) {
  auto store = fresh_sqlite_store();
  fill(*store);
  std::mt19937_64 random(1);
  std::uint64_t number = 0;
  Bytes value(kRowBytes, 1);
  for (auto _ : state) {
    std::vector<StoreTransaction> group(static_cast<std::size_t>(state.range(0)));
    for (StoreTransaction& effect : group) {
      StoreKey key = device_key(random() % kStoredCount);
      effect.expect(key, value).put(key, value).put(record_key(number++), value);
    }
    for (const Status& answer : store->commit_group(group)) {
      if (!answer) return state.SkipWithError("commit failed");
    }
  }
  report_rows(state, state.range(0) * 2);
}
BENCHMARK(BM_commit_group)->Arg(1)->Arg(100)->Arg(1000)->MinTime(2)->UseRealTime();

void BM_read(benchmark::State& state) {
  auto store = fresh_sqlite_store();
  fill(*store);
  auto snapshot = std::move(store->snapshot()).value();
  std::mt19937_64 random(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(snapshot->read(device_key(random() % kStoredCount)));
  }
  report_rows(state, 1);
}
BENCHMARK(BM_read);

void BM_snapshot_and_read(benchmark::State& state) {
  auto store = fresh_sqlite_store();
  fill(*store);
  std::mt19937_64 random(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(store->read(device_key(random() % kStoredCount)));
  }
  report_rows(state, 1);
}
BENCHMARK(BM_snapshot_and_read);

// What a restart does: every history, page by page.
void BM_scan_all(benchmark::State& state) {
  auto store = fresh_sqlite_store();
  fill(*store);
  auto snapshot = std::move(store->snapshot()).value();
  for (auto _ : state) {
    StoreRange rest = StoreRange::of_space(Space::histories);
    for (bool more = true; more;) {
      auto page = snapshot->scan(rest, 1000);
      more = page && !page->empty();
      if (more) rest = rest.after(page->back().key);
    }
  }
  report_rows(state, kStoredCount);
}
BENCHMARK(BM_scan_all);

void BM_memory_commit(benchmark::State& state) {
  auto store = make_memory_store();
  std::mt19937_64 random(1);
  for (auto _ : state) {
    StoreTransaction rows;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      rows.put(device_key(random() % kStoredCount), Bytes(kRowBytes, 1));
    }
    if (!store->commit(rows)) return state.SkipWithError("commit failed");
  }
  report_rows(state, state.range(0));
}
BENCHMARK(BM_memory_commit)->Arg(1)->Arg(1000);

}  // namespace
}  // namespace sojourn
