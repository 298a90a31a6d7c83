#include "adapters/eim/coap_exchange.h"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"

namespace sojourn::eim {
namespace {

constexpr std::uint8_t kChanged = coap_code(2, 4), kContinue = coap_code(2, 31),
                       kBadRequest = coap_code(4, 0), kIncomplete = coap_code(4, 8),
                       kTooLarge = coap_code(4, 13), kTooMany = coap_code(4, 29),
                       kUnavailable = coap_code(5, 3);

Bytes pattern(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 256);
  return bytes;
}

// A client on the other side of nothing: what it sends arrives at once.
struct Peer {
  CoapExchangeLimits limits;
  CoapBudget budget;
  CoapExchange exchange{limits, budget};
  std::uint16_t message_id = 10'000;
  std::vector<Bytes> delivered;
  EsipaAnswer answer = EsipaAnswer::message({1, 2, 3});

  explicit Peer(CoapExchangeLimits given = {}, std::size_t budget_bytes = 1u << 20)
      : limits(given), budget{budget_bytes, 0} {}

  // As received, with a new identifier unless one is given.
  CoapReply send(CoapRequest request) {
    if (request.message_id == 0) request.message_id = message_id++;
    CoapStep step = exchange.receive(request);
    if (!step.body) return step.reply;
    delivered.push_back(*step.body);
    return exchange.answer(step.delivery, answer);
  }

  CoapReply send_block(ByteView body, std::uint32_t number, std::uint8_t exponent,
                       ByteView tag = {}) {
    CoapRequest request;
    std::size_t size = std::size_t{16} << exponent;
    std::size_t offset = number * size;
    request.request_tag = tag;
    request.payload = body.subspan(offset, std::min(size, body.size() - offset));
    request.block1 = CoapBlock{number, offset + size < body.size(), exponent};
    return send(request);
  }

  CoapReply send_all(ByteView body, std::uint8_t exponent, ByteView tag = {}) {
    std::size_t size = std::size_t{16} << exponent;
    CoapReply reply;
    for (std::uint32_t number = 0; number * size < body.size(); ++number) {
      reply = send_block(body, number, exponent, tag);
      bool last = (number + 1) * size >= body.size();
      CHECK(reply.code == (last ? kChanged : kContinue));
      CHECK(reply.block1->number == number);
    }
    return reply;
  }

  Bytes fetch(CoapReply reply, std::uint8_t exponent) {
    Bytes whole(reply.payload.begin(), reply.payload.end());
    std::optional<std::uint32_t> etag = reply.etag;
    while (reply.block2 && reply.block2->more) {
      CoapRequest request;
      auto number = static_cast<std::uint32_t>(whole.size() >> (exponent + 4));
      request.block2 = CoapBlock{number, false, exponent};
      reply = send(request);
      REQUIRE(reply.code == kChanged);
      CHECK(reply.etag == etag);
      whole.insert(whole.end(), reply.payload.begin(), reply.payload.end());
    }
    return whole;
  }
};

CoapRequest plain(ByteView payload, std::uint16_t message_id = 0, ByteView token = {}) {
  CoapRequest request;
  request.message_id = message_id;
  request.token = token;
  request.payload = payload;
  return request;
}

TEST_CASE("answers have their codes") {
  Peer peer;
  const Bytes body = pattern(10);
  struct Row {
    EsipaAnswer answer;
    std::uint8_t code;
    std::optional<std::uint32_t> max_age;
  };
  const Row rows[] = {{EsipaAnswer::message({7}), kChanged, std::nullopt},
                      {EsipaAnswer::empty(), kChanged, std::nullopt},
                      {EsipaAnswer::undecodable(), kBadRequest, std::nullopt},
                      {EsipaAnswer::busy(9), kUnavailable, 9},
                      {EsipaAnswer::too_many(8), kTooMany, 8}};
  for (const Row& row : rows) {
    peer.answer = row.answer;
    CoapReply reply = peer.send(plain(body));
    CHECK(reply.code == row.code);
    CHECK(reply.max_age == row.max_age);
    CHECK_FALSE(reply.block2);
    CHECK(reply.payload.size() == row.answer.body.size());
  }
  CHECK(peer.delivered == std::vector<Bytes>(5, body));
}

TEST_CASE("bodies of every size around the block go both ways whole") {
  for (std::uint8_t exponent : {std::uint8_t{0}, std::uint8_t{2}, std::uint8_t{6}}) {
    std::size_t block = std::size_t{16} << exponent;
    for (std::size_t size :
         {block - 1, block, block + 1, 3 * block - 1, 3 * block, 3 * block + 1, block * 20 + 5}) {
      CAPTURE(int{exponent}, size);
      Peer peer;
      Bytes body = pattern(size);
      peer.answer = EsipaAnswer::message(pattern(size + 7));
      CoapReply reply = peer.send_all(body, exponent);
      if (size + 7 > 1024) CHECK(reply.size2 == size + 7);
      CHECK(peer.fetch(reply, 6) == pattern(size + 7));
      CHECK(peer.delivered == std::vector<Bytes>{body});
    }
  }
}

TEST_CASE("the client's smaller blocks are kept to") {
  Peer peer;
  const Bytes whole = pattern(1000);
  peer.answer = EsipaAnswer::message(whole);
  CoapRequest request = plain({});
  request.block2 = CoapBlock{0, false, 2};
  CoapReply reply = peer.send(request);
  CHECK(reply.payload.size() == 64);
  CHECK(peer.fetch(reply, 2) == whole);
  // It may change its mind on the way.
  peer.send(plain({}));
  request.block2 = CoapBlock{3, false, 4};
  CoapReply rest = peer.send(request);
  CHECK(Bytes(rest.payload.begin(), rest.payload.end()) == Bytes(whole.begin() + 768, whole.end()));
}

TEST_CASE("repeated messages are answered again and delivered once") {
  Peer peer;
  const Bytes body = pattern(20), token = {1, 2};
  CoapReply first = peer.send(plain(body, 7, token));
  CoapReply again = peer.send(plain(body, 7, token));
  CHECK(again.code == first.code);
  CHECK(std::equal(again.payload.begin(), again.payload.end(), first.payload.begin()));
  CHECK(peer.delivered.size() == 1);
  // A message of before the last: acknowledged, no more.
  peer.send(plain(body, 8, token));
  CHECK(peer.send(plain(body, 7, token)).code == 0);
  CHECK(peer.delivered.size() == 2);
  // The same identifier with another token is another message: identifiers come round.
  const Bytes other = {9};
  CHECK(peer.send(plain(body, 7, other)).code == kChanged);
  CHECK(peer.delivered.size() == 3);
}

TEST_CASE("a repeated last block is not a new message") {
  Peer peer;
  Bytes body = pattern(100);
  peer.send_block(body, 0, 2);
  CoapRequest last;
  last.message_id = 5;
  last.payload = ByteView(body).subspan(64);
  last.block1 = CoapBlock{1, false, 2};
  CHECK(peer.send(last).code == kChanged);
  CoapReply again = peer.send(last);
  CHECK(again.code == kChanged);
  CHECK(again.block1 == CoapBlock{1, false, 2});
  CHECK(peer.delivered == std::vector<Bytes>{body});
}

TEST_CASE("a first block sent again does not begin anew") {
  Peer peer;
  Bytes body = pattern(200);
  CoapRequest first;
  first.message_id = 5;
  first.payload = ByteView(body).first(64);
  first.block1 = CoapBlock{0, true, 2};
  CHECK(peer.send(first).code == kContinue);
  CHECK(peer.send_block(body, 1, 2).code == kContinue);
  CoapReply again = peer.send(first);
  CHECK(again.code == kContinue);
  CHECK(again.block1 == first.block1);
  CHECK(peer.send_block(body, 2, 2).code == kContinue);
  CHECK(peer.send_block(body, 3, 2).code == kChanged);
  CHECK(peer.send(first).code == 0);
  CHECK(peer.delivered == std::vector<Bytes>{body});
}

TEST_CASE("a request given up is not mixed with the next, even without Request-Tags") {
  Peer peer;
  Bytes first = pattern(200), second = pattern(200);
  second[100] ^= 1;
  for (std::uint32_t number : {0u, 1u, 2u}) peer.send_block(first, number, 2);
  CHECK(peer.send_block(second, 1, 2).code == kIncomplete);
  CHECK(peer.send_block(second, 2, 2).code == kIncomplete);
  peer.send_all(second, 2);
  CHECK(peer.delivered == std::vector<Bytes>{second});
}

TEST_CASE("blocks that do not follow on are refused, repeated ones acknowledged") {
  Peer peer;
  Bytes body = pattern(200);
  CHECK(peer.send_block(body, 1, 2).code == kIncomplete);
  CHECK(peer.send_block(body, 0, 2).code == kContinue);
  CHECK(peer.send_block(body, 2, 2).code == kIncomplete);
  CHECK(peer.send_block(body, 0, 2).code == kContinue);
  CHECK(peer.send_block(body, 1, 2).code == kContinue);
  CHECK(peer.send_block(body, 1, 2).code == kContinue);
  CHECK(peer.send_block(body, 2, 2).code == kContinue);
  CHECK(peer.send_block(body, 3, 2).code == kChanged);
  CHECK(peer.delivered == std::vector<Bytes>{body});
  CHECK(peer.send_block(body, 3, 2).code == kIncomplete);
}

TEST_CASE("blocks of two requests are not mixed") {
  Peer peer;
  Bytes first(100, 1), second(100, 2);
  const Bytes tag_a = {0xA}, tag_b = {0xB};
  CHECK(peer.send_block(first, 0, 2, tag_a).code == kContinue);
  CHECK(peer.send_block(second, 1, 2, tag_b).code == kIncomplete);
  CHECK(peer.send_block(second, 0, 2, tag_b).code == kContinue);
  CHECK(peer.send_block(first, 1, 2, tag_a).code == kIncomplete);
  CHECK(peer.send_block(second, 1, 2, tag_b).code == kChanged);
  CHECK(peer.delivered == std::vector<Bytes>{second});
}

TEST_CASE("bodies are limited") {
  CoapExchangeLimits limits;
  limits.body_bytes_max = 128;
  Peer peer(limits);
  for (std::size_t size : {127u, 128u}) {
    peer.send_all(pattern(size), 1);
    CHECK(peer.delivered.back().size() == size);
  }
  Bytes large = pattern(129);
  for (std::uint32_t number = 0; number < 4; ++number) {
    CHECK(peer.send_block(large, number, 1).code == kContinue);
  }
  CoapReply refused = peer.send_block(large, 4, 1);
  CHECK(refused.code == kTooLarge);
  CHECK(refused.size1 == 128u);
  CHECK(peer.budget.bytes == peer.answer.body.size());
  CHECK(peer.send(plain(pattern(129))).code == kTooLarge);
  CoapRequest announced;
  Bytes part = pattern(32);
  announced.payload = part;
  announced.block1 = CoapBlock{0, true, 1};
  announced.size1 = 129;
  CHECK(peer.send(announced).code == kTooLarge);
  announced.block1 = CoapBlock{0xFFFFF, true, 1};
  announced.size1.reset();
  CHECK(peer.send(announced).code == kTooLarge);
}

TEST_CASE("impossible blocks are refused") {
  Peer peer;
  Bytes part = pattern(16);
  CoapRequest request = plain(part);
  request.block1 = CoapBlock{0, true, 7};
  CHECK(peer.send(request).code == kBadRequest);
  request.block1 = CoapBlock{0, true, 1};  // 32 bytes announced
  CHECK(peer.send(request).code == kBadRequest);
  request.block1.reset();
  request.block2 = CoapBlock{0, false, 7};
  CHECK(peer.send(request).code == kBadRequest);
  request.block2 = CoapBlock{1, false, 6};  // of no answer
  CHECK(peer.send(request).code == kIncomplete);
  peer.send(plain(part));
  CHECK(peer.send(request).code == kBadRequest);  // beyond the answer
  request.block2 = CoapBlock{0xFFFFF, false, 6};
  CHECK(peer.send(request).code == kBadRequest);
}

TEST_CASE("sessions together keep no more than the budget") {
  Peer peer({}, 100);
  Bytes body = pattern(128);
  CHECK(peer.send_block(body, 0, 2).code == kContinue);
  CHECK(peer.budget.bytes == 64);
  CoapReply refused = peer.send_block(body, 1, 2);
  CHECK(refused.code == kUnavailable);
  CHECK(refused.max_age == limits::kEsipaRetryAfterSeconds);
  CHECK(peer.budget.bytes == 0);
  peer.answer = EsipaAnswer::message(pattern(101));
  CHECK(peer.send(plain(body)).code == kUnavailable);
  peer.answer = EsipaAnswer::message(pattern(100));
  CHECK(peer.send(plain(body)).code == kChanged);
  CHECK(peer.budget.bytes == 100);
}

TEST_CASE("a late answer to an overtaken request is dropped") {
  Peer peer;
  Bytes body = pattern(5);
  CoapStep slow = peer.exchange.receive(plain(body, 1));
  REQUIRE(slow.body);
  CHECK(slow.reply.code == 0);
  CHECK_FALSE(peer.exchange.receive(plain(body, 1)).body);  // repeated while waiting
  CoapStep next = peer.exchange.receive(plain(body, 2));
  REQUIRE(next.body);
  CHECK(peer.exchange.answer(slow.delivery, EsipaAnswer::message({1})).code == 0);
  CHECK(peer.exchange.answer(next.delivery, EsipaAnswer::message({2})).payload[0] == 2);
}

TEST_CASE("a client that repeats at random gets every body through once") {
  std::uint32_t seed = Catch::rngSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    Peer peer;
    std::size_t size = random() % 3000 + 1;
    auto exponent = static_cast<std::uint8_t>(random() % 7);
    std::size_t block = std::size_t{16} << exponent;
    Bytes body = pattern(size);
    peer.answer = EsipaAnswer::message(pattern(random() % 3000));
    std::vector<std::pair<CoapRequest, CoapReply>> sent;
    CoapReply reply;
    for (std::uint32_t number = 0; number * block < size; ++number) {
      CoapRequest request;
      request.message_id = static_cast<std::uint16_t>(number + 1);
      request.payload =
          ByteView(body).subspan(number * block, std::min(block, size - number * block));
      request.block1 = CoapBlock{number, (number + 1) * block < size, exponent};
      for (auto times = random() % 3 + 1; times > 0; --times) reply = peer.send(request);
    }
    CHECK(reply.code == kChanged);
    CHECK(peer.delivered == std::vector<Bytes>{body});
    CHECK(peer.fetch(reply, static_cast<std::uint8_t>(random() % 7)) == peer.answer.body);
  }
}

}  // namespace
}  // namespace sojourn::eim
