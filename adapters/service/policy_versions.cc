#include "adapters/service/policy_versions.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/service/json_line.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::service {
namespace {

Result<PolicyVersion> version_from(const StoreKey& key, const Bytes& bytes) {
  std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::size_t end = std::min(all.find('\n'), all.size());
  Json json = Json::parse(all.substr(0, end), nullptr, false);
  PolicyVersion version;
  try {
    json.at("digest").get_to(version.digest);
    json.at("by").get_to(version.by);
    json.at("at").get_to(version.at.ms);
    version.again = json.value("again", std::uint64_t{0});
  } catch (const Json::exception&) {
    return make_diagnostic(Code::E0012, "a version of the policy cannot be read");
  }
  StoreKeyReader parts(key);
  parts.read_text();
  version.number = parts.read_unsigned();  // 0 for a proposal, whose key has none
  if (end < all.size()) version.text = all.substr(end + 1);
  return version;
}

}  // namespace

namespace {
constexpr std::string_view kProposedBy = ", proposed by ";
}

std::string accepted_by(std::string_view acceptor, std::string_view proposer) {
  return std::string(acceptor) + std::string(kProposedBy) + std::string(proposer);
}

bool is_put_in_force_by(const PolicyVersion& version, std::string_view person) {
  return version.by == person || version.by.starts_with(accepted_by(person, "")) ||
         version.by.ends_with(accepted_by("", person));
}

// A line of JSON, then the text.
Bytes to_bytes(const PolicyVersion& version) {
  Json json;
  json["digest"] = version.digest;
  json["by"] = version.by;
  json["at"] = version.at.ms;
  if (version.again != 0) json["again"] = version.again;
  std::string all = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n" + version.text;
  return Bytes(all.begin(), all.end());
}

Result<std::vector<PolicyVersion>> policy_versions(Store& store, const Keys& keys,
                                                   std::size_t count_max) {
  auto snapshot = store.snapshot();
  if (!snapshot) return std::move(snapshot).error();
  auto rows =
      (*snapshot)->scan(StoreRange::with_prefix(keys.versions()), count_max, ScanOrder::descending);
  if (!rows) return std::move(rows).error();
  std::vector<PolicyVersion> versions;
  for (const StoreRow& row : *rows) {
    auto version = version_from(row.key, row.value);
    if (!version) return std::move(version).error();
    versions.push_back(std::move(*version));
  }
  return versions;
}

Result<std::optional<PolicyVersion>> policy_version(Store& store, const Keys& keys,
                                                    std::uint64_t number) {
  StoreKey key = keys.version(number);
  auto row = store.read(key);
  if (!row) return std::move(row).error();
  if (!row->has_value()) return std::optional<PolicyVersion>();
  auto version = version_from(key, **row);
  if (!version) return std::move(version).error();
  return std::optional(std::move(*version));
}

Result<std::optional<PolicyVersion>> version_to_return_to(Store& store, const Keys& keys,
                                                          std::string_view digest) {
  auto versions = policy_versions(store, keys, kPolicyVersionsMax);
  if (!versions) return std::move(versions).error();
  if (versions->empty()) return std::optional<PolicyVersion>();
  const PolicyVersion& newest = versions->front();
  std::uint64_t stands = newest.again != 0 ? newest.again : newest.number;
  auto found = std::find_if(versions->begin(), versions->end(), [&](const PolicyVersion& one) {
    return digest.empty() ? one.number < stands : one.digest == digest;
  });
  if (found == versions->end()) return std::optional<PolicyVersion>();
  if (found->again != 0) {
    // As itself, so that what was before it is found from here as well.
    auto self = std::find_if(found, versions->end(),
                             [&](const PolicyVersion& one) { return one.number == found->again; });
    if (self != versions->end()) found = self;
  }
  return std::optional(std::move(*found));
}

Result<std::optional<PolicyVersion>> policy_proposal(Store& store, const Keys& keys) {
  StoreKey key = keys.proposal();
  auto row = store.read(key);
  if (!row) return std::move(row).error();
  if (!row->has_value()) return std::optional<PolicyVersion>();
  auto proposal = version_from(key, **row);
  if (!proposal) return std::move(proposal).error();
  return std::optional(std::move(*proposal));
}

Status note_version(Store& store, const Keys& keys, PolicyVersion version,
                    StoreTransaction& effect) {
  auto newest = policy_versions(store, keys, 1);
  if (!newest) return std::move(newest).error();
  bool repeats = !newest->empty() && newest->front().text == version.text;
  if (repeats) return {};
  version.number = newest->empty() ? 1 : newest->front().number + 1;
  effect.put(keys.version(version.number), to_bytes(version));
  if (version.number > kPolicyVersionsMax) {
    effect.erase(keys.version(version.number - kPolicyVersionsMax));
  }
  return {};
}

}  // namespace sojourn::service
