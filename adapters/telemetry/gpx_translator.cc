// GPX 1.1: the points of tracks and routes, as they come by. Not an XML parser: a point is what
// lies between `<trkpt` and `</trkpt>`, and of it only what a position needs.
#include <algorithm>
#include <optional>

#include "adapters/telemetry/translator.h"
#include "engine/base/limits.h"

namespace sojourn::telemetry {
namespace {

constexpr std::string_view kPoints[] = {"trkpt", "rtept"};

// The value of `name="..."` in a tag.
std::optional<std::string_view> attribute(std::string_view tag, std::string_view name) {
  std::string key = " " + std::string(name) + "=";
  std::size_t at = tag.find(key);
  if (at == std::string_view::npos || at + key.size() >= tag.size()) return std::nullopt;
  char quote = tag[at + key.size()];
  std::size_t begin = at + key.size() + 1;
  std::size_t end = tag.find(quote, begin);
  if (quote != '"' && quote != '\'') return std::nullopt;
  if (end == std::string_view::npos) return std::nullopt;
  return tag.substr(begin, end - begin);
}

// The text of `<name>` or `<prefix:name>` within a point.
std::optional<std::string_view> content(std::string_view point, std::string_view name) {
  for (std::size_t at = point.find(name); at != std::string_view::npos;
       at = point.find(name, at + 1)) {
    bool opens = at > 0 && (point[at - 1] == '<' || point[at - 1] == ':');
    std::size_t close = at + name.size();
    if (!opens || close >= point.size() || point[close] != '>') continue;
    std::size_t end = point.find('<', close);
    if (end == std::string_view::npos || point.substr(end, 2) != "</") continue;
    std::string_view text = point.substr(close + 1, end - close - 1);
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return text;
  }
  return std::nullopt;
}

class GpxTranslator final : public Translator {
 public:
  explicit GpxTranslator(const Translation& how) : constants_(how) {}

  void feed(std::string_view text, std::string& out) override {
    text_ += text;
    std::size_t used = 0;
    while (std::optional<std::size_t> end = next_point(used, out)) used = *end;
    // What is left is at most the beginning of one point.
    text_.erase(0, std::max(used, begin_of_rest(used)));
    if (text_.size() > limits::kTraceLineBytesMax) pass_on_rest(out);
  }
  void finish(std::string& out) override { pass_on_rest(out); }

 private:
  // Where the first point from `from` on ends, after it was written; absent when none ends here.
  std::optional<std::size_t> next_point(std::size_t from, std::string& out) {
    for (std::size_t at = text_.find('<', from); at != std::string::npos;
         at = text_.find('<', at + 1)) {
      for (std::string_view name : kPoints) {
        if (text_.compare(at + 1, name.size(), name) != 0) continue;
        std::size_t tag_end = text_.find('>', at);
        if (tag_end == std::string::npos) return std::nullopt;
        if (text_[tag_end - 1] == '/') {
          write({text_.data() + at, tag_end + 1 - at}, {}, out);
          return tag_end + 1;
        }
        std::string closing = "</" + std::string(name);
        std::size_t end = text_.find(closing, tag_end);
        if (end == std::string::npos) return std::nullopt;
        write({text_.data() + at, tag_end + 1 - at}, {text_.data() + tag_end, end - tag_end}, out);
        return end + closing.size();
      }
    }
    return std::nullopt;
  }

  // A point that does not end is passed on cut, as a line to be refused and told where reports are.
  void pass_on_rest(std::string& out) {
    constexpr std::size_t kShownBytes = 200;
    bool point = std::any_of(std::begin(kPoints), std::end(kPoints), [&](std::string_view name) {
      return text_.compare(0, name.size() + 1, "<" + std::string(name)) == 0;
    });
    if (point) {
      std::string shown = text_.substr(0, kShownBytes);
      std::replace_if(
          shown.begin(), shown.end(), [](unsigned char c) { return c < ' '; }, ' ');
      out += shown + "\n";
    }
    text_.clear();
  }

  // Text before the last beginning of a point, or of a tag, is of no use any more.
  std::size_t begin_of_rest(std::size_t used) const {
    std::size_t first = std::string::npos;
    for (std::string_view name : kPoints) {
      first = std::min(first, text_.find("<" + std::string(name), used));
    }
    if (first != std::string::npos) return first;
    std::size_t tag = text_.rfind('<');
    return tag == std::string::npos || text_.size() - tag > 16 ? text_.size() : tag;
  }

  void write(std::string_view tag, std::string_view point, std::string& out) {
    ReportText report;
    if (auto time = content(point, "time")) report.add("ts", *time);
    if (auto lat = attribute(tag, "lat")) report.add("position.lat", *lat);
    if (auto lon = attribute(tag, "lon")) report.add("position.lon", *lon);
    if (auto altitude = content(point, "ele")) report.add("position.altitude", *altitude);
    if (auto speed = content(point, "speed")) report.add("position.speed", *speed);
    constants_.add_to(report);
    out += report.take();
  }

  Constants constants_;
  std::string text_;
};

}  // namespace

std::unique_ptr<Translator> make_gpx_translator(const Translation& how) {
  return std::make_unique<GpxTranslator>(how);
}

}  // namespace sojourn::telemetry
