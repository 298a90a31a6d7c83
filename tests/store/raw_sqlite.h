// SQLite by hand, for tests that look at a store's file from outside or bring it out of order.
#pragma once

#include <cstdint>
#include <string>

namespace sojourn {

// Runs statements; fails the test when one fails. `row_checksum` is not known here.
void run_sql(const std::string& path, const std::string& sql);
// The one number that `sql` answers.
std::int64_t ask_sql(const std::string& path, const std::string& sql);

// Empty for what is not a file.
std::string file_content(const std::string& path);
void write_file(const std::string& path, const std::string& content);

}  // namespace sojourn
