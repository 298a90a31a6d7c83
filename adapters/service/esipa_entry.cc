#include "adapters/service/esipa_entry.h"

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::service {
namespace {

// As many as there can be connections; older ones are forgotten first.
constexpr std::size_t kSessionsMax = 2 * limits::kHttpsConnectionsMax;

// Is it a GetEimPackageRequest?
bool fetches(ByteView request) {
  return request.size() >= 2 && request[0] == 0xBF && request[1] == 0x4F;
}

}  // namespace

BookPool::BookPool(Store& store, const eim::SigningKey& key, const eim::BookOptions& options,
                   std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    Result<eim::SigningKey> copy = key.clone();
    if (!copy) continue;  // cannot be: it was read a moment ago
    Place& place = places_.emplace_back();
    place.key = std::make_unique<eim::SigningKey>(std::move(copy).value());
    place.book = std::make_unique<eim::OrderBook>(store, *place.key, eim::random_bytes(), options);
  }
}

Result<eim::Answer> BookPool::handle(ByteView message, const eim::Peer& peer) {
  for (Place& place : places_) {
    std::unique_lock lock(place.mutex, std::try_to_lock);
    if (lock.owns_lock()) return place.book->handle(message, peer);
  }
  auto place = places_.begin();
  std::advance(place, static_cast<std::ptrdiff_t>(next_++ % places_.size()));
  std::lock_guard lock(place->mutex);
  return place->book->handle(message, peer);
}

std::optional<Eid> EsipaEntry::eid_of_session(std::string_view address) {
  std::lock_guard lock(mutex_);
  auto found = sessions_.find(std::string(address));
  if (found == sessions_.end()) return std::nullopt;
  return found->second;
}

void EsipaEntry::note_session(std::string_view address, const Eid& eid) {
  std::lock_guard lock(mutex_);
  auto [place, added] = sessions_.insert_or_assign(std::string(address), eid);
  if (!added) return;
  session_order_.push_back(place->first);
  if (session_order_.size() <= kSessionsMax) return;
  sessions_.erase(session_order_.front());
  session_order_.pop_front();
}

eim::EsipaAnswer EsipaEntry::handle(ByteView request, const eim::PeerFacts& peer) {
  ++counters_.messages;
  eim::Peer known{.now = now_(), .session_eid = eid_of_session(peer.address)};
  // The book that knows the device answers. When none does, the last one's answer says so. Of a
  // tenant that is stopped nothing leaves; what its devices bring is taken in.
  bool stopped = false;
  for (std::size_t i = 0; i < tenants_.size(); ++i) {
    const Tenant& tenant = tenants_[i];
    if (tenant.engine->killed() && fetches(request)) {
      stopped = true;
      continue;
    }
    Result<eim::Answer> answer = tenant.books->handle(request, known);
    bool nobodys = !answer || !answer->enrolled;
    if (stopped && nobodys) continue;  // it may be a device of the one that is stopped
    bool last = i + 1 == tenants_.size();
    if (last || (answer && answer->enrolled)) {
      return answer_of(std::move(answer), tenant, peer.address);
    }
  }
  return eim::EsipaAnswer::busy(limits::kEsipaRetryAfterSeconds);
}

eim::EsipaAnswer EsipaEntry::answer_of(Result<eim::Answer> answer, const Tenant& tenant,
                                       std::string_view address) {
  if (!answer) {
    Code code = answer.error().code;
    bool ours = code == Code::E0009 || code == Code::E0014 || code == Code::E0015 ||
                code == Code::E0016 || code == Code::E0018 || code == Code::E0012 ||
                code == Code::E0019 || code == Code::E0812;
    ++(ours ? counters_.failed : counters_.undecodable);
    return ours ? eim::EsipaAnswer::busy(limits::kEsipaRetryAfterSeconds)
                : eim::EsipaAnswer::undecodable();
  }
  if (!answer->enrolled) ++counters_.unknown_devices;
  if (answer->enrolled && answer->eid) {
    note_session(address, *answer->eid);
    for (const eim::Notice& notice : answer->notices) {
      if (notice.kind == eim::Notice::Kind::signature_refused) ++counters_.signatures_refused;
    }
    tenant.engine->tell(*answer->eid, std::move(answer->notices));
  }
  if (answer->body.empty()) return eim::EsipaAnswer::empty();
  return eim::EsipaAnswer::message(std::move(answer->body));
}

}  // namespace sojourn::service
