#include "lang/test_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "engine/device/device.h"
#include "lang/test_report.h"
#include "lang/units.h"

namespace sojourn::lang {
namespace {

TimeZone zone_of(const RuleTable& policy) {
  Result<TimeZone> found = TimeZone::find(policy.settings.zone);
  return found ? found.value() : TimeZone();
}

class TestBuilder {
 public:
  TestBuilder(const RuleTable& policy, DiagnosticList& diagnostics)
      : zone_(zone_of(policy)),
        diagnostics_(diagnostics),
        report_(policy, zone_, diagnostics, Code::E0501) {
    know_texts(policy.otherwise);
    for (const Rule& rule : policy.rules) {
      rule_labels_.insert(rule.label());
      know_texts(rule.action);
    }
    for (const Ban& ban : policy.bans) {
      if (ban.remedy) know_texts(*ban.remedy);
      ban_labels_.insert(ban.label());
      rule_labels_.insert("ban " + ban.label());  // `by ban NAME`: its remedy decided
    }
  }

  TestCase build(const ast::Test& written) {
    test_ = {};
    pending_.clear();
    started_.clear();
    newest_.clear();
    now_.reset();
    untold_ = false;
    test_.name = written.name.text;
    test_.span = written.span;
    test_.obeying = written.obeying;
    for (auto line = written.lines.begin(); line != written.lines.end();) {
      if (line->kind == ast::TestLine::Kind::every) {
        line = add_every_of(line, written.lines.end());
      } else {
        add(*line++);
      }
    }
    if (untold_) return std::move(test_);  // what is missing was meant to be there
    bool expects = std::any_of(written.lines.begin(), written.lines.end(), [](const auto& line) {
      return line.kind == ast::TestLine::Kind::expect;
    });
    if (!expects && pending_.empty()) {
      error(Code::N0504, written.name.span,
            "the test expects nothing, and passes whatever is decided",
            "say what should come of it, for example `expect keep` or `expect profile = ...`");
    }
    for (const auto& [device, steps] : pending_) {
      for (const TestStep& step : steps) {
        error(Code::E0502, step.span, "nothing is reported after this",
              "a device's history begins with its first `at`, such as `at 2026-01-01 10:00`");
      }
    }
    return std::move(test_);
  }

 private:
  void error(Code code, Span span, std::string message, std::string help) {
    diagnostics_.add(make_diagnostic(code, span, std::move(message), std::move(help)));
  }

  void know_texts(const Action& action) {
    alerts_.insert(action.alerts.begin(), action.alerts.end());
    tasks_.insert(action.tasks.begin(), action.tasks.end());
  }

  std::optional<Instant> instant(const ast::Moment& moment) {
    std::string_view text = moment.text;
    std::optional<Day> day = parse_date(text.substr(0, 10));
    if (!day) {
      error(Code::E0112, moment.span, fmt::format("there is no {}", text.substr(0, 10)),
            "dates are written `2026-10-17`, year first");
      return std::nullopt;
    }
    if (moment.date_only) return zone_.start_of(*day);
    // RFC 3339 wants seconds and an offset; without an offset the policy's zone decides.
    std::string clock(text.substr(11));
    std::size_t offset_at = clock.find_first_of("Z+-");
    bool has_offset = offset_at != std::string::npos;
    std::string wall = clock.substr(0, offset_at);
    if (wall.size() == 5) wall += ":00";
    std::string rest = has_offset ? clock.substr(offset_at) : "Z";
    std::optional<Instant> utc =
        parse_rfc3339(fmt::format("{}T{}{}", text.substr(0, 10), wall, rest));
    if (!utc) {
      error(Code::E0112, moment.span, fmt::format("there is no {}", text),
            "times are written `2026-01-01 10:00`");
      return std::nullopt;
    }
    if (has_offset) return utc;
    return zone_.at_wall_time(*day, (*utc - TimeZone().start_of(*day)).ms);
  }

  TestStep step_of(const ast::TestLine& line, TestStep::Kind kind) {
    TestStep step;
    step.kind = kind;
    step.span = line.span;
    if (line.device) step.device = line.device->text;
    step.observation.names.device = step.device.empty() ? "test" : step.device;
    return step;
  }

  void add(const ast::TestLine& line) {
    switch (line.kind) {
      case ast::TestLine::Kind::given: {
        TestStep step = step_of(line, TestStep::Kind::given);
        step.observation.standing = true;
        report_.fill(line.parts, step.observation);
        if (started_.count(step.device) != 0) {
          error(Code::E0502, line.span, "`given` stands before the device's first `at`",
                "what changes later is reported: `at 2026-01-02 10:00 type = tracker`");
          return;
        }
        pending_[step.device].push_back(std::move(step));
        break;
      }
      case ast::TestLine::Kind::at: {
        TestStep step =
            step_of(line, line.parts.empty() ? TestStep::Kind::wait : TestStep::Kind::observe);
        report_.fill(line.parts, step.observation);
        std::optional<Instant> at = instant(line.at);
        untold_ = untold_ || !at;
        if (at) place(std::move(step), *at);
        break;
      }
      case ast::TestLine::Kind::every:
        break;  // add_every_of
      case ast::TestLine::Kind::expect:
        add_expect(line);
        break;
    }
  }

  // Adds a step at an instant, and before it what was given for a device that begins here.
  void place(TestStep step, Instant at) {
    if (started_.insert(step.device).second) {
      for (TestStep& given : pending_[step.device]) {
        given.at = given.observation.at = at;
        test_.steps.push_back(std::move(given));
      }
      pending_.erase(step.device);
    }
    step.at = step.observation.at = at;
    step.observation.line = test_.steps.size() + 1;  // of two at one instant the later one holds
    if (step.kind == TestStep::Kind::observe) check_lateness(step);
    now_ = now_ ? std::max(*now_, at) : at;
    test_.steps.push_back(std::move(step));
  }

  // What a device is told too late is left out, and a test would wait for it in vain.
  void check_lateness(const TestStep& step) {
    auto [newest, first] = newest_.try_emplace(step.device, step.at);
    if (first) return;
    Duration lateness = DeviceOptions{}.lateness;
    if (step.at < newest->second - lateness) {
      error(Code::E0502, step.span, "the report comes more than seven days late, and is left out",
            "reports correct what was up to seven days before the newest one; tell it earlier");
    }
    newest->second = std::max(newest->second, step.at);
  }

  using Lines = std::vector<ast::TestLine>::const_iterator;

  // The lines that begin with `every`, as long as one follows another, go on beside each other:
  // they are told in the order of time. Returns what comes after them.
  Lines add_every_of(Lines line, Lines end) {
    std::vector<std::pair<Instant, const TestStep*>> moments;
    std::list<TestStep> steps;
    for (; line != end && line->kind == ast::TestLine::Kind::every; ++line) {
      steps.push_back(
          step_of(*line, line->parts.empty() ? TestStep::Kind::wait : TestStep::Kind::observe));
      report_.fill(line->parts, steps.back().observation);
      std::vector<Instant> its = moments_of(*line, moments.size());
      untold_ = untold_ || its.empty();
      for (Instant at : its) moments.push_back({at, &steps.back()});
    }
    std::stable_sort(moments.begin(), moments.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [at, step] : moments) place(*step, at);
    return line;
  }

  // When the line is told; `taken`: moments of its neighbours.
  std::vector<Instant> moments_of(const ast::TestLine& line, std::size_t taken) {
    std::optional<Instant> from = instant(line.at);
    std::optional<Instant> until = instant(line.until);
    if (!from || !until) return {};
    std::vector<Instant> moments;
    bool too_many = false;
    auto take = [&](Instant at) {
      too_many = moments.size() + taken + test_.steps.size() >= limits::kTestStepsMax;
      if (!too_many) moments.push_back(at);
      return !too_many;
    };
    if (line.clock_ms) {
      Day last = zone_.day_of(*until);
      for (Day day = zone_.day_of(*from); day <= last; day = next(day, 1)) {
        if (!take(zone_.at_wall_time(day, *line.clock_ms))) break;
      }
    } else {
      std::optional<Duration> period = elapsed(line.period);
      if (!period || period->ms == 0) {
        error(Code::E0501, line.period.span, "`every` needs a length of elapsed time",
              "for example `every 6 hours` or `every day at 12:00`");
        return {};
      }
      for (Instant at = *from; at <= *until; at = at + *period) {
        if (!take(at)) break;
      }
    }
    if (too_many) {
      error(Code::E0901, line.span,
            fmt::format("the test has more than {} steps", limits::kTestStepsMax),
            "report less often, or over a shorter time");
      return {};
    }
    if (moments.empty()) {
      error(Code::E0501, line.span, "the last day lies before the first", "exchange the two");
    }
    return moments;
  }

  void add_expect(const ast::TestLine& line) {
    if (!now_ && untold_) return;
    if (!now_) {
      error(Code::E0502, line.span, "nothing has been reported yet",
            "a story begins with a report, such as `at 2026-01-01 10:00 network 724-05`");
      return;
    }
    TestStep step = step_of(line, TestStep::Kind::expect);
    step.at = *now_;
    for (const ast::Expectation& written : line.expectations) {
      if (exists(written)) step.expected.push_back(expected(written));
    }
    if (line.on) {
      std::optional<Instant> on = instant(*line.on);
      if (!on) return;
      Instant until =
          line.on->date_only ? zone_.start_of(next(zone_.day_of(*on), 1)) : *on + milliseconds(1);
      step.taken = std::make_pair(*on, until);
    }
    test_.steps.push_back(std::move(step));
  }

  // What there is of the kind that is spoken of, and what it is called in a message. That a text
  // is absent is only worth saying of one that can come.
  std::pair<const std::set<std::string>*, std::string_view> known_to(ast::Expectation::Kind kind) {
    using Kind = ast::Expectation::Kind;
    switch (kind) {
      case Kind::by:
        return {&rule_labels_, "rule"};
      case Kind::ban_violated:
        return {&ban_labels_, "ban"};
      case Kind::no_alert:
        return {&alerts_, "alert"};
      case Kind::no_task:
        return {&tasks_, "task"};
      default:
        return {nullptr, ""};
    }
  }

  bool exists(const ast::Expectation& written) {
    using Kind = ast::Expectation::Kind;
    if (written.kind == Kind::profile) return report_.is_profile(written.name);
    auto [known, what] = known_to(written.kind);
    const std::string& name = written.name.text;
    bool by_otherwise = written.kind == Kind::by && name.empty();
    if (known == nullptr || by_otherwise || known->count(name) != 0) return true;
    if (written.kind == Kind::no_alert && is_of_a_ban(name)) return true;
    std::vector<std::string_view> names(known->begin(), known->end());
    std::string_view near = nearest_spelling(name, names);
    std::string help =
        near.empty() ? those_there_are(what, names) : fmt::format("did you mean `{}`?", near);
    if (written.kind == Kind::by && ban_labels_.count(name) != 0) {
      help = fmt::format("`{0}` is a ban: `by ban {0}`", name);
    }
    constexpr std::string_view kBan = "ban ";
    std::string missing = written.kind == Kind::by && name.starts_with(kBan)
                              ? fmt::format("ban `{}`", name.substr(kBan.size()))
                              : fmt::format("{} `{}`", what, name);
    error(Code::E0503, written.name.span, "there is no " + missing, help);
    return false;
  }

  // A few, where none is spelt nearly so.
  static std::string those_there_are(std::string_view what,
                                     const std::vector<std::string_view>& names) {
    constexpr std::size_t kNamedMax = 5;
    if (names.empty()) return fmt::format("the policy has no {}", what);
    std::vector<std::string> few;
    for (std::size_t i = 0; i < std::min(names.size(), kNamedMax); ++i) {
      few.push_back(fmt::format("`{}`", names[i]));
    }
    return fmt::format("the policy has {}{}", fmt::join(few, ", "),
                       names.size() > kNamedMax ? ", ..." : "");
  }

  // An alert of ours, about a ban: that a guard holds it back, that nothing lawful can be enabled.
  bool is_of_a_ban(std::string_view alert) const {
    return std::any_of(ban_labels_.begin(), ban_labels_.end(), [&](const std::string& label) {
      return alert.starts_with(fmt::format("ban {}: ", label));
    });
  }

  static Expected expected(const ast::Expectation& written) {
    using From = ast::Expectation::Kind;
    Expected e;
    e.name = written.name.text;
    e.span = written.span;
    switch (written.kind) {
      case From::keep:
        e.kind = Expected::Kind::keep;
        break;
      case From::profile:
        e.kind = Expected::Kind::profile;
        break;
      case From::alert:
        e.kind = Expected::Kind::alert;
        break;
      case From::task:
        e.kind = Expected::Kind::task;
        break;
      case From::no_alert:
        e.kind = Expected::Kind::no_alert;
        break;
      case From::no_task:
        e.kind = Expected::Kind::no_task;
        break;
      case From::no_alerts:
        e.kind = Expected::Kind::no_alerts;
        break;
      case From::no_tasks:
        e.kind = Expected::Kind::no_tasks;
        break;
      case From::by:
        e.kind = Expected::Kind::by;
        break;
      case From::ban_violated:
        e.kind = Expected::Kind::ban_violated;
        break;
      case From::suppressed:
        e.kind = Expected::Kind::suppressed;
        break;
    }
    return e;
  }

  TimeZone zone_;
  DiagnosticList& diagnostics_;
  TestReport report_;
  std::set<std::string> rule_labels_, ban_labels_, alerts_, tasks_;
  TestCase test_;
  std::map<std::string, std::vector<TestStep>> pending_;  // given, by device, until its first at
  std::set<std::string> started_;
  std::map<std::string, Instant> newest_;  // report, by device
  std::optional<Instant> now_;
  bool untold_ = false;  // a line has no moment, and an error that says why
};

}  // namespace

std::vector<TestCase> build_tests(const ast::File& file, const RuleTable& policy,
                                  DiagnosticList& diagnostics) {
  std::vector<TestCase> tests;
  std::map<std::string, Span> names;
  TestBuilder builder(policy, diagnostics);
  for (const ast::Declaration& declaration : file.declarations) {
    const auto* written = std::get_if<ast::Test>(&declaration);
    if (written == nullptr) continue;
    auto [at, added] = names.emplace(written->name.text, written->name.span);
    if (!added) {
      Diagnostic d = make_diagnostic(Code::E0207, written->name.span,
                                     fmt::format("two tests are called `{}`", written->name.text),
                                     "give one of them another name");
      d.labels.push_back({at->second, "the first one"});
      diagnostics.add(std::move(d));
    }
    tests.push_back(builder.build(*written));
  }
  return tests;
}

}  // namespace sojourn::lang
