// Private. All rows of a range, page by page: a range may be larger than memory should hold.
#pragma once

#include <functional>

#include "engine/base/store.h"

namespace sojourn::service {

inline constexpr std::size_t kRowsPerPage = 1'000;

// In the order of their keys. Ends at the first row that `take` does not take, with its error.
Status every_row(const StoreSnapshot& snapshot, StoreRange range,
                 const std::function<Status(const StoreRow&)>& take,
                 std::size_t rows_per_page = kRowsPerPage);

}  // namespace sojourn::service
