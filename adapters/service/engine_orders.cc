// From commands that were decided to orders of the book, and the operators' own orders.
#include "adapters/eim/command_package.h"
#include "adapters/service/engine.h"
#include "adapters/service/hand_order.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

// A device that polls again and again between reading and committing: not so often.
constexpr int kPlaceAttempts = 16;

}  // namespace

// --- by hand -------------------------------------------------------------------------------------

Result<PlacedOrder> Engine::place(const Eid& eid, const HandOrder& order, bool force,
                                  const std::optional<OrderKey>& key) {
  Result<PlacedOrder> placed = PlacedOrder{};
  Status done = do_errand([&]() -> Status {
    placed = place_now(eid, order, force, key);
    return placed ? Status() : placed.error();
  });
  if (!done) return std::move(done).error();
  return placed;
}

Result<PlacedOrder> Engine::place_now(const Eid& eid, const HandOrder& order, bool force,
                                      const std::optional<OrderKey>& key) {
  if (killed()) {
    return make_diagnostic(Code::E0842, "a kill switch stops all orders",
                           "`sojourn kill` shows it");
  }
  if (key) {
    auto known = known_order(tenant_.store(), tenant_.keys(), *key);
    if (!known) return std::move(known).error();
    if (known->has_value()) return PlacedOrder{**known, true};
  }
  for (int attempt = 0; attempt < kPlaceAttempts; ++attempt) {
    auto placement =
        eim::prepare_order(tenant_.book(), eid, order.content,
                           {.force = force, .without_rollback = order.without_rollback});
    if (!placement) return std::move(placement).error();
    StoreTransaction effect;
    append(effect, placement->effect);
    if (key) {
      Status noted =
          note_order_key(tenant_.store(), tenant_.keys(), *key, placement->id, now_(), effect);
      if (!noted) return std::move(noted).error();
    }
    Status committed = tenant_.store().commit(effect);
    if (committed) return PlacedOrder{placement->id, false};
    // E0016: the device polled meanwhile.
    if (committed.error().code != Code::E0016) return std::move(committed).error();
  }
  return make_diagnostic(Code::E0016, "the device is busy", "order it again in a moment");
}

Result<std::int64_t> Engine::end_enrolment(const Eid& eid, const std::string& by) {
  std::int64_t last_counter = 0;
  Status done = do_errand([&] {
    Status made;
    for (int attempt = 0; attempt < kPlaceAttempts; ++attempt) {
      made = make(tenant_.end_enrolment(eid, by, now_(), last_counter));
      if (made || made.error().code != Code::E0016) break;
    }
    return made;
  });
  if (!done) return std::move(done).error();
  return last_counter;
}

Status Engine::withdraw(const Eid& eid, eim::OrderId order) {
  Status done = do_errand([&] { return tenant_.book().withdraw(eid, order); });
  if (done) tell(eid, {{.kind = eim::Notice::Kind::order_finished, .eid = eid, .order = order}});
  return done;
}

// --- decided -------------------------------------------------------------------------------------

Status Engine::settle_placements(Effects& effects, std::vector<Status>& answers) {
  std::vector<StoredIntent> left;
  std::uint64_t count = 0;
  for (StoredIntent& one : effects.intents) {
    if (one.with_turn) {
      ++count;
      continue;
    }
    if (!one.placement) {
      left.push_back(std::move(one));
      continue;
    }
    Status& answer = answers[*one.placement];
    if (answer) {
      ++count;
    } else if (answer.error().code == Code::E0016) {
      answer = {};
      tenant_.note_unplaced(one.label);
      auto row = tenant_.store().read(tenant_.keys().intent(one.label));
      if (!row) return std::move(row).error();
      // Of several for one device the last stands.
      if (row->has_value()) left.push_back({one.label, std::move(**row), {}, false});
    }
  }
  effects.intents = std::move(left);
  std::lock_guard lock(mutex_);
  counters_.orders += count;
  return {};
}

Status Engine::dispatch(std::vector<StoredIntent> decided) {
  while (!decided.empty()) {
    std::vector<StoredIntent> again;
    Effects refusals;
    if (Status done = dispatch_round(decided, again, refusals); !done) return done;
    if (Status done = commit(refusals); !done) return done;
    decided = std::move(again);
  }
  return {};
}

// `again`: those that lost a race with their device.
Status Engine::dispatch_round(const std::vector<StoredIntent>& decided,
                              std::vector<StoredIntent>& again, Effects& refusals) {
  std::vector<StoreTransaction> placements;
  std::vector<std::string> placed;
  for (const StoredIntent& one : decided) {
    const std::string& label = one.label;
    auto eid = parse_eid(label);
    if (!eid) continue;
    auto intent = intent_from(one.intent);
    if (!intent) return std::move(intent).error();
    if (intent->withdraw != 0) {
      auto order = tenant_.order_of(label, intent->withdraw);
      if (!order && order.error().code == Code::E0886) continue;
      if (!order) return std::move(order).error();
      // Too late to take it back: then its result comes.
      auto withdraw = [&] { return tenant_.book().withdraw(*eid, *order); };
      if (*order != 0 && when_there_is_room(withdraw)) {
        tell(*eid, {{.kind = eim::Notice::Kind::order_finished, .eid = *eid, .order = *order}});
      }
    }
    StoreTransaction effect;
    StoreKey key = tenant_.keys().intent(label);
    effect.expect(key, one.intent).erase(key);
    if (intent->command.number != 0) {
      auto placement = eim::prepare_order(tenant_.book(), *eid, intent->command, {});
      if (!placement) {
        const Diagnostic& why = placement.error();
        if (is_damage(why)) {
          tenant_.set_aside(label, why);
          continue;
        }
        bool enrolled = why.code != Code::E0841;
        if (enrolled && why.code != Code::E0842) return why;
        Status told = tenant_.take_refusal(
            label, intent->command,
            enrolled ? CommandResult::Outcome::refused : CommandResult::Outcome::not_now,
            why.message, now_(), refusals);
        if (!told && told.error().code != Code::E0886) return told;
        continue;
      }
      append(effect, placement->effect);
      Status noted = tenant_.note_order(label, placement->id, intent->command.number, effect);
      if (!noted && noted.error().code == Code::E0886) continue;
      if (!noted) return noted;
    }
    placements.push_back(std::move(effect));
    placed.push_back(label);
  }
  if (placements.empty()) return {};
  std::vector<Status> answers = commit_group(placements);
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i]) {
      ++count;
    } else if (answers[i].error().code == Code::E0016) {
      // It may have been decided otherwise meanwhile, or placed.
      auto row = tenant_.store().read(tenant_.keys().intent(placed[i]));
      if (!row) return std::move(row).error();
      if (row->has_value()) again.push_back({placed[i], std::move(**row), {}, false});
    } else {
      return std::move(answers[i]);
    }
  }
  std::lock_guard lock(mutex_);
  counters_.orders += count;
  return {};
}

}  // namespace sojourn::service
