#include "adapters/eim/coap_exchange.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace sojourn::eim {
namespace {

constexpr std::uint8_t kChanged = coap_code(2, 4);
constexpr std::uint8_t kContinue = coap_code(2, 31);
constexpr std::uint8_t kReservedExponent = 7;

std::uint8_t code_of(EsipaAnswer::Kind kind) {
  switch (kind) {
    case EsipaAnswer::Kind::message:
    case EsipaAnswer::Kind::empty:
      return kChanged;
    case EsipaAnswer::Kind::undecodable:
      return coap_code(4, 0);
    case EsipaAnswer::Kind::busy:
      return coap_code(5, 3);
    case EsipaAnswer::Kind::too_many:
      return coap_code(4, 29);
  }
  return coap_code(5, 0);
}

}  // namespace

CoapExchange::~CoapExchange() {
  drop_assembly();
  drop_answer();
}

CoapStep CoapExchange::receive(const CoapRequest& request) {
  if (std::optional<CoapReply> again = repeated(request)) return {*again, {}, 0};
  bool reserved = (request.block1 && request.block1->size_exponent >= kReservedExponent) ||
                  (request.block2 && request.block2->size_exponent >= kReservedExponent);
  if (reserved) return {refuse(4, 0), {}, 0};
  // A further block of the answer is asked for by the same request without its body.
  if (request.block2 && request.block2->number > 0) return {next_block(request), {}, 0};
  if (request.block1 && (request.block1->number > 0 || request.block1->more)) {
    return receive_block(request);
  }
  drop_assembly();
  if (request.payload.size() > limits_.body_bytes_max) {
    CoapReply reply = refuse(4, 13);
    reply.size1 = static_cast<std::uint32_t>(limits_.body_bytes_max);
    return {reply, {}, 0};
  }
  return deliver(request, Bytes(request.payload.begin(), request.payload.end()));
}

// A message is a repetition if its identifier and its token are those of an earlier one. (DTLS
// drops a datagram that the network doubled; what a client sends again is another record.)
std::optional<CoapReply> CoapExchange::repeated(const CoapRequest& request) {
  for (const Seen& seen : seen_) {
    bool same = seen.used && seen.message_id == request.message_id &&
                std::equal(request.token.begin(), request.token.end(), seen.token.begin(),
                           seen.token.begin() + seen.token_size);
    if (!same) continue;
    if (seen.delivery != 0) {
      return seen.delivery == delivery_ && answer_ ? first_reply() : CoapReply{};
    }
    CoapReply reply;
    if (assembly_ && seen.assembly == assembly_count_) {
      reply.code = kContinue;
      reply.block1 = seen.block1;
    }
    return reply;
  }
  return std::nullopt;
}

CoapExchange::Seen& CoapExchange::remember(const CoapRequest& request) {
  Seen& seen = seen_[seen_next_++ % kSeenCount];
  seen = {};
  seen.used = true;
  seen.message_id = request.message_id;
  seen.token_size = static_cast<std::uint8_t>(std::min(request.token.size(), seen.token.size()));
  std::copy_n(request.token.begin(), seen.token_size, seen.token.begin());
  return seen;
}

CoapReply CoapExchange::next_block(const CoapRequest& request) {
  if (!answer_ || answer_->kind != EsipaAnswer::Kind::message) return refuse(4, 8);
  const CoapBlock& block = *request.block2;
  if (block.number * block.size() >= answer_->body.size()) return refuse(4, 0);
  return slice(block, false);
}

// RFC 7959 2.3 and 2.5. A block that does not follow on, or is of another request, is 4.08: the
// client starts anew. So is one that we have but with other bytes: without Request-Tags a request
// that was given up looks like this, and must not be mixed with the next.
CoapStep CoapExchange::receive_block(const CoapRequest& request) {
  const CoapBlock& block = *request.block1;
  ByteView tag = request.request_tag;
  std::size_t offset = block.number * block.size();
  bool too_large = offset + request.payload.size() > limits_.body_bytes_max ||
                   (request.size1 && *request.size1 > limits_.body_bytes_max);
  if (too_large) {
    drop_assembly();
    CoapReply reply = refuse(4, 13);
    reply.size1 = static_cast<std::uint32_t>(limits_.body_bytes_max);
    return {reply, {}, 0};
  }
  if (block.more && request.payload.size() != block.size()) return {refuse(4, 0), {}, 0};
  if (block.number == 0) {
    drop_assembly();
    assembly_.emplace();
    ++assembly_count_;
    assembly_->request_tag.assign(tag.begin(), tag.end());
  }
  bool follows = assembly_ && std::ranges::equal(assembly_->request_tag, tag) &&
                 offset <= assembly_->body.size();
  if (!follows) return {refuse(4, 8), {}, 0};
  Bytes& body = assembly_->body;
  if (offset == body.size()) {
    if (!reserve(request.payload.size())) {
      drop_assembly();
      CoapReply reply = refuse(5, 3);
      reply.max_age = limits_.retry_after_s;
      return {reply, {}, 0};
    }
    body.insert(body.end(), request.payload.begin(), request.payload.end());
  } else if (offset + request.payload.size() > body.size() ||
             !std::equal(request.payload.begin(), request.payload.end(),
                         body.begin() + static_cast<std::ptrdiff_t>(offset))) {
    drop_assembly();
    return {refuse(4, 8), {}, 0};
  } else if (!block.more) {
    return {refuse(4, 8), {}, 0};  // a last block cannot lie before the end
  }
  if (block.more) {
    Seen& seen = remember(request);
    seen.block1 = block;
    seen.assembly = assembly_count_;
    CoapReply reply;
    reply.code = kContinue;
    reply.block1 = block;
    return {reply, {}, 0};
  }
  Bytes whole = std::move(body);
  release(whole.size());
  assembly_.reset();
  return deliver(request, std::move(whole));
}

CoapStep CoapExchange::deliver(const CoapRequest& request, Bytes body) {
  drop_answer();
  ++delivery_;
  asked_block1_ = request.block1;
  asked_block2_ = request.block2;
  remember(request).delivery = delivery_;
  return {CoapReply{}, std::move(body), delivery_};
}

CoapReply CoapExchange::answer(std::uint64_t delivery, EsipaAnswer answer) {
  if (delivery != delivery_ || answer_) return {};
  if (!reserve(answer.body.size())) answer = EsipaAnswer::busy(limits_.retry_after_s);
  answer_ = std::move(answer);
  return first_reply();
}

CoapReply CoapExchange::first_reply() const {
  assert(answer_);
  CoapBlock block{0, false, limits_.size_exponent};
  if (asked_block2_)
    block.size_exponent = std::min(asked_block2_->size_exponent, block.size_exponent);
  CoapReply reply = slice(block, true);
  reply.block1 = asked_block1_;
  return reply;
}

// One block of the kept answer; all of it, without a block option, when it fits.
CoapReply CoapExchange::slice(const CoapBlock& block, bool first) const {
  CoapReply reply;
  reply.code = code_of(answer_->kind);
  bool refusal =
      answer_->kind == EsipaAnswer::Kind::busy || answer_->kind == EsipaAnswer::Kind::too_many;
  if (refusal) reply.max_age = answer_->retry_after_s;
  ByteView body = answer_->body;
  std::size_t offset = std::min(body.size(), block.number * block.size());
  std::size_t size = std::min(block.size(), body.size() - offset);
  reply.payload = body.subspan(offset, size);
  if (first && size == body.size()) return reply;
  reply.block2 = CoapBlock{block.number, offset + size < body.size(), block.size_exponent};
  // Tells blocks of this answer from those of the next.
  reply.etag = static_cast<std::uint32_t>(delivery_);
  if (first) reply.size2 = static_cast<std::uint32_t>(body.size());
  return reply;
}

CoapReply CoapExchange::refuse(unsigned of_class, unsigned detail) const {
  CoapReply reply;
  reply.code = coap_code(of_class, detail);
  return reply;
}

bool CoapExchange::reserve(std::size_t bytes) {
  if (bytes > budget_.bytes_max - budget_.bytes) return false;
  budget_.bytes += bytes;
  return true;
}

void CoapExchange::release(std::size_t bytes) {
  assert(bytes <= budget_.bytes);
  budget_.bytes -= bytes;
}

void CoapExchange::drop_assembly() {
  if (assembly_) release(assembly_->body.size());
  assembly_.reset();
}

void CoapExchange::drop_answer() {
  if (answer_) release(answer_->body.size());
  answer_.reset();
}

}  // namespace sojourn::eim
