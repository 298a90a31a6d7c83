#include "adapters/service/fleet.h"

#include <algorithm>
#include <charconv>

#include "engine/base/bytes.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

constexpr std::int64_t kWhole = 1'000'000;
constexpr std::size_t kRowsPerPage = 10'000;

Bytes digits(std::int64_t value) {
  std::string text = std::to_string(value);
  return Bytes(text.begin(), text.end());
}

std::optional<std::int64_t> number_of(const Bytes& bytes) {
  const char* begin = reinterpret_cast<const char*>(bytes.data());
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(begin, begin + bytes.size(), value);
  bool whole = error == std::errc() && end == begin + bytes.size();
  return whole ? std::optional(value) : std::nullopt;
}

Diagnostic fleet_damaged() {
  return make_diagnostic(Code::E0012, "what is kept of a fleet is damaged");
}

// Where the device stands among all, in millionths: by a hash, so that nobody chooses.
std::int64_t place_of(const std::string& campaign, const std::string& label) {
  Sha256Digest digest = sha256(as_bytes(campaign + "\n" + label));
  std::uint64_t first = 0;
  for (int i = 0; i < 6; ++i) first = first << 8 | digest[static_cast<std::size_t>(i)];
  return static_cast<std::int64_t>(first % static_cast<std::uint64_t>(kWhole));
}

Result<std::optional<std::int64_t>> read_number(Store& store, const StoreKey& key) {
  auto row = store.read(key);
  if (!row) return std::move(row).error();
  if (!row->has_value()) return std::optional<std::int64_t>();
  auto number = number_of(**row);
  if (!number) return fleet_damaged();
  return number;
}

}  // namespace

Status Fleet::open_campaigns(Store& store, const Keys& keys, const PreparedPolicy& policy,
                             const std::string& kept_under, Instant now, StoreTransaction& effect) {
  campaigns_.clear();
  const RuleTable& table = policy.table();
  for (FeatureIndex f = 0; f < table.features.size(); ++f) {
    const Feature& feature = table.features[f];
    if (feature.kind != FeatureKind::released) continue;
    const Rule& rule = table.rules[feature.subject];
    if (!rule.action.rollout) continue;
    // An unnamed rule is another campaign when it is written otherwise.
    std::string name = rule.name.empty() ? to_hex(sha256(as_bytes(rule.source))) : rule.name;
    StoreKey key = keys.campaign(kept_under + name);
    auto opened = read_number(store, key);
    if (!opened) return std::move(opened).error();
    Instant at = *opened ? Instant{**opened} : now;
    if (!*opened) effect.put(std::move(key), digits(at.ms));
    campaigns_.push_back({std::move(name), f, *rule.action.rollout, at});
  }
  return {};
}

Status Fleet::open_in_shadow(Store& store, const Keys& keys, const PreparedPolicy& policy,
                             Instant now, StoreTransaction& effect) {
  std::string own = "shadow " + to_hex(policy.table().meaning_digest) + "\n";
  return open_campaigns(store, keys, policy, own, now, effect);
}

Status Fleet::open(Store& store, const Keys& keys, const PreparedPolicy& policy, Instant now,
                   StoreTransaction& effect) {
  Status opened = open_campaigns(store, keys, policy, {}, now, effect);
  if (!opened) return opened;
  const RuleTable& table = policy.table();
  longest_window_ = {};
  for (const Guard& guard : table.guards) {
    bool counts = guard.kind == Guard::Kind::fleet_share || guard.kind == Guard::Kind::fleet_count;
    if (counts) longest_window_ = std::max(longest_window_, guard.window);
  }
  auto size = read_number(store, keys.fleet_size());
  if (!size) return std::move(size).error();
  kept_size_ = static_cast<std::uint64_t>(size->value_or(0));
  size_ = std::max(size_, kept_size_);
  switches_.clear();
  auto snapshot = store.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  StoreRange rest = StoreRange::with_prefix(keys.switched());
  while (true) {
    auto page = (*snapshot)->scan(rest, kRowsPerPage);
    if (!page) return std::move(page).error();
    for (const StoreRow& row : *page) {
      StoreKeyReader parts(row.key);
      parts.read_text();
      Instant at = parts.read_instant();
      if (at + longest_window_ < now) {
        effect.erase(row.key);
      } else {
        switches_.push_back(at);
      }
    }
    if (page->size() < kRowsPerPage) return {};
    rest = rest.after(page->back().key);
  }
}

Instant Fleet::tell(Device& device, const std::string& label, Instant now) const {
  Instant next = kNever;
  for (const Campaign& campaign : campaigns_) {
    std::int64_t share = 0;
    Instant opens = campaign.opened;
    for (std::int64_t stage : campaign.rollout.stages) {
      if (opens > now) {
        next = std::min(next, opens);
        break;
      }
      share = stage;
      opens = opens + campaign.rollout.each;
    }
    bool released = place_of(campaign.name, label) < share;
    device.told(campaign.feature, Reading::exactly(released ? 1 : 0));
  }
  return next;
}

void Fleet::keep_size(const Keys& keys, StoreTransaction& effect) {
  if (size_ == kept_size_) return;
  effect.put(keys.fleet_size(), digits(static_cast<std::int64_t>(size_)));
  kept_size_ = size_;
}

void Fleet::forget_before(Instant t) {
  while (!switches_.empty() && switches_.front() < t) switches_.pop_front();
}

void Fleet::judge(const PreparedPolicy& policy, const Decision& decision, Instant now,
                  PlanGates& gates) {
  forget_before(now - longest_window_);
  bool stops = false, spares_bans = true;
  for (const Guard& guard : policy.table().guards) {
    bool share = guard.kind == Guard::Kind::fleet_share;
    if (!share && guard.kind != Guard::Kind::fleet_count) continue;
    bool excepted =
        decision.rule >= 0 &&
        std::find(guard.except_rules.begin(), guard.except_rules.end(),
                  static_cast<std::uint32_t>(decision.rule)) != guard.except_rules.end();
    if (excepted) continue;
    // A share is rounded up to a whole device (semantics 22).
    auto size = static_cast<std::int64_t>(size_);
    std::int64_t most = share ? (size * guard.most + kWhole - 1) / kWhole : guard.most;
    auto first = std::upper_bound(switches_.begin(), switches_.end(), now - guard.window);
    if (switches_.end() - first < most) continue;
    stops = true;
    spares_bans = spares_bans && guard.except_bans;
    Instant frees = first == switches_.end() ? now + guard.window : *first + guard.window;
    gates.changes_at = std::min(gates.changes_at, frees);
  }
  if (!stops) return;
  gates.guard_spares_bans = spares_bans && (!gates.guard_stops || gates.guard_spares_bans);
  gates.guard_stops = true;
}

void Fleet::note_switch(const Keys& keys, const std::string& label, Instant at,
                        StoreTransaction& effect) {
  if (longest_window_.ms == 0) return;
  switches_.insert(std::upper_bound(switches_.begin(), switches_.end(), at), at);
  effect.put(keys.switched(at, label), {});
}

}  // namespace sojourn::service
