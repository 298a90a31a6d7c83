// The public face of the store (sojourn/store.hpp).
#include <sojourn/store.hpp>

#include "adapters/store/memory_store.h"
#include "adapters/store/shared_store.h"
#include "adapters/store/sqlite_store.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::embed {
namespace {

// With the store behind it.
class OwnedStore final : public Store {
 public:
  explicit OwnedStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)), shared_(*inner_) {}

  Result<std::unique_ptr<StoreSnapshot>> snapshot() override { return shared_.snapshot(); }
  std::vector<Status> commit_group(std::span<const StoreTransaction> group) override {
    return shared_.commit_group(group);
  }

 private:
  std::unique_ptr<Store> inner_;
  SharedStore shared_;
};

}  // namespace

Expected<std::shared_ptr<Store>> open_store(const std::string& path) {
  auto file = open_sqlite_store({.path = path});
  if (file) return std::shared_ptr<Store>(std::make_shared<OwnedStore>(std::move(*file)));
  const Diagnostic& why = file.error();
  return Error{std::string(code_name(why.code)), why.message, why.help};
}

std::shared_ptr<Store> memory_store() { return std::make_shared<OwnedStore>(make_memory_store()); }

}  // namespace sojourn::embed
