#include "adapters/service/every_row.h"

#include <utility>

namespace sojourn::service {

Status every_row(const StoreSnapshot& snapshot, StoreRange range,
                 const std::function<Status(const StoreRow&)>& take, std::size_t rows_per_page) {
  while (true) {
    Result<std::vector<StoreRow>> page = snapshot.scan(range, rows_per_page);
    if (!page) return std::move(page).error();
    for (const StoreRow& row : *page) {
      if (Status taken = take(row); !taken) return taken;
    }
    if (page->size() < rows_per_page) return {};
    range = range.after(page->back().key);
  }
}

}  // namespace sojourn::service
