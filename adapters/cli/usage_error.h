// Private to the command.
#pragma once

#include <string>
#include <vector>

#include "engine/base/diagnostic.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace sojourn::cli {

// What is wrong with a command line, in the words of every other error. The library says which
// kind it is; which word of which command is found by reading the line once more.
Diagnostic usage_error(CLI::App& app, const std::vector<std::string>& words,
                       const CLI::ParseError& error);

}  // namespace sojourn::cli
