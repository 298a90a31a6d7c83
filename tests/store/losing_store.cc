#include "tests/store/losing_store.h"

#include <mutex>
#include <utility>

#include "tests/store/model.h"

namespace sojourn {
namespace {

using SharedModel = std::shared_ptr<const StoreModel>;

struct LosingDisk {
  SharedModel synced = std::make_shared<StoreModel>();
  SharedModel written = synced;
};

class LosingSnapshot final : public StoreSnapshot {
 public:
  explicit LosingSnapshot(SharedModel model) : model_(std::move(model)) {}
  Result<std::optional<Bytes>> read(const StoreKey& key) const override {
    auto row = model_->find(key);
    return row == model_->end() ? std::optional<Bytes>() : row->second;
  }
  Result<std::vector<StoreRow>> scan(const StoreRange& range, std::size_t row_count_max,
                                     ScanOrder order) const override {
    return scan_model(*model_, range, row_count_max, order);
  }

 private:
  SharedModel model_;
};

class LosingStore final : public Store {
 public:
  LosingStore(LosingDisk& disk, Syncing syncing) : disk_(disk), syncing_(syncing) {}

  Result<std::unique_ptr<StoreSnapshot>> snapshot() override {
    std::lock_guard hold(mutex_);
    return std::unique_ptr<StoreSnapshot>(std::make_unique<LosingSnapshot>(disk_.written));
  }

  std::vector<Status> commit_group(std::span<const StoreTransaction> group) override {
    auto model = std::make_shared<StoreModel>(*disk_.written);
    std::vector<Status> answers;
    for (const StoreTransaction& transaction : group) {
      Status answer = check_limits(transaction);
      if (answer && !apply_to_model(*model, transaction)) {
        answer = conflict_at(transaction.expectations().front());
      }
      answers.push_back(std::move(answer));
    }
    std::lock_guard hold(mutex_);
    disk_.written = std::move(model);
    if (syncing_ == Syncing::on) disk_.synced = disk_.written;
    return answers;
  }

 private:
  std::mutex mutex_;
  LosingDisk& disk_;
  Syncing syncing_;
};

class LosingBackend final : public StoreBackend {
 public:
  explicit LosingBackend(Syncing syncing) : syncing_(syncing) {}
  bool durable() const override { return true; }
  std::unique_ptr<Store> open() override { return std::make_unique<LosingStore>(disk_, syncing_); }
  void lose_power(std::unique_ptr<Store> store) override {
    store.reset();
    disk_.written = disk_.synced;
  }

 private:
  LosingDisk disk_;
  Syncing syncing_;
};

}  // namespace

std::unique_ptr<StoreBackend> make_losing_backend(Syncing syncing) {
  return std::make_unique<LosingBackend>(syncing);
}

}  // namespace sojourn
