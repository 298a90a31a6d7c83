// Places in source texts as people count them.
#include "engine/base/source.h"

#include <utility>

#include "tests/support/catch.h"

using namespace sojourn;

namespace {

void check_location(const SourceMap& sources, SourceId id, std::uint32_t offset, std::uint32_t line,
                    std::uint32_t column) {
  Location at = sources.location(Span{id, offset, offset});
  INFO("offset " << offset);
  CHECK(at.line == line);
  CHECK(at.column == column);
}

}  // namespace

TEST_CASE("lines and columns count from one") {
  SourceMap sources;
  SourceId id = sources.add("a.sojourn", "ab\n\ncd");
  check_location(sources, id, 0, 1, 1);
  check_location(sources, id, 1, 1, 2);
  check_location(sources, id, 2, 1, 3);  // the line break itself
  check_location(sources, id, 3, 2, 1);
  check_location(sources, id, 4, 3, 1);
  check_location(sources, id, 5, 3, 2);
  check_location(sources, id, 6, 3, 3);  // the end of the text
  CHECK(sources.location(Span{id, 4, 6}).path == "a.sojourn");
  CHECK(sources.text(Span{id, 4, 6}) == "cd");
}

TEST_CASE("columns count code points") {
  SourceMap sources;
  // Two, three and four bytes: é, €, 🛰.
  SourceId id = sources.add("u", "\xC3\xA9x\xE2\x82\xACy\xF0\x9F\x9B\xB0z");
  check_location(sources, id, 2, 1, 2);   // x
  check_location(sources, id, 6, 1, 4);   // y
  check_location(sources, id, 11, 1, 6);  // z
}

TEST_CASE("columns of a long line count code points") {
  SourceMap sources;
  // Every other character takes three bytes, so that characters lie across whatever is counted at
  // once.
  std::string text = "first\n";
  for (int i = 0; i < 5'000; ++i) text += "x\xE2\x82\xAC";
  SourceId id = sources.add("long", text);
  for (std::uint32_t pair = 0; pair < 5'000; ++pair) {
    Location at = sources.location(Span{id, 6 + 4 * pair, 6 + 4 * pair});
    Location next = sources.location(Span{id, 7 + 4 * pair, 7 + 4 * pair});
    bool right = at.line == 2 && at.column == 1 + 2 * pair && next.column == 2 + 2 * pair;
    if (!right) FAIL("pair " << pair << ": " << at.column << ", " << next.column);
  }
  check_location(sources, id, static_cast<std::uint32_t>(text.size()), 2, 10'001);
}

TEST_CASE("a tab is one column") {
  SourceMap sources;
  SourceId id = sources.add("t", "\t\tx");
  check_location(sources, id, 2, 1, 3);
}

TEST_CASE("line breaks of either kind end a line") {
  SourceMap sources;
  SourceId id = sources.add("c", "ab\r\ncd\r\n");
  check_location(sources, id, 4, 2, 1);
  check_location(sources, id, 8, 3, 1);
  CHECK(sources.line_at(id, 0) == "ab");
  CHECK(sources.line_at(id, 3) == "ab");
  CHECK(sources.line_at(id, 5) == "cd");
  CHECK(sources.line_at(id, 8).empty());
  CHECK(sources.line_begin(id, 6) == 4);
}

TEST_CASE("a line without a break, an empty text") {
  SourceMap sources;
  SourceId one = sources.add("one", "last");
  SourceId none = sources.add("none", "");
  CHECK(sources.line_at(one, 2) == "last");
  CHECK(sources.line_at(none, 0).empty());
  check_location(sources, none, 0, 1, 1);
  CHECK(sources.source_count() == 2);
  CHECK(sources.path(none) == "none");
}

TEST_CASE("texts do not move when others are added or the map is moved") {
  SourceMap sources;
  SourceId first = sources.add("first", "short");  // within a string's own bytes
  std::string_view text = sources.text(first);
  for (int i = 0; i < 100; ++i) sources.add("more", "x");
  CHECK(sources.text(first).data() == text.data());
  SourceMap moved = std::move(sources);
  CHECK(moved.text(first).data() == text.data());
  SourceMap assigned;
  assigned.add("gone", "y");
  assigned = std::move(moved);
  CHECK(assigned.text(first).data() == text.data());
  CHECK(assigned.source_count() == 101);
}
