#include "tests/store/sqlite_backend.h"

#include <unistd.h>

#include "tests/store/faulty_disk.h"
#include "tests/store/temp_directory.h"
#include "tests/support/catch.h"

namespace sojourn {
namespace {

class SqliteBackend final : public StoreBackend {
 public:
  explicit SqliteBackend(DiskKind kind) : kind_(kind) {
    options_.path = directory_.file("fleet.store");
    options_.log_pages_max = 40;  // so that rows are carried over often
    if (kind == DiskKind::real) return;
    options_.vfs = FaultyDisk::kName;
    FaultyDisk& disk = FaultyDisk::plug_in();
    if (kind == DiskKind::lying) disk.ignore_syncs();
  }

  bool durable() const override { return true; }

  std::unique_ptr<Store> open() override {
    auto store = open_sqlite_store(options_);
    if (!store) FAIL(store.error().message);
    return std::move(*store);
  }

  void lose_power(std::unique_ptr<Store> store) override {
    if (kind_ == DiskKind::real) return;
    static FaultyDisk disk;
    disk.cut_power();
    store.reset();
    ::unlink((options_.path + "-shm").c_str());  // memory, not disk
    disk.restore_power();
  }

 private:
  TempDirectory directory_;
  SqliteStoreOptions options_;
  DiskKind kind_;
};

}  // namespace

std::unique_ptr<StoreBackend> make_sqlite_backend(DiskKind kind) {
  return std::make_unique<SqliteBackend>(kind);
}

}  // namespace sojourn
