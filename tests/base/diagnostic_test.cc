// Diagnostics: the catalogue of codes, the list of a run, the text that people read.
#include "engine/base/diagnostic.h"

#include <algorithm>
#include <cctype>
#include <random>
#include <set>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"

using namespace sojourn;

namespace {

// The first place of `part` in the source.
Span span_of(const SourceMap& sources, SourceId id, std::string_view part) {
  std::size_t begin = sources.text(id).find(part);
  REQUIRE(begin != std::string_view::npos);
  return Span{id, static_cast<std::uint32_t>(begin),
              static_cast<std::uint32_t>(begin + part.size())};
}

void check_render(const std::string& name, const Diagnostic& diagnostic, const SourceMap& sources,
                  RenderOptions options = {}) {
  test::check_golden("diagnostics_render/" + name + ".txt", render(diagnostic, sources, options));
}

Diagnostic at(std::uint32_t source, std::uint32_t begin, std::string message,
              Severity severity = Severity::error) {
  Diagnostic diagnostic =
      make_diagnostic(Code::E0006, Span{{source}, begin, begin + 1}, std::move(message));
  diagnostic.severity = severity;
  return diagnostic;
}

std::string messages(const DiagnosticList& list) {
  std::string text;
  for (const Diagnostic& diagnostic : list.all()) text += diagnostic.message + " ";
  return text;
}

}  // namespace

TEST_CASE("every code has a name of its own, a title and a story") {
  std::set<std::string_view> names, titles;
  for (std::size_t i = 0; i < code_count(); ++i) {
    Code code = code_at(i);
    std::string_view name = code_name(code);
    std::string_view title = code_title(code);
    std::string_view story = code_story(code);
    INFO(name);
    CHECK(names.insert(name).second);
    CHECK(titles.insert(title).second);
    CHECK(find_code(name) == code);
    REQUIRE(name.size() == 5);
    CHECK(std::all_of(name.begin() + 1, name.end(), [](char c) { return c >= '0' && c <= '9'; }));
    Severity expected = name[0] == 'E'   ? Severity::error
                        : name[0] == 'P' ? Severity::broken_promise
                        : name[0] == 'W' ? Severity::warning
                                         : Severity::note;
    CHECK(std::string_view("EPWN").find(name[0]) != std::string_view::npos);
    CHECK(code_severity(code) == expected);
    // Style: a short title of lower case without a full stop; a story of whole sentences.
    REQUIRE_FALSE(title.empty());
    CHECK(title.size() <= 60);
    CHECK(title.back() != '.');
    bool capitalised =
        std::isupper(static_cast<unsigned char>(title[0])) != 0 &&
        (title.size() < 2 || std::islower(static_cast<unsigned char>(title[1])) != 0);
    CHECK_FALSE(capitalised);
    REQUIRE(story.size() > 40);
    CHECK(std::string_view(".`?").find(story.back()) != std::string_view::npos);
    CHECK(story.find("  ") == std::string_view::npos);
  }
  CHECK_FALSE(find_code("E9999").has_value());
  CHECK_FALSE(find_code("e0001").has_value());
  CHECK_FALSE(find_code("").has_value());
}

TEST_CASE("a list is sorted by place, without repetitions") {
  DiagnosticList list;
  list.add(at(1, 0, "e"));
  list.add(at(0, 9, "d"));
  list.add(at(0, 5, "c"));
  list.add(at(0, 5, "b"));
  list.add(at(0, 5, "c"));
  list.add(make_diagnostic(Code::E0001, "a"));
  list.add(at(0, 5, "b"));
  list.finish();
  CHECK(messages(list) == "a b c d e ");
  CHECK(list.dropped_count() == 0);
  list.add(at(0, 0, "first"));
  list.add(at(0, 9, "d"));
  list.finish();
  CHECK(messages(list) == "a first b c d e ");
}

TEST_CASE("a list knows what is in it") {
  DiagnosticList list;
  CHECK_FALSE(list.above_notes());
  list.add(at(0, 0, "n", Severity::note));
  CHECK_FALSE(list.above_notes());
  list.add(at(0, 0, "w", Severity::warning));
  CHECK(list.above_notes());
  CHECK_FALSE(list.has_broken_promises());
  list.add(at(0, 0, "p", Severity::broken_promise));
  CHECK(list.has_broken_promises());
  CHECK_FALSE(list.has_errors());
  list.add(at(0, 0, "e", Severity::error));
  CHECK(list.has_errors());
}

TEST_CASE("a list shows at most its limit, and what is beyond is counted") {
  for (std::size_t count : {limits::kDiagnosticsMax - 1, limits::kDiagnosticsMax,
                            limits::kDiagnosticsMax + 1, limits::kDiagnosticsKeptMax + 7}) {
    INFO(count);
    DiagnosticList list;
    for (std::size_t i = 0; i < count; ++i) {
      list.add(at(0, static_cast<std::uint32_t>(i), "m", Severity::warning));
    }
    list.finish();
    CHECK(list.all().size() == std::min(count, limits::kDiagnosticsMax));
    CHECK(list.all().size() + list.dropped_count() == count);
  }
  DiagnosticList repeated;
  for (std::size_t i = 0; i < 2 * limits::kDiagnosticsMax; ++i) repeated.add(at(0, 0, "m"));
  repeated.finish();
  CHECK(repeated.all().size() == 1);
  CHECK(repeated.dropped_count() == 0);
}

TEST_CASE("an error is not hidden by the warnings before it") {
  DiagnosticList list;
  for (std::uint32_t i = 0; i < 300; ++i) list.add(at(0, i, "warning", Severity::warning));
  list.add(at(0, 400, "error"));
  list.finish();
  CHECK(list.all().size() == limits::kDiagnosticsMax);
  CHECK(list.all().front().message == "warning");
  CHECK(list.all().back().message == "error");
  CHECK(list.dropped_count() == 201);
}

TEST_CASE("rendering: golden files") {
  SourceMap sources;
  SourceId policy = sources.add("rules/latam.sojourn",
                                "policy latam\n"
                                "\n"
                                "when region is BR\tand dwell > 90 days use brazil-1\n"
                                "zone s\xC3\xA3o-paulo = circle(-23.5, -46.6, 40 km)\r\n"
                                "when zone is \xE6\x9D\xB1\xE4\xBA\xAC use tokyo\n");
  SourceId profiles = sources.add("rules/profiles.sojourn", "profile brazil-2 in BR\n");

  check_render("no_place",
               make_diagnostic(Code::E0001, "cannot read `latam.sojourn`",
                               "check the path; `-` reads standard input"),
               sources);

  Diagnostic word = make_diagnostic(Code::E0006, span_of(sources, policy, "brazil-1"),
                                    "unknown profile `brazil-1`", "did you mean `brazil-2`?");
  word.labels.push_back({span_of(sources, profiles, "brazil-2"), "declared here"});
  check_render("word_with_label_and_help", word, sources);
  check_render("word_with_label_and_help_in_colour", word, sources, {.colour = true});

  Diagnostic notes =
      make_diagnostic(Code::E0006, span_of(sources, policy, "policy latam"), "notes");
  notes.notes = {"a device in BR:\n  day 0   enters\n\n  day 90  is banned", "and one more"};
  check_render("notes", notes, sources);

  check_render("after_wide_letters",
               make_diagnostic(Code::E0006, span_of(sources, policy, "circle"), "after two bytes"),
               sources);
  check_render("of_wide_letters",
               make_diagnostic(Code::E0006, span_of(sources, policy, "\xE6\x9D\xB1\xE4\xBA\xAC"),
                               "unknown zone `\xE6\x9D\xB1\xE4\xBA\xAC`"),
               sources);
  check_render(
      "over_several_lines",
      make_diagnostic(Code::E0006, Span{policy, 7, 40}, "only the first line is underlined"),
      sources);
  check_render("line_break",
               make_diagnostic(Code::E0006, Span{policy, 12, 13}, "unexpected end of line"),
               sources);
  auto end = static_cast<std::uint32_t>(sources.text(policy).size());
  check_render("end_of_file",
               make_diagnostic(Code::E0006, Span{policy, end, end}, "unexpected end of file"),
               sources);
  for (Severity severity : {Severity::note, Severity::warning, Severity::broken_promise}) {
    Diagnostic mild = make_diagnostic(Code::E0006, span_of(sources, policy, "when"), "of severity");
    mild.severity = severity;
    check_render("severity_" + std::to_string(static_cast<int>(severity)), mild, sources);
  }
}

TEST_CASE("rendering: long lines are cut between letters around the place") {
  SourceMap sources;
  std::string letters;
  for (int i = 0; i < 500; ++i) letters += "\xC3\xA9";  // two bytes each
  SourceId id = sources.add("long", letters + "HERE" + letters);
  check_render("long_line",
               make_diagnostic(Code::E0006, span_of(sources, id, "HERE"), "in the middle"),
               sources);
  check_render("long_span",
               make_diagnostic(Code::E0006, Span{id, 0, static_cast<std::uint32_t>(letters.size())},
                               "longer than a screen"),
               sources);
}

TEST_CASE("rendering: what could trick a terminal is shown as a question mark") {
  SourceMap sources;
  const std::string hostile =
      "a\x1b[31mb\x7f\xC2\x9B"
      "c\xE2\x80\xAE"
      "d\xFF\xC3 e\xED\xA0\x80";
  SourceId id = sources.add("x\x1b]0;title\x07", hostile + " HERE\n");
  Diagnostic diagnostic = make_diagnostic(Code::E0006, span_of(sources, id, "HERE"),
                                          "unknown `" + hostile + "`", hostile);
  diagnostic.labels.push_back({span_of(sources, id, "HERE"), hostile});
  diagnostic.notes.push_back(hostile);
  check_render("hostile", diagnostic, sources);
}

TEST_CASE("rendering any bytes, any span: valid text, aligned underline") {
  constexpr std::uint32_t kSeed = 20260404;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 400, ' ');
    for (char& c : text) {
      constexpr std::string_view kLikely = "ab \t\r\n\xC3\xA9\xE2\x82\xAC\xF0\x9F\x9B\xB0";
      c = random() % 8 == 0 ? static_cast<char>(random()) : kLikely[random() % kLikely.size()];
    }
    SourceMap sources;
    SourceId id = sources.add("any", text);
    auto size = static_cast<std::uint32_t>(text.size());
    auto begin = static_cast<std::uint32_t>(random() % (size + 1));
    auto end = begin + static_cast<std::uint32_t>(random() % (size - begin + 1));
    std::string out =
        render(make_diagnostic(Code::E0006, Span{id, begin, end}, text, text), sources);
    bool printable = std::all_of(out.begin(), out.end(), [](char c) {
      return c == '\n' || static_cast<unsigned char>(c) >= 0x20;
    });
    if (!printable) FAIL("round " << round);
    // The underline stays within the line that it marks, or directly behind it.
    std::size_t line_begin = out.rfind('\n', out.find('^') - 1);
    std::size_t shown_begin = out.rfind('\n', line_begin - 1) + 1;
    auto columns = [](std::string_view line) {
      return std::count_if(line.begin(), line.end(),
                           [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; });
    };
    std::string_view all = out;
    std::size_t mark_end = out.find_last_of('^') + 1;
    std::string_view shown = all.substr(shown_begin, line_begin - shown_begin);
    auto shown_columns = columns(shown) + (shown.ends_with(" |") ? 1 : 0);
    if (text.find('^') == std::string::npos &&
        columns(all.substr(line_begin + 1, mark_end - line_begin - 1)) > shown_columns + 1) {
      FAIL("round " << round << "\n" << out);
    }
  }
}

TEST_CASE("did you mean: within two edits, one for short words") {
  const std::vector<std::string_view> words = {"berlin",  "bern", "region",
                                               "network", "BR",   "settle"};
  struct Row {
    std::string_view word;
    std::string_view nearest;
  };
  for (const Row& row : std::initializer_list<Row>{{"berln", "berlin"},
                                                   {"berlinn", "berlin"},
                                                   {"berlni", "berlin"},  // neighbours exchanged
                                                   {"ebrlni", "berlin"},  // twice
                                                   {"bxrlxn", "berlin"},  // two changed
                                                   {"bxrlxx", ""},        // three changed
                                                   {"regoin", "region"},
                                                   {"netwrk", "network"},
                                                   {"newtrok", "network"},
                                                   {"bar", ""},
                                                   {"BRX", "BR"},
                                                   {"BXX", ""},
                                                   {"B", "BR"},
                                                   {"RB", "BR"},
                                                   {"settle", "settle"},
                                                   {"", ""},
                                                   {"completely", ""}}) {
    INFO(row.word);
    CHECK(nearest_spelling(row.word, words) == row.nearest);
  }
  CHECK(nearest_spelling("word", {}).empty());
  // Of a short word one letter may be wrong, and not its only one.
  CHECK(nearest_spelling("stay", {"tag"}).empty());
  CHECK(nearest_spelling("h", {"s"}).empty());
  CHECK(nearest_spelling("H", {"h"}) == "h");
  CHECK(nearest_spelling("NB-IOT", {"nb-iot", "lte"}) == "nb-iot");
  CHECK(nearest_spelling("LTE", {"lte", "LTD"}) == "LTD");  // one edit as well, and first
  // Equally near: the first by alphabet, in whatever order they come.
  CHECK(nearest_spelling("cat", {"cut", "bat", "car"}) == "bat");
  CHECK(nearest_spelling("cat", {"bat", "car", "cut"}) == "bat");
}

TEST_CASE("did you mean: words up to the limit, and no longer") {
  for (std::size_t size : {limits::kSpellingBytesMax - 1, limits::kSpellingBytesMax}) {
    std::string candidate = std::string(size, 'a') + "bc";
    CHECK(nearest_spelling(std::string(size, 'a'), {candidate}) == candidate);
  }
  std::string long_word(limits::kSpellingBytesMax + 1, 'a');
  CHECK(nearest_spelling(long_word, {long_word}).empty());
}

TEST_CASE("did you mean: agrees with the whole table of distances") {
  auto slow_distance = [](std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
      for (std::size_t j = 0; j <= b.size(); ++j) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        d[i][j] = std::min(
            {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
          d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.size()][b.size()];
  };
  constexpr std::uint32_t kSeed = 20260405;
  INFO("seed " << kSeed);
  std::mt19937 random(kSeed);
  for (int round = 0; round < 20'000; ++round) {
    std::string a(random() % 8, 'a'), b(random() % 8, 'a');
    for (char& c : a) c = static_cast<char>('a' + random() % 3);
    for (char& c : b) c = static_cast<char>('a' + random() % 3);
    bool another_letter = a.size() == 1 && b.size() == 1 && a != b;
    bool near =
        slow_distance(a, b) <= (std::min(a.size(), b.size()) <= 3 ? 1u : 2u) && !another_letter;
    bool found = nearest_spelling(a, {b}) == b && !b.empty();
    if (found != (near && !b.empty())) FAIL("`" << a << "` and `" << b << "`");
  }
}
