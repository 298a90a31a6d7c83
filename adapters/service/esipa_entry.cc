#include "adapters/service/esipa_entry.h"

#include "adapters/eim/esipa_answer.h"
#include "engine/base/limits.h"

namespace sojourn::service {
namespace {

// Is it a GetEimPackageRequest?
bool fetches(ByteView request) {
  return request.size() >= 2 && request[0] == 0xBF && request[1] == 0x4F;
}

}  // namespace

eim::EsipaAnswer EsipaEntry::handle(ByteView request, const eim::PeerFacts& peer) {
  ++counters_.messages;
  eim::Peer known{.now = now_(), .session_eid = sessions_.find(peer.address)};
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
    ++(eim::is_own_trouble(answer.error()) ? counters_.failed : counters_.undecodable);
    return eim::esipa_answer(std::move(answer));
  }
  if (!answer->enrolled) ++counters_.unknown_devices;
  if (answer->enrolled && answer->eid) {
    sessions_.note(address, *answer->eid);
    for (const eim::Notice& notice : answer->notices) {
      if (notice.kind == eim::Notice::Kind::signature_refused) ++counters_.signatures_refused;
    }
    tenant.engine->tell(*answer->eid, std::move(answer->notices));
  }
  return eim::esipa_answer(std::move(answer));
}

}  // namespace sojourn::service
