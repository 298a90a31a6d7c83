#include "adapters/cli/story_edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace sojourn::cli {
namespace {

constexpr std::string_view kGiven = "  given ";

// "a = b, c = {d, e}" at its outer commas.
std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  bool quoted = false;
  for (char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && c == '{') ++depth;
    if (!quoted && c == '}') --depth;
    if (c == ',' && depth == 0 && !quoted) {
      parts.emplace_back();
    } else if (c != ' ' || !parts.back().empty()) {
      parts.back() += c;
    }
  }
  return parts;
}

// Where the parts of a report begin: behind "  at 2026-07-01 12:00 " or "  every day .. to DATE ".
std::size_t report_begin(const std::string& line) {
  int words = line.starts_with("  every ") ? 8 : line.starts_with("  at ") ? 3 : 0;
  std::size_t at = words == 0 ? std::string::npos : 2;
  for (int i = 0; i < words && at != std::string::npos; ++i) {
    at = line.find(' ', at);
    if (at != std::string::npos) ++at;
  }
  return at;
}

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// "724-05" in the policy's own words for a network of this country code; absent when there is none.
std::optional<std::string> named_network(const std::string& text, const std::string& mcc) {
  for (std::size_t at = text.find(mcc + "-"); at != std::string::npos;
       at = text.find(mcc + "-", at + 1)) {
    std::size_t end = at + 4;
    while (end < text.size() && is_digit(text[end])) ++end;
    bool whole = (at == 0 || !is_digit(text[at - 1])) && end - at >= 6 && end - at <= 7 &&
                 (end == text.size() || text[end] != '-');
    if (whole) return text.substr(at, end - at);
  }
  return std::nullopt;
}

}  // namespace

StoryEdit with_plain_networks(const std::string& policy_text) {
  return [&policy_text](const Story& story) -> std::optional<Story> {
    Story edited = story;
    for (std::string& line : edited) {
      const std::string word = "network ";
      std::size_t at = line.find(word);
      if (at == std::string::npos || line.size() < at + word.size() + 3) continue;
      std::size_t begin = at + word.size();
      std::size_t end = std::min(line.find(',', begin), line.size());
      std::string mcc = line.substr(begin, 3);
      line.replace(begin, end - begin, named_network(policy_text, mcc).value_or(mcc + "-01"));
    }
    return edited == story ? std::nullopt : std::optional(edited);
  };
}

StoryEdit with_round_numbers() {
  return [](const Story& story) -> std::optional<Story> {
    if (story.empty() || !story[0].starts_with(kGiven)) return std::nullopt;
    Story edited = story;
    std::string& line = edited[0];
    for (std::size_t dot = line.find('.'); dot != std::string::npos;
         dot = line.find('.', dot + 1)) {
      std::size_t end = dot + 1;
      while (end < line.size() && is_digit(line[end])) ++end;
      bool number = dot > 0 && is_digit(line[dot - 1]) && end - dot == 7;
      if (number) line.erase(dot, end - dot);
    }
    return edited == story ? std::nullopt : std::optional(edited);
  };
}

StoryEdit without_part(const std::string& word) {
  return [word](const Story& story) -> std::optional<Story> {
    Story edited = story;
    for (std::string& line : edited) {
      std::size_t begin = report_begin(line);
      if (begin == std::string::npos || begin >= line.size()) continue;
      std::vector<std::string> parts = parts_of(std::string_view(line).substr(begin));
      std::erase_if(parts, [&](const std::string& part) { return part.starts_with(word); });
      if (parts.empty()) return std::nullopt;
      line = line.substr(0, begin) + fmt::format("{}", fmt::join(parts, ", "));
    }
    return edited == story ? std::nullopt : std::optional(edited);
  };
}

StoryEdit without_given(std::size_t index) {
  return [index](const Story& story) -> std::optional<Story> {
    if (story.empty() || !story[0].starts_with(kGiven)) return std::nullopt;
    std::vector<std::string> parts = parts_of(std::string_view(story[0]).substr(kGiven.size()));
    if (index >= parts.size()) return std::nullopt;
    parts.erase(parts.end() - 1 - static_cast<std::ptrdiff_t>(index));
    Story edited(story.begin() + 1, story.end());
    if (!parts.empty()) {
      edited.insert(edited.begin(), fmt::format("{}{}", kGiven, fmt::join(parts, ", ")));
    }
    return edited;
  };
}

}  // namespace sojourn::cli
