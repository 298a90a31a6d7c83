// Whatever the bytes: a diagnostic, soon, and never a crash.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include <ctime>
#include <functional>
#include <random>

#include "engine/base/limits.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"

namespace sojourn::lang {
namespace {

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

// `d0` is a flag, each other definition says something of the one before; the last one is used.
// `backwards`: the last stands first.
std::string definitions(int count, std::string_view saying, bool backwards = false) {
  std::string text = "attribute a : flag\n";
  for (int i = 0; i <= count; ++i) {
    int at = backwards ? count - i : i;
    std::string before = fmt::format("d{}", at - 1);
    std::string said = at == 0 ? "a" : fmt::format(fmt::runtime(saying), before);
    text += fmt::format("define d{} = {}\n", at, said);
  }
  return text + fmt::format("when d{} then keep\notherwise keep\n", count);
}

std::string chain_of_regions(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("region r{} = r{}, BR\n", i, i + 1);
  return text +
         fmt::format("region r{} = BR\nwhen region in r0 then keep\notherwise keep\n", count);
}

TEST_CASE("hostile texts end in diagnostics, in linear time") {
  constexpr std::size_t kMega = std::size_t{1} << 20;
  std::mt19937 random(7);
  std::string noise(sojourn::testing::rounds(10 * kMega), ' ');
  for (char& c : noise) c = static_cast<char>(' ' + random() % 94);
  std::string lines = noise;
  for (std::size_t i = 60; i < lines.size(); i += 60) lines[i] = '\n';
  const std::pair<const char*, std::string> rows[] = {
      {"deep brackets", "when " + repeated("(", 100'000) + "a" + repeated(")", 100'000)},
      {"deep negation", "when " + repeated("not ", 100'000) + "a then keep"},
      {"a chain of sums", "when " + repeated("data within 1 day > ", 100'000) + "1 MB then keep"},
      {"noise on one line", noise},
      {"noise on many lines", lines},
      {"quotes without end", repeated("\"", sojourn::testing::rounds(10 * kMega))},
      {"unclosed quotes on many lines", repeated("rule \"\n", kMega)},
      {"a NUL byte", std::string("attribute a : flag\0", 19)},
      {"broken UTF-8", "attribute a : flag \xC3\x28"},
      {"an overlong form", "attribute a : flag \xC0\xAF"},
      {"a surrogate", "attribute a : flag \xED\xA0\x80"},
      {"half a character at the end", "attribute a : flag # \xE2\x82"},
      {"an endless word",
       "when " + repeated("a", sojourn::testing::rounds(10 * kMega)) + " then keep"},
      {"an endless number",
       "when a > " + repeated("9", sojourn::testing::rounds(10 * kMega)) + " then keep"},
      {"beginnings only", repeated("rule ", 2 * kMega)},
      {"ten million brackets", repeated("(", sojourn::testing::rounds(10 * kMega))},
  };
  for (const auto& [name, text] : rows) {
    INFO(name);
    std::clock_t begin = std::clock();
    testing::Loaded loaded = testing::load(text);
    double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    CHECK_FALSE(loaded.policy);
    CHECK(loaded.diagnostics.has_errors());
    CHECK(loaded.diagnostics.all().size() <= limits::kDiagnosticsMax);
    CHECK(seconds < 4);  // without optimisation; a release build takes well under one
    for (const Diagnostic& d : loaded.diagnostics.all()) {
      CHECK(render(d, loaded.sources).size() < 4096);
    }
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(NDEBUG)
// Loads what `make` makes in a process of its own: whether it was refused with diagnostics, the
// processor time, and the most memory it held.
struct Toll {
  bool refused = false;
  double seconds = 0;
  long kilobytes = 0;
};
Toll toll_of(const std::function<std::string()>& make) {
  pid_t child = fork();
  if (child == 0) {
    testing::Loaded loaded = testing::load(make());
    bool refused = !loaded.policy && loaded.diagnostics.has_errors() && !loaded.rendered().empty();
    _exit(refused ? 0 : 1);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return {WIFEXITED(status) && WEXITSTATUS(status) == 0,
          seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss};
}

TEST_CASE("whatever the bytes, a diagnostic within a second and 200 MB") {
  constexpr std::size_t kTenMega = std::size_t{10} << 20;
  auto garbage = [](unsigned from, unsigned count) {
    return [=] {
      std::mt19937 random(11);
      std::string text(kTenMega, ' ');
      for (char& c : text) c = static_cast<char>(from + random() % count);
      return text;
    };
  };
  const std::pair<const char*, std::function<std::string()>> rows[] = {
      {"garbage of all bytes", garbage(0, 256)},
      {"garbage of letters", garbage(' ', 95)},
      {"brackets within brackets",
       [] { return "when " + repeated("(", 100'000) + "a" + repeated(")", 100'000); }},
      {"NUL bytes", [] { return std::string(kTenMega, '\0'); }},
      {"broken UTF-8", [] { return "attribute a : flag # " + repeated("\xC3\x28", kTenMega / 2); }},
      {"a line without end", [] { return "when " + repeated("a or ", kTenMega / 5) + "a"; }},
      {"a word without end", [] { return "when " + repeated("a", kTenMega); }},
      {"declarations without end", [] { return repeated("rule when x then y\n", kTenMega / 19); }},
      {"comments, then nothing", [] { return repeated("# a\n", kTenMega / 4) + "when"; }},
      {"definitions that double", [] { return definitions(60, "{0} or {0}"); }},
      {"definitions that double under brackets",
       [] { return definitions(60, "({0} and not {0}) or (not {0} and {0})"); }},
      {"a chain of definitions, from its end", [] { return definitions(50'000, "{} and a"); }},
      {"a chain of definitions, from its beginning",
       [] { return definitions(50'000, "{} and a", true); }},
      {"a chain of regions", [] { return chain_of_regions(50'000); }},
  };
  for (const auto& [name, make] : rows) {
    Toll toll = toll_of(make);
    INFO(name << ": " << toll.seconds << " s, " << toll.kilobytes / 1024 << " MB");
    CHECK(toll.refused);
    CHECK(toll.seconds < 1);
    CHECK(toll.kilobytes < 200 * 1024);
  }
}
#endif

TEST_CASE("nesting is limited, at the limit and not before") {
  auto nested = [](int depth) {
    auto count = static_cast<std::size_t>(depth);
    return "attribute a : flag\nwhen " + repeated("(", count) + "a" + repeated(")", count) +
           " then keep\notherwise keep\n";
  };
  CHECK(testing::load(nested(limits::kNestingDepthMax - 1)).policy);
  CHECK(testing::load(nested(limits::kNestingDepthMax)).policy);
  testing::Loaded beyond = testing::load(nested(limits::kNestingDepthMax + 1));
  CHECK(beyond.codes() == "E0901");
}

TEST_CASE("definitions and regions stand in each other to a limit, and past it are told once") {
  CHECK(testing::load(definitions(30, "{} and a")).policy);
  CHECK(testing::load(definitions(30, "{} and a", true)).policy);
  CHECK(testing::load(chain_of_regions(limits::kNestingDepthMax - 1)).policy);
  for (bool backwards : {false, true}) {
    CHECK(testing::load(definitions(1'000, "{} and a", backwards)).codes() == "E0901");
  }
  CHECK(testing::load(definitions(60, "{0} or {0}")).codes() == "E0901");
  CHECK(testing::load(chain_of_regions(1'000)).codes() == "E0901");
}

TEST_CASE("a mutilated policy never crashes the compiler") {
  const std::string text =
      "policy p version \"1\"\nattribute a : x | y\nattribute n : number in %\nprofile q home BR\n"
      "rule r overrides s when region in BR and (a = x or n > 5%) for 10 minutes then profile = q\n"
      "rule s when not a = y on at least 3 consecutive days then keep, hold 1 hour\n"
      "test \"t\"\n given a = x\n at 2026-01-01 10:00 network 724-05\n expect keep\n";
  unsigned seed = 99;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < sojourn::testing::rounds(3000); ++round) {
    std::string broken = text;
    for (int edits = 1 + static_cast<int>(random() % 3); edits > 0; --edits) {
      std::size_t at = random() % broken.size();
      switch (random() % 3) {
        case 0:
          broken.erase(at, 1 + random() % 5);
          break;
        case 1:
          broken.insert(at, 1, static_cast<char>(random() % 256));
          break;
        default:
          broken.insert(at, broken.substr(random() % broken.size(), random() % 12));
          break;
      }
    }
    testing::Loaded loaded = testing::load(broken);
    CHECK(loaded.policy.has_value() != loaded.diagnostics.has_errors());
    for (const Diagnostic& d : loaded.diagnostics.all()) {
      CHECK_FALSE(render(d, loaded.sources).empty());
    }
  }
}

}  // namespace
}  // namespace sojourn::lang
