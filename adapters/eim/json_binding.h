// The JSON binding of ESipa (SGP.32; sgp32.md 3): the same messages as the ASN.1 binding, each
// object as base64 of its DER, put around whatever answers the ASN.1 binding.
//
//   JsonBinding json(order_book_handler);
//   HttpsServer::start(options, order_book_handler, &json);
//
// A device that speaks JSON speaks 1.1 or later. Functions of a download that is relayed are
// answered as failed: this eIM relays none.
#pragma once

#include <optional>
#include <string>

#include "adapters/eim/esipa_handler.h"
#include "engine/base/result.h"

namespace sojourn::eim {

// Threads: those of the handler behind it, which outlives it.
class JsonBinding final : public EsipaJsonHandler {
 public:
  explicit JsonBinding(EsipaHandler& esipa) : esipa_(esipa) {}
  EsipaAnswer handle_json(std::string_view function, std::string_view body,
                          const PeerFacts& peer) override;

 private:
  EsipaHandler& esipa_;
};

// The two halves. E0831 for a function that is not ours to answer; E0806 for what is no JSON, or
// lacks what the function needs.
Result<Bytes> message_of_json(std::string_view function, std::string_view body);
// `message`: the answer of the ASN.1 binding; empty for handleNotification.
Result<std::string> json_of_answer(std::string_view function, ByteView message);

}  // namespace sojourn::eim
