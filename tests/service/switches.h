// The switches of cards, as the cards tell them and as the evidence proves them.
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace sojourn::testing {

// Between the marks, as it stands there; "" when it is not there.
inline std::string between(const std::string& line, const std::string& begin,
                           const std::string& end) {
  std::size_t at = line.find(begin);
  if (at == std::string::npos) return {};
  at += begin.size();
  return line.substr(at, line.find(end, at) - at);
}

// A line per thing that happened: how many switches there are in it, by device.
inline void count_switches(const std::string& happened,
                           std::map<std::string, std::size_t>& counts) {
  for (std::size_t at = 0; at < happened.size();) {
    std::size_t end = happened.find('\n', at);
    std::string line = happened.substr(at, end - at);
    at = end + 1;
    if (line.find(" enabled ") != std::string::npos) ++counts[line.substr(0, line.find(' '))];
  }
}

// The switches that the evidence proves, by device.
inline std::map<std::string, std::size_t> proven_switches(const std::string& chain) {
  std::map<std::string, std::size_t> counts;
  for (std::size_t at = 0; at < chain.size();) {
    std::size_t end = chain.find('\n', at);
    std::string line = chain.substr(at, end - at);
    at = end + 1;
    bool done = line.find(R"(\"result\":\"done\",\"command\":\"enable\")") != std::string::npos;
    if (done) ++counts[between(line, R"("device":")", "\"")];
  }
  return counts;
}

}  // namespace sojourn::testing
