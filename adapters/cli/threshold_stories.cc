#include "adapters/cli/threshold_stories.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "adapters/cli/story_edits.h"
#include "adapters/cli/threshold_courses.h"
#include "adapters/cli/threshold_events.h"
#include "adapters/cli/threshold_situations.h"
#include "engine/graph/asked.h"
#include "engine/graph/viewed_places.h"
#include "engine/proof/witness_parts.h"
#include "engine/proof/witness_text.h"

namespace sojourn::cli {
namespace {

using lang::Threshold;

using Question = ThresholdQuestion;
using Others = ThresholdSituations::Others;

class Stories : public ThresholdStories {
 public:
  Stories(const RuleTable& table, const std::vector<Threshold>& thresholds,
          const std::vector<std::vector<ThresholdOwner>>& owners)
      : table_(table), thresholds_(thresholds), owners_(owners) {}

  Status prepare(const Gazetteer& world) {
    auto locator = bind_areas(world, table_);
    if (!locator) return std::move(locator).error();
    locator_ = std::move(locator).value();
    RuleTable probe = table_;
    for (std::size_t i = 0; i < thresholds_.size(); ++i) {
      for (int side : {-1, 0, 1}) ask(i, side, probe);
    }
    probe.assertions.clear();
    for (const auto& [key, questions] : questions_) assert_all(questions, probe);
    for (const auto& [key, questions] : alone_) assert_all(questions, probe);
    found_ = std::make_unique<ThresholdSituations>(table_, probe, world.claims(),
                                                   locator_->situations());
    model_ = &found_->model();
    return {};
  }

  std::vector<std::vector<std::string>> tell(std::size_t threshold, const ThresholdOwner& owner,
                                             int side) override {
    return tell(questions_[{threshold, owner.kind, owner.index, side}]);
  }

  bool exhausted() const override { return found_->exhausted(); }

  std::vector<std::vector<std::string>> tell_travelled(std::size_t threshold,
                                                       const ThresholdOwner& owner,
                                                       int side) override {
    found_->swap_budgets();
    std::vector<std::vector<std::string>> stories;
    for (const Question& question : questions_[{threshold, owner.kind, owner.index, side}]) {
      add_itineraries(stories, question);
      add_returns(stories, question, found_->counted_beside(question));
      add_alerts(stories, question);
      add_commanded(stories, question);
      if (stories.size() >= kStoriesMax) break;
    }
    found_->swap_budgets();
    return stories;
  }

  std::vector<std::vector<std::string>> tell_alone(std::size_t threshold, int side) override {
    found_->swap_budgets();
    std::vector<std::vector<std::string>> stories = tell(alone_[{threshold, side}]);
    found_->swap_budgets();
    return stories;
  }

 private:
  // Stories told of one side, and questions that are put to the model for them: what lies beyond is
  // left to authors.
  static constexpr std::size_t kStoriesMax = 16;
  static constexpr std::size_t kQuestionsMax = 100;

  using Key = std::tuple<std::size_t, ThresholdOwner::Kind, std::uint32_t, int>;

  void ask(std::size_t index, int side, RuleTable& probe) {
    const Threshold& threshold = thresholds_[index];
    for (const ThresholdOwner& owner : owners_[index]) {
      questions_[{index, owner.kind, owner.index, side}] =
          questions_about(table_, threshold, owner, side, kQuestionsMax, probe);
    }
    if (owners_[index].empty()) return;
    alone_[{index, side}] = questions_alone(table_, threshold, side, probe);
  }

  static void assert_all(const std::vector<Question>& questions, RuleTable& probe) {
    for (const Question& question : questions) {
      for (ConditionIndex condition : {question.condition, question.inside, question.outside}) {
        Assertion asked;
        asked.condition = condition;
        asked.outcome.kind = Action::Kind::keep;
        probe.assertions.push_back(std::move(asked));
      }
    }
  }

  std::vector<std::vector<std::string>> tell(const std::vector<Question>& questions) {
    std::vector<std::vector<std::string>> stories;
    for (const Question& question : questions) {
      // What keeps the other rules quiet is not always possible to tell.
      bool told = add_standing(stories, question, Others::quiet);
      if (!told) add_standing(stories, question, Others::any);
      add_courses(stories, question);
      std::vector<FeatureIndex> others = found_->counted_beside(question);
      if (!others.empty() || asks_for_past(question)) add_returns(stories, question, others);
      if (stories.size() >= kStoriesMax) break;
    }
    return stories;
  }

  // A device that stands in the situation for long enough. False: there is no such story.
  bool add_standing(std::vector<std::vector<std::string>>& stories, const Question& question,
                    Others others) {
    std::optional<Witness> witness = found_->find(question, others);
    if (!witness) return false;
    found_->speak_now(question, *witness);
    WitnessTest as_test;
    as_test.name = "story";
    as_test.border_told = true;
    std::optional<std::string> text =
        witness_as_test(model_->table(), standing(question.feature, *witness), as_test);
    if (text) {
      add_stories(stories, lines_of(*text), *witness, question, motion(*witness, question));
    }
    return text.has_value();
  }

  // Bytes and switches do not follow from where the device stands.
  static bool is_told_beside(const Feature& feature) {
    return feature.kind == FeatureKind::data_sum || feature.kind == FeatureKind::data_balance ||
           (feature.kind == FeatureKind::event_count &&
            (feature.event.kind == EventKind::switches ||
             feature.event.kind == EventKind::commanded_switches));
  }

  // What the story is told of besides: events and data that are asked for, exactly so many, by
  // `with_events`, and how the device moves by `motion`.
  Witness standing(std::optional<FeatureIndex> asked, Witness witness) const {
    const std::vector<Feature>& features = model_->table().features;
    for (FeatureIndex f = 0; f < features.size(); ++f) {
      switch (features[f].kind) {
        case FeatureKind::event_count:
        case FeatureKind::data_sum:
        case FeatureKind::data_balance:
        case FeatureKind::since:
          // Of one event there is one last time.
          if (asked == f || is_told_beside(features[f]) ||
              (asked && features[*asked].kind == FeatureKind::since &&
               features[f].event == features[*asked].event)) {
            witness.readings[f] = Reading::exactly(0);
          }
          break;
        default:
          break;
      }
    }
    return witness;
  }

  static std::vector<std::string> lines_of(const std::string& block) {
    std::vector<std::string> lines;
    for (std::size_t begin = block.find('\n') + 1; begin < block.size();) {
      std::size_t end = block.find('\n', begin);
      lines.push_back(block.substr(begin, end - begin));
      begin = end + 1;
    }
    return lines;
  }

  // The device enters what is counted, or leaves it, on its way to the moment.
  void add_courses(std::vector<std::vector<std::string>>& stories, const Question& question) {
    const RuleTable& table = model_->table();
    if (!is_temporal(table.features[question.feature].kind)) return;
    for (bool holds_now : {true, false}) {
      Question moment = question;
      moment.condition = holds_now ? question.inside : question.outside;
      std::optional<Witness> witness = found_->find(moment, Others::quiet);
      if (!witness) continue;
      found_->speak_now(moment, *witness);
      DiagramRef elsewhere =
          model_->conditions().certain(holds_now ? question.fails : question.holds);
      std::optional<Witness> before = found_->find_with_profile_of(*witness, elsewhere);
      if (!before) continue;
      CourseReports reports{said(*witness, *before, question), said(*before, *witness, question)};
      if (!holds_now) std::swap(reports.holds, reports.fails);
      auto lines = course_of(table, question.feature, question.value, *witness, holds_now, reports);
      if (lines) add_told(stories, *std::move(lines), *witness, question);
    }
  }

  // The device has been where all of the condition holds, or other counts go on, and comes to stay
  // where the one that is asked about is counted.
  void add_returns(std::vector<std::vector<std::string>>& stories, const Question& question,
                   const std::vector<FeatureIndex>& others) {
    const RuleTable& table = model_->table();
    if (!is_temporal(table.features[question.feature].kind)) return;
    Question moment = question;
    moment.condition = question.inside;
    std::optional<Witness> witness = found_->find(moment, Others::quiet);
    if (!witness) return;
    found_->speak_now(moment, *witness);
    for (DiagramRef elsewhere : found_->where_others_go_on(question, others)) {
      std::optional<Witness> before = found_->find_with_profile_of(*witness, elsewhere);
      if (!before) continue;
      CourseReports reports{said(*witness, *before, question), said(*before, *witness, question)};
      for (std::vector<std::string>& lines : returns_of(table, question.feature, question.value,
                                                        *witness, days_for(others), reports)) {
        add_told(stories, std::move(lines), *witness, question);
      }
    }
  }

  // A rule raised the alert that the question looks back to, so long ago.
  void add_alerts(std::vector<std::vector<std::string>>& stories, const Question& question) {
    const Feature& feature = model_->table().features[question.feature];
    bool told = feature.kind == FeatureKind::since && feature.event.kind == EventKind::alert &&
                feature.window.unit == TimeUnit::millisecond;
    std::int64_t ago_ms = told ? question.value + feature.window.count : 0;
    if (ago_ms <= minutes(1).ms) return;
    std::optional<Witness> witness = found_->find(question, Others::quiet);
    if (!witness) return;
    std::vector<DiagramRef> raising;
    for (std::uint32_t rule = 0; rule < table_.rules.size(); ++rule) {
      const std::vector<std::string>& alerts = table_.rules[rule].action.alerts;
      bool raises = std::find(alerts.begin(), alerts.end(), feature.event.name) != alerts.end();
      if (raises) raising.push_back(model_->rules().fires(rule));
    }
    std::optional<Witness> before =
        found_->find_with_profile_of(*witness, model_->store().any_of(raising));
    if (!before) return;
    CourseReports reports{said(*before, *witness, question), said(*witness, *before, question)};
    add_told(stories, passing_of(ago_ms, *witness, reports), *witness, question);
  }

  // Rules send the device to one profile and to another, so many times.
  void add_commanded(std::vector<std::vector<std::string>>& stories, const Question& question) {
    constexpr std::int64_t kSwitchesMax = 20;
    const Feature& feature = model_->table().features[question.feature];
    bool told = feature.kind == FeatureKind::event_count &&
                feature.event.kind == EventKind::commanded_switches;
    if (!told || question.value <= 0 || question.value > kSwitchesMax) return;
    for (std::uint32_t there = 0; there < table_.rules.size(); ++there) {
      for (std::uint32_t back = 0; back < table_.rules.size(); ++back) {
        if (stories.size() >= kStoriesMax || found_->exhausted()) return;
        if (std::optional<Story> story = sent_to_and_fro(there, back, question)) {
          stories.push_back(*std::move(story));
        }
      }
    }
  }

  std::optional<Story> sent_to_and_fro(std::uint32_t there, std::uint32_t back,
                                       const Question& question) {
    const std::vector<Alternative>& first = table_.rules[there].action.alternatives;
    const std::vector<Alternative>& second = table_.rules[back].action.alternatives;
    if (first.empty() || second.empty() || first[0].profile == second[0].profile) {
      return std::nullopt;
    }
    auto sends = [&](std::uint32_t rule, const Alternative& to, const Alternative& from) {
      RuleDiagrams& rules = model_->rules();
      DiagramRef where = model_->store().all_of(
          {rules.fires(rule), rules.enabled(from.profile), rules.can_have(to)});
      return found_->find_quiet(where, rules.all_overriders(rule), rule, Others::any);
    };
    std::optional<Witness> out = sends(there, first[0], second[0]);
    std::optional<Witness> home = out ? sends(back, second[0], first[0]) : std::nullopt;
    if (!home) return std::nullopt;
    CourseReports reports{said(*out, *home, question), said(*home, *out, question)};
    auto name_of = [&](const Alternative& one) {
      return written_name(table_.profiles[one.profile].name);
    };
    Story story = to_and_fro(question.value, *out, reports);
    bool even = question.value % 2 == 0;  // the last one is where `holds` is
    story.insert(story.begin(),
                 {kObeying, fmt::format("  given profile = {}, installed = {{{}, {}}}",
                                        name_of(even ? first[0] : second[0]), name_of(first[0]),
                                        name_of(second[0]))});
    return story;
  }

  // The device has been at each place where something is counted for as long as is asked, one
  // after the other, and before that where nothing is.
  void add_itineraries(std::vector<std::vector<std::string>>& stories, const Question& question) {
    std::optional<Witness> witness = found_->find(question, Others::quiet);
    if (!witness) return;
    found_->speak_now(question, *witness);
    std::vector<Counted> counted = counted_by(question, *witness);
    if (counted.empty()) return;
    DiagramStore& store = model_->store();
    DiagramRef nowhere = kYes;
    for (const Counted& one : counted) nowhere = store.both(nowhere, one.outside);
    std::optional<Witness> before = found_->find_with_profile_of(*witness, nowhere);
    std::vector<Visit> visits;
    if (before) visits.push_back({said(*before, *witness, question), 0, ""});
    std::int64_t look_back = 1;
    for (const Counted& one : counted) {
      look_back = std::max(look_back, one.look_back);
      std::optional<Visit> visit = visit_to(one, counted, *witness, question);
      if (!visit) return;
      if (visit->days > 0) visits.push_back(*std::move(visit));
    }
    Question without_sums = question;
    Witness moment = *witness;
    const std::vector<Feature>& features = model_->table().features;
    for (FeatureIndex f = 0; f < features.size(); ++f) {
      if (features[f].kind != FeatureKind::data_sum) continue;
      moment.readings[f] = Reading::exactly(0);  // the visits tell of them
      if (f == question.feature) without_sums.value = 0;
    }
    const std::string& now = said(*witness, before ? *before : *witness, question);
    add_told(stories, itinerary(visits, look_back + 1, moment, now), moment, without_sums);
  }

  // What the condition counts by days or bytes: how much of it, and where the device must be.
  struct Counted {
    FeatureIndex feature = 0;
    std::int64_t wanted = 0;  // days, or bytes
    std::int64_t look_back = 1;
    DiagramRef inside = kYes, outside = kYes;
  };

  // The longest windows first, and last what must go on until the moment.
  std::vector<Counted> counted_by(const Question& question, const Witness& witness) {
    std::vector<Counted> counted;
    for (FeatureIndex f : model_->table().conditions.features_of(question.condition)) {
      const Feature& feature = model_->table().features[f];
      Counted one{f, f == question.feature ? question.value : witness.readings[f].lower,
                  days_for({f}), kYes, kYes};
      if (feature.kind == FeatureKind::data_sum) {
        counted.push_back(one);
        continue;
      }
      bool by_days = (feature.kind == FeatureKind::window_count &&
                      feature.bucket != TimeUnit::week && feature.bucket != TimeUnit::month) ||
                     feature.kind == FeatureKind::consecutive_days ||
                     feature.kind == FeatureKind::day_share;
      if (!by_days) continue;
      one.inside = model_->conditions().certain(feature.inner);
      one.outside = model_->conditions().refuted(feature.inner);
      counted.push_back(one);
    }
    auto order = [&](const Counted& one) {
      bool unbroken = model_->table().features[one.feature].kind == FeatureKind::consecutive_days;
      return std::pair(unbroken, -one.look_back);
    };
    std::stable_sort(counted.begin(), counted.end(),
                     [&](const Counted& a, const Counted& b) { return order(a) < order(b); });
    return counted;
  }

  // The moment's own day counts as well. Absent where no place is.
  std::optional<Visit> visit_to(const Counted& one, const std::vector<Counted>& all,
                                const Witness& witness, const Question& question) {
    constexpr std::int64_t kVisitDaysMax = 1'000;
    const Feature& feature = model_->table().features[one.feature];
    if (feature.kind == FeatureKind::data_sum) {
      if (one.wanted <= 0) return Visit{"", 0, ""};
      std::optional<std::string> network = network_in(feature.countries);
      if (!feature.countries.empty() && !network) return std::nullopt;
      return Visit{network ? "network " + *network : said(witness, witness, question), 1,
                   data_text(one.wanted)};
    }
    std::int64_t wanted = one.wanted - (found_->holds_in(one.inside, witness) ? 1 : 0);
    if (wanted < 0 || wanted > kVisitDaysMax) return std::nullopt;
    if (wanted == 0) return Visit{"", 0, ""};
    DiagramRef alone = one.inside;
    for (const Counted& other : all) {
      if (other.feature != one.feature) alone = model_->store().both(alone, other.outside);
    }
    std::optional<Witness> place = found_->find_with_profile_of(witness, alone);
    if (!place) place = found_->find_with_profile_of(witness, one.inside);
    if (!place) return std::nullopt;
    return Visit{said(*place, witness, question), wanted, ""};
  }

  // Something happened long ago: the history begins before what is counted does.
  bool asks_for_past(const Question& question) const {
    const RuleTable& table = model_->table();
    std::vector<FeatureIndex> asked = table.conditions.features_of(question.condition);
    return std::any_of(asked.begin(), asked.end(), [&](FeatureIndex f) {
      return f != question.feature && table.features[f].kind == FeatureKind::since;
    });
  }

  // As long as the longest of what is counted can look back.
  std::int64_t days_for(const std::vector<FeatureIndex>& counted) const {
    constexpr std::int64_t kDaysMax = 1'100;
    constexpr std::int64_t kDaysOf[] = {0, 1, 7, 31, 366};
    const RuleTable& table = model_->table();
    std::int64_t longest = 1;
    for (const Test& test : table.conditions.tests()) {
      if (std::find(counted.begin(), counted.end(), test.feature) == counted.end()) continue;
      const Feature& feature = table.features[test.feature];
      const auto unit = static_cast<std::size_t>(feature.window.unit);
      bool in_ms = feature.kind == FeatureKind::held || feature.kind == FeatureKind::recency ||
                   feature.kind == FeatureKind::held_share;
      std::int64_t window =
          unit == 0 ? feature.window.count / days(1).ms : feature.window.count * kDaysOf[unit];
      bool in_bytes = feature.kind == FeatureKind::data_sum;
      std::int64_t least = in_bytes ? 0 : test.threshold / (in_ms ? days(1).ms : 1);
      longest = std::max({longest, window, least});
    }
    return std::min(longest + 1, kDaysMax);
  }

  void add_told(std::vector<std::vector<std::string>>& stories, std::vector<std::string> lines,
                const Witness& witness, const Question& question) {
    std::vector<std::string> given = given_parts(model_->table(), witness);
    lines = with_past(model_->table(), standing(question.feature, witness), std::move(lines));
    if (!given.empty()) lines.insert(lines.begin(), "  given " + joined(given));
    if (std::optional<std::string> position = motion(witness, question)) {
      lines.back() = with_motion(*position, {lines.back()})[0];
    }
    add_stories(stories, lines, witness, question, std::nullopt);
  }

  // What a report says of the situation: also what stands otherwise in the other one.
  std::string said(const Witness& here, const Witness& there, const Question& question) const {
    const RuleTable& table = model_->table();
    std::vector<std::string> parts = report_parts(table, standing({}, here));
    std::vector<std::string> others = given_parts(table, there);
    for (const std::string& part : given_parts(table, here)) {
      bool fixed = part.starts_with("profile = ") || part.starts_with("installed = ") ||
                   part.starts_with("imei ");
      bool same = std::find(others.begin(), others.end(), part) != others.end();
      if (!fixed && !same) parts.push_back(part);
    }
    if (std::optional<std::string> position = motion(here, question)) {
      std::erase_if(parts, [](const std::string& part) { return part.starts_with("position "); });
      parts.push_back(*std::move(position));
    }
    return joined(parts);
  }

  // The position of a device that moves as the question asks, also inside what it counts.
  std::optional<std::string> motion(const Witness& witness, const Question& question) const {
    return moving_position(model_->table(), *locator_, witness,
                           features_asked(model_->table(), {question.condition}));
  }

  // The story, and where it leaves the enabled profile open, the story with each; each of its
  // reports with the position.
  void add_stories(std::vector<std::vector<std::string>>& stories,
                   const std::vector<std::string>& lines, const Witness& witness,
                   const Question& question, const std::optional<std::string>& position) {
    const Feature& feature = model_->table().features[question.feature];
    bool profile_known = witness.profile.known && witness.profile.lower >= 0;
    std::vector<std::string> names = {""};
    if (!profile_known) {
      for (const Profile& profile : table_.profiles) names.push_back(profile.name);
    }
    for (const std::string& name : names) {
      Story story = lines;
      if (!name.empty()) give(story, "profile = " + written_name(name));
      // Days are counted for the device that they were reported by.
      if (feature.scope.per_imei) give(story, "imei \"356938035643809\"");
      std::optional<Story> last;
      for (Placing placing : {Placing::before_the_last, Placing::before_the_first}) {
        std::optional<Story> told = with_all_asked(question, witness, placing, story);
        if (!told || told == last || stories.size() >= kStoriesMax) continue;
        last = told;
        std::optional<Story> alone = without_stay(feature, *told);
        if (position) told = with_motion(*position, *std::move(told));
        stories.push_back(*std::move(told));
        if (alone) stories.push_back(*std::move(alone));
      }
    }
  }

  // With the events and data that the condition asks for.
  std::optional<Story> with_all_asked(const Question& question, const Witness& witness,
                                      Placing placing, const Story& story) const {
    const Feature& feature = model_->table().features[question.feature];
    std::optional<Story> told =
        with_sums_asked(question, witness, with_others_events(question, witness, placing, story));
    if (!told || feature.kind == FeatureKind::data_sum) return told;
    return with_events(table_, feature, question.value, witness, placing, *std::move(told));
  }

  // With the sums of data that the condition asks for, the one in question and others.
  std::optional<std::vector<std::string>> with_sums_asked(const Question& question,
                                                          const Witness& witness,
                                                          std::vector<std::string> lines) const {
    const std::vector<Feature>& features = model_->table().features;
    std::vector<SumOfData> sums;
    for (FeatureIndex f : model_->table().conditions.features_of(question.condition)) {
      if (features[f].kind != FeatureKind::data_sum) continue;
      sums.push_back(
          {&features[f], f == question.feature ? question.value : witness.readings[f].lower});
    }
    bool asked = features[question.feature].kind == FeatureKind::data_sum;
    std::optional<std::vector<std::string>> told = with_sums(std::move(sums), witness, lines);
    return told || asked ? std::move(told) : std::move(lines);
  }

  // With what else the condition asks for, as far as it can be told.
  std::vector<std::string> with_others_events(const Question& question, const Witness& witness,
                                              Placing placing,
                                              std::vector<std::string> lines) const {
    for (FeatureIndex f : model_->table().conditions.features_of(question.condition)) {
      const Feature& feature = model_->table().features[f];
      const std::int64_t value = witness.readings[f].lower;
      bool is_sum = feature.kind == FeatureKind::data_sum;
      if (f == question.feature || is_sum || !is_told_beside(feature) || value <= 0) continue;
      lines = with_events(table_, feature, value, witness, placing, lines).value_or(lines);
    }
    return lines;
  }

  // Silence, and data that are booked elsewhere, are told without the days on which the device
  // stood there, and without its fixes.
  static std::optional<Story> without_stay(const Feature& feature, const Story& story) {
    bool wanted = feature.kind == FeatureKind::silent || feature.kind == FeatureKind::data_sum ||
                  feature.kind == FeatureKind::data_balance;
    if (!wanted) return std::nullopt;
    Story alone = without_part("position ")(story).value_or(story);
    std::erase_if(alone, [](const std::string& line) { return line.starts_with("  every "); });
    return alone == story ? std::nullopt : std::optional(std::move(alone));
  }

  static void give(std::vector<std::string>& lines, const std::string& part) {
    const std::string given = "  given ";
    if (!lines.empty() && lines[0].starts_with(given)) {
      if (lines[0].find(part) == std::string::npos) lines[0].insert(given.size(), part + ", ");
    } else {
      lines.insert(lines.begin(), given + part);
    }
  }

  const RuleTable& table_;
  const std::vector<Threshold>& thresholds_;
  const std::vector<std::vector<ThresholdOwner>>& owners_;  // by threshold
  std::unique_ptr<Locator> locator_;
  std::map<Key, std::vector<Question>> questions_;
  std::map<std::pair<std::size_t, int>, std::vector<Question>> alone_;  // by threshold and side
  std::unique_ptr<ThresholdSituations> found_;
  PolicyModel* model_ = nullptr;  // of `found_`
};

}  // namespace

Result<std::unique_ptr<ThresholdStories>> ThresholdStories::make(
    const RuleTable& table, const Gazetteer& world, const std::vector<lang::Threshold>& thresholds,
    const std::vector<std::vector<ThresholdOwner>>& owners) {
  auto stories = std::make_unique<Stories>(table, thresholds, owners);
  if (Status ready = stories->prepare(world); !ready) return std::move(ready).error();
  return std::unique_ptr<ThresholdStories>(std::move(stories));
}

}  // namespace sojourn::cli
