#include "adapters/service/stored_chain.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/service/every_row.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

std::string_view line_in(const Bytes& value) {
  return {reinterpret_cast<const char*>(value.data()), value.size()};
}

// E0020 unless the record that was noted is there.
Status holds_noted(const StoreSnapshot& snapshot, const Keys& keys, const ChainHead& noted) {
  auto row = snapshot.read(keys.chain(noted.sequence));
  if (!row) return std::move(row).error();
  if (row->has_value()) {
    auto found = chain_head(line_in(**row));
    if (found && found->hash == noted.hash) return {};
  }
  return make_diagnostic(
      Code::E0020,
      fmt::format("record {} of the evidence chain, which was noted as its last, is {}",
                  noted.sequence, row->has_value() ? "another" : "missing"),
      "somebody changed the store: compare it with a copy; the chain goes on, and `sojourn audit "
      "verify` tells what it lacks");
}

}  // namespace

void note_chain_head(const Keys& keys, const ChainHead& head, StoreTransaction& effect) {
  Bytes value(sizeof head.sequence);
  for (std::size_t i = 0; i < value.size(); ++i) {
    value[i] = static_cast<std::uint8_t>(head.sequence >> (8 * i));
  }
  value.insert(value.end(), head.hash.begin(), head.hash.end());
  effect.put(keys.audit_head(), std::move(value));
}

Result<std::optional<ChainHead>> noted_chain_head(const StoreSnapshot& snapshot, const Keys& keys) {
  auto row = snapshot.read(keys.audit_head());
  if (!row) return std::move(row).error();
  if (!row->has_value()) return std::optional<ChainHead>();
  const Bytes& value = **row;
  ChainHead head;
  if (value.size() != sizeof head.sequence + head.hash.size()) {
    return make_diagnostic(Code::E0012, "the note of the evidence chain's end cannot be read");
  }
  for (std::size_t i = 0; i < sizeof head.sequence; ++i) {
    head.sequence |= std::uint64_t{value[i]} << (8 * i);
  }
  std::copy(value.begin() + sizeof head.sequence, value.end(), head.hash.begin());
  return std::optional(head);
}

Result<ChainEnd> end_of_chain(const StoreSnapshot& snapshot, const Keys& keys) {
  ChainEnd end;
  auto last = snapshot.scan(StoreRange::with_prefix(keys.chain()), 1, ScanOrder::descending);
  if (!last) return std::move(last).error();
  if (!last->empty()) {
    auto head = chain_head(line_in(last->front().value));
    if (!head) return std::move(head).error();
    end.head = *head;
  }
  auto noted = noted_chain_head(snapshot, keys);
  if (!noted) return std::move(noted).error();
  if (!noted->has_value()) return end;
  Status holds = holds_noted(snapshot, keys, **noted);
  if (!holds && holds.error().code != Code::E0020) return holds.error();
  if (!holds) end.fault = holds.error();
  if (!end.head || end.head->sequence < (*noted)->sequence) end.head = **noted;
  return end;
}

Status every_record(const StoreSnapshot& snapshot, const Keys& keys,
                    const std::function<Status(std::string_view line)>& take) {
  return every_row(snapshot, StoreRange::with_prefix(keys.chain()),
                   [&](const StoreRow& row) { return take(line_in(row.value)); });
}

Result<std::vector<std::string>> tenants_with_chains(const StoreSnapshot& snapshot) {
  std::vector<std::string> tenants;
  StoreRange rest = StoreRange::of_space(Space::settings);
  while (true) {
    auto first = snapshot.keys(rest, 1);
    if (!first) return std::move(first).error();
    if (first->empty()) return tenants;
    StoreKeyReader parts(first->front());
    const StoreKey all(Space::settings, parts.tenant(), parts.schema_version());
    auto last = snapshot.keys(StoreRange::with_prefix(all), 1, ScanOrder::descending);
    if (!last) return std::move(last).error();
    auto key = snapshot.read(Keys(parts.tenant()).audit_key());
    if (!key) return std::move(key).error();
    if (key->has_value()) tenants.push_back(parts.tenant());
    rest = rest.after(last->front());
  }
}

}  // namespace sojourn::service
