#include "adapters/eim/https_server.h"

#include <utility>

#include "adapters/eim/http_binding.h"

namespace sojourn::eim {

class HttpsServer::Binding final : public HttpHandler {
 public:
  Binding(EsipaHandler& handler, EsipaJsonHandler* json_handler)
      : handler_(handler), json_handler_(json_handler) {}

  unsigned judge(const HttpRequest& head) override { return verdict_on(head).status; }

  bool may_wait(const HttpRequest& request) const override {
    HttpVerdict verdict = verdict_on(request);
    return verdict.route == HttpRoute::asn1 ? handler_.may_wait(request.body)
                                            : json_handler_->may_wait_json(verdict.function);
  }

  HttpResponse handle(const HttpRequest& request) override {
    HttpVerdict verdict = verdict_on(request);
    PeerFacts peer{request.transport, request.address, request.identity,
                   request.fields["X-Admin-Protocol"]};
    EsipaAnswer answer;
    if (verdict.route == HttpRoute::asn1) {
      answer = handler_.handle(request.body, peer);
    } else {
      std::string_view text(reinterpret_cast<const char*>(request.body.data()),
                            request.body.size());
      answer = json_handler_->handle_json(verdict.function, text, peer);
    }
    HttpResponse response;
    response.status = http_status(answer.kind);
    if (response.status == 200) response.content_type = http_content_type(verdict.route);
    response.body = std::move(answer.body);
    response.retry_after_s = answer.retry_after_s;
    return response;
  }

  void complete(const HttpRequest& head, HttpResponse& response) const override {
    response.fields.emplace_back("X-Admin-Protocol",
                                 admin_protocol_answer(head.fields["X-Admin-Protocol"]));
    if (response.status == 405) response.fields.emplace_back("Allow", "POST");
  }

 private:
  HttpVerdict verdict_on(const HttpRequest& head) const {
    return judge_http(head.method, head.target, head.fields["Content-Type"],
                      json_handler_ != nullptr);
  }

  EsipaHandler& handler_;
  EsipaJsonHandler* const json_handler_;
};

HttpsServer::HttpsServer(std::unique_ptr<Binding> binding, std::unique_ptr<HttpServer> server)
    : binding_(std::move(binding)), server_(std::move(server)) {}
HttpsServer::~HttpsServer() { stop(); }

Result<std::unique_ptr<HttpsServer>> HttpsServer::start(HttpsServerOptions options,
                                                        EsipaHandler& handler,
                                                        EsipaJsonHandler* json_handler) {
  auto binding = std::make_unique<Binding>(handler, json_handler);
  Result<std::unique_ptr<HttpServer>> server = HttpServer::start(std::move(options), *binding);
  if (!server) return std::move(server).error();
  return std::unique_ptr<HttpsServer>(
      new HttpsServer(std::move(binding), std::move(server).value()));
}

std::uint16_t HttpsServer::port() const { return server_->port(); }
std::uint16_t HttpsServer::plain_port() const { return server_->plain_port(); }
HttpsCounters HttpsServer::counters() const { return server_->counters(); }
Status HttpsServer::reload(const TlsIdentity& identity) { return server_->reload(identity); }
void HttpsServer::stop() { server_->stop(); }

}  // namespace sojourn::eim
