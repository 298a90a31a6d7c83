#include "adapters/service/set_aside.h"

#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

constexpr std::size_t kPerPage = 1'000;

Diagnostic unreadable(const std::string& label, const std::string& why) {
  return make_diagnostic(Code::E0886, "device `" + label + "` is set aside: " + why,
                         "what it reports is kept; `sojourn explain E0886` has the ways back");
}

}  // namespace

// E0012 of a store that stopped is told again by the next commit, as E0015.
bool is_damage(const Diagnostic& error) {
  return error.code == Code::E0012 || error.code == Code::E0019;
}

Status SetAside::open(Store& store, const Keys& keys) {
  auto snapshot = store.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  StoreRange rest = StoreRange::with_prefix(keys.set_aside());
  while (true) {
    auto page = (*snapshot)->keys(rest, kPerPage);
    if (!page) return std::move(page).error();
    for (const StoreKey& key : *page) {
      StoreKeyReader parts(key);
      parts.read_text();
      std::string label = parts.read_text();
      devices_[label] = {unreadable(label, "it could not be read"), true};
    }
    if (page->size() < kPerPage) return {};
    rest = rest.after(page->back());
  }
}

const Diagnostic* SetAside::why(const std::string& label) const {
  if (devices_.empty()) return nullptr;
  auto known = devices_.find(label);
  bool aside = known != devices_.end() && !known->second.try_again;
  return aside ? &known->second.why : nullptr;
}

Diagnostic SetAside::add(const std::string& label, const Diagnostic& damage) {
  auto [known, added] = devices_.try_emplace(label);
  known->second = {unreadable(label, damage.message), false};
  // (The message of a damaged row has its key, and that has the device's name.)
  bool of_row = damage.code == Code::E0019;
  if (added) changes_.emplace_back(label, of_row ? "a row of it is damaged" : damage.message);
  return known->second.why;
}

void SetAside::remove(const std::string& label) {
  if (!devices_.empty() && devices_.erase(label) == 1) changes_.emplace_back(label, "");
}

void SetAside::try_all_again() {
  for (auto& [label, device] : devices_) device.try_again = true;
}

}  // namespace sojourn::service
