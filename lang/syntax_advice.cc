#include "lang/syntax_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/habits.h"
#include "lang/spoken_words.h"
#include "lang/tokens.h"
#include "lang/words.h"

namespace sojourn::lang {
namespace {

std::size_t code_point_length(std::string_view rest) {
  auto lead = static_cast<unsigned char>(rest[0]);
  std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  return std::min(length, rest.size());
}

// What stands at a place: the span of it and how to call it.
struct Found {
  std::size_t length = 0;
  std::string words;
  std::string_view word;  // when it is a word
};

// "U+200B": copied along from a web page or a word processor, and shown by no editor; "" = no such.
std::string_view invisible_name(std::string_view rest) {
  constexpr std::pair<std::string_view, std::string_view> kInvisible[] = {
      {"\u200B", "U+200B"}, {"\u200C", "U+200C"}, {"\u200D", "U+200D"}, {"\u200E", "U+200E"},
      {"\u200F", "U+200F"}, {"\u2060", "U+2060"}, {"\uFEFF", "U+FEFF"}, {"\u00AD", "U+00AD"}};
  for (auto [character, name] : kInvisible) {
    if (rest.starts_with(character)) return name;
  }
  return {};
}

Found found_at(const SyntaxTree& tree, std::size_t offset) {
  std::string_view rest = tree.text.substr(offset);
  constexpr std::size_t kShownMax = 40;
  if (rest.empty()) {
    return {0, tree.excerpt == nullptr ? "the end of the file" : "the end of the cell", {}};
  }
  if (std::size_t length = name_length(rest)) {
    if (length > kShownMax) return {length, "a very long word", {}};
    return {length, fmt::format("`{}`", rest.substr(0, length)), rest.substr(0, length)};
  }
  if (rest[0] == '"') {
    std::size_t end = std::min({rest.find('"', 1), rest.find('\n', 1), rest.size() - 1});
    std::size_t length = std::min(end + 1, rest.size());
    return {length, "a text in quotes", {}};
  }
  std::size_t length = std::max(foreign_sign_length(rest), code_point_length(rest));
  if (std::string_view name = invisible_name(rest); !name.empty()) {
    return {length, fmt::format("an invisible character, {}", name), {}};
  }
  return {length, fmt::format("`{}`", rest.substr(0, length)), {}};
}

Span span_of(const SyntaxTree& tree, std::size_t begin, std::size_t length) {
  return tree.place(begin, begin + length);
}

std::string joined(std::string_view first, std::string_view second) {
  if (first.empty() || second.empty()) return std::string(first).append(second);
  return fmt::format("{}; {}", first, second);
}

// Words people write where one of ours is meant.
std::string_view declaration_meant(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kSynonyms = {{
      {"if", "when"},
      {"where", "when"},
      {"else", "otherwise"},
      {"default", "otherwise"},
      {"enum", "attribute"},
      {"var", "attribute"},
      {"attr", "attribute"},
      {"let", "define"},
      {"def", "define"},
      {"zone", "region"},
      {"operator", "profile"},
      {"include", "import"},
  }};
  for (auto [theirs, ours] : kSynonyms) {
    if (word == theirs) return ours;
  }
  return nearest_spelling(word, declaration_words());
}

const std::vector<std::string_view>& action_words() {
  static const std::vector<std::string_view> kActions = {
      "profile", "keep", "preload",  "delete",  "fallback", "alert",
      "task",    "hold", "approval", "between", "rollout",  "requires"};
  return kActions;
}

// The words of the language that may stand where the expectation arose.
std::vector<std::string_view> words_expected(const Expectation& expected) {
  std::string_view what = expected.what;
  if (what == "an action") return action_words();
  if (what == "a type") return {"flag", "text", "country", "number", "set"};
  if (what == "a limit") return {"approval", "abort", "at"};
  if (what == "an outcome") {
    return {"keep", "profile", "alert", "task", "no", "by", "ban", "suppressed"};
  }
  // `then`: the condition could have gone on as well.
  if (what == "`then`") {
    return {"then", "and", "or", "for", "within", "on",
            "per",  "is",  "in", "has", "known",  "unknown"};
  }
  if (what == "`when`") return {"when", "overrides", "timezone"};
  // The first word of everything in backticks.
  std::vector<std::string_view> words;
  for (std::size_t at = what.find('`'); at != std::string_view::npos; at = what.find('`', at + 1)) {
    std::string_view quoted = what.substr(at + 1);
    std::size_t length = name_length(quoted);
    if (length > 0) words.push_back(quoted.substr(0, length));
    at = what.find('`', at + 1);
    if (at == std::string_view::npos) break;
  }
  return words;
}

// Words that go on with a declaration, for one that begins nothing; and what they go on with.
struct Continuation {
  std::string_view word, of;
};
constexpr Continuation kContinuations[] = {
    {"and", "a condition"},
    {"or", "a condition"},
    {"within", "a condition"},
    {"per", "a condition"},
    {"then", "a rule"},
    {"overrides", "a rule"},
    {"version", "`policy`"},
    {"owner", "`policy`"},
    {"first-match", "`policy`"},
    {"settle", "`policy`"},
    {"carry", "`policy`"},
    {"lead", "`policy`"},
    {"view", "`policy`"},
    {"timezone", "`policy`, a rule or a ban"},
    {"valid", "an attribute"},
    {"home", "a profile"},
    {"iccid", "a profile"},
    {"plmn", "a profile"},
    {"download", "a profile"},
    {"breakout", "a profile"},
    {"cost", "a profile"},
    {"never", "a ban"},
    {"source", "a ban"},
    {"certainty", "a ban"},
    {"notice", "a ban"},
    {"assuming", "a ban"},
    {"remedy", "a ban"},
    {"counting", "a ban"},
    {"from", "a ban or a condition"},
    {"until", "a ban or a condition"},
    {"except", "a guard"},
    {"given", "a test"},
    {"expect", "a test"},
    {"every", "a test"},
    {"device", "a test"},
};

const Continuation* continuation_meant(std::string_view word) {
  std::vector<std::string_view> words;
  for (const Continuation& known : kContinuations) words.push_back(known.word);
  std::string_view meant = nearest_spelling(word, words);
  for (const Continuation& known : kContinuations) {
    if (known.word == meant) return &known;
  }
  return nullptr;
}

std::string_view action_meant(std::string_view word) {
  const std::vector<std::string_view>& kActions = action_words();
  return std::find(kActions.begin(), kActions.end(), word) != kActions.end() ? word : "";
}

// The length of the valid UTF-8 sequence at the beginning of `rest`; 0 when it is not one
// (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view rest) {
  auto byte = [&](std::size_t i) {
    return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0u;
  };
  auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    bool second = tail(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF);
    return second && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    bool second = tail(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF);
    return second && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

bool is_forbidden_control(unsigned char c) {
  return (c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\v') || c == 0x7F;
}

}  // namespace

bool check_encoding(const SourceMap& sources, SourceId source, DiagnosticList& diagnostics) {
  std::string_view text = sources.text(source);
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = utf8_length(text.substr(at, 4));
    auto byte = static_cast<unsigned char>(text[at]);
    if (length != 0 && !is_forbidden_control(byte)) {
      at += length;
      continue;
    }
    Span span{source, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + 1)};
    std::string message =
        length == 0 ? fmt::format("the byte 0x{:02x} is not UTF-8", byte)
                    : fmt::format("the control byte 0x{:02x} does not belong in a text", byte);
    diagnostics.add(make_diagnostic(Code::E0101, span, message,
                                    "save the file as UTF-8 text; a word processor's or a "
                                    "compressed file cannot be read"));
    return false;
  }
  return true;
}

namespace {

// Several words are expected and the first of them stand there: what is missing is the next.
// (`when at least` where `when more than` was written: `at least` after `when`.)
struct Remainder {
  std::size_t offset = 0, read_end = 0;
  std::string what, where;
};

std::optional<Remainder> remainder_of(const SyntaxTree& tree, std::size_t offset,
                                      std::string_view what) {
  std::size_t close = what.find('`', 1);
  bool one_phrase = what.starts_with('`') && close != std::string_view::npos &&
                    what.find('`', close + 1) == std::string_view::npos;
  if (!one_phrase) return std::nullopt;
  std::string_view words = what.substr(1, close - 1), read;
  Remainder rest{offset, offset, {}, {}};
  for (std::size_t blank = words.find(' '); blank != std::string_view::npos;
       blank = words.find(' ')) {
    std::string_view word = words.substr(0, blank);
    std::string_view text = tree.text.substr(rest.offset);
    if (name_length(text) != word.size() || !text.starts_with(word)) break;
    rest.read_end = rest.offset + word.size();
    rest.offset = rest.read_end + measure_gap(tree.text.substr(rest.read_end));
    read = word;
    words.remove_prefix(blank + 1);
  }
  if (read.empty()) return std::nullopt;
  rest.what = fmt::format("`{}`{}", words, what.substr(close + 1));
  rest.where = fmt::format("after `{}`", read);
  return rest;
}

constexpr std::string_view kCellOfValues =
    "several values in a cell are separated by commas, and the cell stands in quotes: `\"AR, BR\"`";

}  // namespace

Diagnostic advise(const SyntaxTree& tree, std::size_t offset, std::size_t last_token_end,
                  const Expectation& expected) {
  if (std::optional<Remainder> next = remainder_of(tree, offset, expected.what)) {
    return advise(tree, next->offset, next->read_end,
                  {expected.code, next->what.c_str(), next->where.c_str(), expected.help});
  }
  std::string_view rest = tree.text.substr(offset);
  if (expected.code == Code::E0901 && *expected.what != '\0') {
    return make_diagnostic(Code::E0901, span_of(tree, offset, 1), "the declaration does not end",
                           "take it apart: `set`, `region` and `define` name what is listed");
  }
  if (expected.code == Code::E0901) {
    return make_diagnostic(
        Code::E0901, span_of(tree, offset, 1),
        fmt::format("brackets and `not` are nested more than {} deep", limits::kNestingDepthMax),
        "name a part of the condition with `define` and use the name");
  }
  if (expected.code == Code::E0102) {
    std::size_t length = std::min(rest.find('\n'), rest.size());
    if (length > 0 && rest[length - 1] == '\r') --length;
    return make_diagnostic(Code::E0102, span_of(tree, offset, length),
                           "a quote is opened here and not closed on this line", expected.help);
  }
  Found found = found_at(tree, offset);
  Meant whole = word_meant(tree, offset, expected);
  bool phrase = whole.length > found.length;
  if (phrase) {
    found.length = whole.length;
    found.words = fmt::format("`{}`", rest.substr(0, whole.length));
  }
  std::string message =
      fmt::format("{} expected {}, but found {}", expected.what, expected.where, found.words);
  std::string advice = habit_advice(tree.text, offset, last_token_end, expected);
  std::string help = advice.empty() ? joined(foreign_sign_advice(rest), expected.help) : advice;
  if (rest.starts_with(',') && expected.code == Code::E0105 && advice.empty()) {
    help = "conditions are joined by `and` or `or`; a comma only separates the values of a list";
  }
  if (rest.starts_with(';') && tree.excerpt != nullptr) help = kCellOfValues;
  if (!invisible_name(rest).empty()) help = "take the invisible character out";
  bool of_position = found.word == "speed" || found.word == "accuracy" || found.word == "altitude";
  if (of_position && expected.code == Code::E0110) {
    help = "it belongs to a position: `position -23.55 -46.63 accuracy 20 m speed 10 km/h`";
  }
  // What goes on after a condition is no name: the value was forgotten.
  bool goes_on = found.word == "then" || found.word == "and" || found.word == "or";
  bool no_name = is_reserved(found.word) && !goes_on;
  if (no_name && expected.code == Code::E0104 && advice.empty()) {
    help = joined(fmt::format("`{}` is a word of the language; as a name it stands in quotes: "
                              "`\"{}\"`",
                              found.word, found.word),
                  help);
  }
  std::string_view meant = whole.word;
  if (!meant.empty() && (advice.empty() || (!phrase && !is_reserved(found.word)))) {
    help = joined(fmt::format("did you mean `{}`?", meant), expected.help);
  }
  // At the end of a file or of a line, the place to look at is where the text stopped.
  bool stopped =
      rest.empty() || tree.text.substr(last_token_end, offset - last_token_end).find('\n') !=
                          std::string_view::npos;
  Diagnostic diagnostic = make_diagnostic(
      expected.code,
      stopped ? span_of(tree, last_token_end, 0) : span_of(tree, offset, found.length),
      std::move(message), std::move(help));
  return diagnostic;
}

bool is_then(const Expectation& expected) { return std::string_view(expected.what) == "`then`"; }

Meant word_meant(const SyntaxTree& tree, std::size_t offset, const Expectation& expected) {
  std::string_view rest = tree.text.substr(offset), what = expected.what;
  if (what == "`bans` or a rule's name") {
    if (std::size_t phrase = measure_bans_in_words(rest)) return {"bans", phrase};
  }
  std::size_t length = name_length(rest);
  if (length < 3 || length > limits::kSpellingBytesMax) return {};
  std::string_view word = rest.substr(0, length);
  if (what == "`then`" && (word == "than" || word == "this")) return {};
  if (word == "never" && what == "`when`") return {"when", length};
  if (is_reserved(word)) return {};
  std::string_view meant = nearest_spelling(word, words_expected(expected));
  // Where the word is right, what follows is not.
  return meant == word ? Meant() : Meant{meant, length};
}

Meant declaration_meant_at(const SyntaxTree& tree, std::size_t offset, std::size_t last_token_end) {
  if (!habit_advice_between(tree.text, offset, last_token_end).empty()) return {};
  std::string_view rest = tree.text.substr(offset);
  std::size_t length = name_length(rest);
  if (length < 3 || length > limits::kSpellingBytesMax) return {};
  std::string_view word = rest.substr(0, length);
  return is_reserved(word) ? Meant() : Meant{declaration_meant(word), length};
}

Diagnostic advise_never(const SyntaxTree& tree, std::size_t offset, std::size_t end) {
  constexpr std::string_view kWhen = "when";
  std::string_view condition = tree.text.substr(offset, end - offset).substr(kWhen.size());
  condition.remove_prefix(measure_gap(condition));
  constexpr std::size_t kShownMax = 80;
  bool short_enough =
      condition.size() <= kShownMax && condition.find_first_of("\n#") == condition.npos;
  return make_diagnostic(Code::E0109, span_of(tree, offset, kWhen.size()),
                         "a ban says with `never` what must not happen, not with `when`",
                         fmt::format("write `never {}`", short_enough ? condition : "..."));
}

Diagnostic advise_no_declaration(const SyntaxTree& tree, std::size_t offset,
                                 std::size_t last_token_end) {
  Found found = found_at(tree, offset);
  Span span = span_of(tree, offset, found.length);
  constexpr std::string_view kBeginnings =
      "a declaration begins with `policy`, `attribute`, `profile`, `region`, `set`, `define`, "
      "`ban`, `forbid`, `guard`, `assert`, `rule`, `when`, `otherwise` or `test`";
  if (begins_declaration(found.word)) {
    return make_diagnostic(Code::E0111, span,
                           fmt::format("{} is not understood by this version", found.words),
                           "leave the declaration out, or update Sojourn");
  }
  if (std::string_view action = action_meant(found.word); !action.empty()) {
    Diagnostic d =
        make_diagnostic(Code::E0103, span, fmt::format("`,` expected before {}", found.words),
                        "several actions are separated by commas");
    return d;
  }
  std::string message = fmt::format(
      "{} neither continues what stands before it nor begins a declaration", found.words);
  std::string help = habit_advice_between(tree.text, offset, last_token_end);
  if (found.words == "`;`" && tree.excerpt != nullptr) {
    help = kCellOfValues;
  } else if (help.empty() && (found.word == "and" || found.word == "or")) {
    help = found.word == "and" ? "several actions are separated by commas; alternatives by `or`"
                               : "alternatives are names of profiles: `profile = a or b`";
  } else if (help.empty()) {
    std::string_view meant = declaration_meant(found.word);
    const Continuation* goes_on = meant.empty() ? continuation_meant(found.word) : nullptr;
    if (goes_on != nullptr && goes_on->word == found.word) {
      help = fmt::format("`{}` belongs to {}; move it there", goes_on->word, goes_on->of);
    } else if (goes_on != nullptr || !meant.empty()) {
      help = fmt::format("did you mean `{}`?", goes_on != nullptr ? goes_on->word : meant);
    } else {
      help = kBeginnings;
    }
  }
  return make_diagnostic(Code::E0103, span, std::move(message), std::move(help));
}

}  // namespace sojourn::lang
