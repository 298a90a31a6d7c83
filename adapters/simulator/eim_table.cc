#include "adapters/simulator/eim_table.h"

#include <algorithm>

namespace sojourn::simulator {
namespace {

using namespace sgp32;

constexpr std::int64_t kOk = 0, kInsufficientMemory = 1, kEimNotFound = 1, kAlreadyExists = 2,
                       kLastEimDeleted = 2, kCiKeyUnknown = 3, kInvalidAssociationToken = 5,
                       kCounterOutOfRange = 6, kCommandError = 7;
constexpr std::int64_t kMakeToken = -1;  // as associationToken: the eUICC chooses

}  // namespace

Result<TrustedKey> public_key_of(const KeyOrCertificate& key) {
  if (const auto* info = std::get_if<sgp32::PublicKey>(&key)) {
    return TrustedKey::from_public_key_info(info->der);
  }
  return TrustedKey::from_certificate(std::get<Certificate>(key).der);
}

bool succeeded(const OperationResult& result) {
  return result.code == kOk ||
         (result.operation == Operation::delete_eim && result.code == kLastEimDeleted);
}

EimAssociation* EimTable::find(std::string_view eim_id) {
  auto found = std::find_if(associations_.begin(), associations_.end(),
                            [&](const auto& one) { return one.configuration.eim_id == eim_id; });
  return found == associations_.end() ? nullptr : &*found;
}

Operation operation_of(const Eco& operation) {
  constexpr Operation kOperations[] = {Operation::add_eim, Operation::delete_eim,
                                       Operation::update_eim, Operation::list_eim};
  static_assert(std::size(kOperations) == std::variant_size_v<Eco>);
  return kOperations[operation.index()];
}

OperationResult EimTable::execute(const Eco& operation) {
  OperationResult result{.operation = operation_of(operation)};
  if (const auto* add = std::get_if<AddEim>(&operation)) {
    result.code = run(*add, result.association_token);
  } else if (const auto* remove = std::get_if<DeleteEim>(&operation)) {
    result.code = run(*remove);
  } else if (const auto* update = std::get_if<UpdateEim>(&operation)) {
    result.code = run(*update);
  } else {
    for (const EimAssociation& one : associations_) {
      result.eims.push_back({one.configuration.eim_id, one.configuration.id_type});
    }
  }
  return result;
}

std::int64_t EimTable::refusal(const EimConfigurationData& x) const {
  bool ci_known = !x.ci_key_id || options_.ci_key_id.empty() || *x.ci_key_id == options_.ci_key_id;
  if (!ci_known) return kCiKeyUnknown;
  if (x.counter && (*x.counter < 0 || *x.counter > options_.counter_max)) {
    return kCounterOutOfRange;
  }
  if (x.eim_key && !public_key_of(*x.eim_key)) return kCommandError;
  return kOk;
}

std::int64_t EimTable::run(const AddEim& x, std::optional<std::int64_t>& token) {
  const EimConfigurationData& data = x.configuration;
  if (find(data.eim_id) != nullptr) return kAlreadyExists;
  // Without a key nothing could be verified, without a counter nothing kept from being replayed.
  if (!data.eim_key || !data.counter) return kCommandError;
  if (std::int64_t code = refusal(data); code != kOk) return code;
  if (data.association_token && *data.association_token != kMakeToken) {
    return kInvalidAssociationToken;
  }
  if (associations_.size() >= options_.eim_count_max) return kInsufficientMemory;
  EimAssociation added{
      .configuration = data, .key = public_key_of(*data.eim_key).value(), .counter = *data.counter};
  if (data.association_token) added.token = token = ++last_token_;
  associations_.push_back(std::move(added));
  return kOk;
}

std::int64_t EimTable::run(const DeleteEim& x) {
  EimAssociation* association = find(x.eim_id);
  if (association == nullptr) return kEimNotFound;
  associations_.erase(associations_.begin() + (association - associations_.data()));
  return associations_.empty() ? kLastEimDeleted : kOk;
}

// What is absent stays as it was.
std::int64_t EimTable::run(const UpdateEim& x) {
  const EimConfigurationData& data = x.configuration;
  EimAssociation* association = find(data.eim_id);
  if (association == nullptr) return kEimNotFound;
  if (std::int64_t code = refusal(data); code != kOk) return code;
  EimConfigurationData& kept = association->configuration;
  if (data.eim_key) {
    association->key = public_key_of(*data.eim_key).value();
    kept.eim_key = data.eim_key;
  }
  if (data.counter) association->counter = *data.counter;
  if (data.fqdn) kept.fqdn = data.fqdn;
  if (data.id_type) kept.id_type = data.id_type;
  if (data.tls_key) kept.tls_key = data.tls_key;
  if (data.protocols) kept.protocols = data.protocols;
  if (data.ci_key_id) kept.ci_key_id = data.ci_key_id;
  kept.indirect_download |= data.indirect_download;
  return kOk;
}

void EimTable::restore(std::vector<EimAssociation> associations, std::int64_t last_token) {
  associations_ = std::move(associations);
  last_token_ = last_token;
}

}  // namespace sojourn::simulator
