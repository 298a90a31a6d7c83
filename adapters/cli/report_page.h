// The page that draws a dry-run: report_page.html, kept in the program.
#pragma once

#include <string_view>

namespace sojourn::cli {

// The data stand in for this mark, as JSON.
inline constexpr std::string_view kReportDataMark = "{\"data\":\"here\"}";
extern const std::string_view kReportPage;

}  // namespace sojourn::cli
