// The operators' interface: JSON over HTTPS. One table of routes drives the router, the check of
// tokens and the document at /openapi.json, so none of them can say what the others do not do.
//
//   Rest rest({.tenants = {...}, .tokens = tokens, ...});
//   auto server = eim::HttpServer::start(options, rest);
//
// Errors are problem+json (RFC 9457) with our diagnostic's code. Lists are paged: `limit` and
// `after`, and `next` in the answer is the `after` of the next page.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/eim/http_server.h"
#include "adapters/service/engine.h"
#include "adapters/service/policy.h"
#include "adapters/service/tokens.h"

namespace sojourn::service {

class Rest;

// A request on its way: parts of its path, its query, who asks.
struct RestCall {
  const eim::HttpRequest& request;
  std::vector<std::string> parts;  // what stood for {device}, {order}
  std::string_view query;
  TokenHolder holder;
  Engine* engine = nullptr;  // of the tenant; null for routes without one

  // A value of the query, percent signs undone; "" when it is not there.
  std::string value(std::string_view name) const;
  std::string_view body() const {
    return {reinterpret_cast<const char*>(request.body.data()), request.body.size()};
  }
};

using RestHandler = eim::HttpResponse (*)(Rest& rest, const RestCall& call);

struct RestRoute {
  std::string_view method;
  std::string_view path;  // "/v1/devices/{device}"
  Role role;              // the least that may; nobody: everybody, without a token
  RestHandler handler;
  std::string_view summary;
  std::string_view query;   // names separated by blanks
  std::string_view body;    // the shape of the request: a name under components/schemas, or ""
  std::string_view answer;  // the shape of the answer, likewise; or a media type
  bool of_tenant = true;
  std::string_view header = {};  // one of its own, that may be sent
};
std::span<const RestRoute> rest_routes();

// What a route names as its body or its answer.
struct RestSchema {
  std::string_view name;
  std::string_view json;  // a schema of OpenAPI 3.0
};
std::span<const RestSchema> rest_schemas();

// What the whole service shows beside its tenants.
class ServiceFacts {
 public:
  virtual ~ServiceFacts() = default;
  // Prometheus text: a tenant's own, or of "*" all of them and the servers'.
  virtual std::string metrics(std::string_view tenant) const = 0;
  virtual bool ready() const = 0;
  virtual std::size_t devices_set_aside() const = 0;
  // How far ahead the wall clock is while that is not believed; else none.
  virtual Duration clock_doubted() const = 0;
  virtual std::shared_ptr<const Tokens> tokens() const = 0;
  // Checks, keeps and activates a policy for a tenant; where that takes two people, it is proposed
  // (PolicyCheck::proposed), here and in what puts others in force below. E0882 with what is wrong
  // in `check`.
  virtual Status activate_policy(Engine& engine, std::string_view text, std::string_view by,
                                 PolicyCheck& check) = 0;
  virtual PolicyCheck check(Engine& engine, std::string_view text) = 0;
  // What it would change in the policy in force, as JSON. E0882 with what is wrong in `check`.
  virtual Result<std::string> difference(Engine& engine, std::string_view text,
                                         PolicyCheck& check) = 0;
  // Lets it run in shadow; an empty text ends that. E0882 with what is wrong in `check`.
  virtual Status set_shadow(Engine& engine, std::string_view text, std::string_view by,
                            PolicyCheck& check) = 0;
  // Puts the shadow policy in force, and ends the shadow. E0842 when there is none.
  virtual Status activate_shadow(Engine& engine, std::string_view by, PolicyCheck& check) = 0;
  // Puts the proposed policy in force. E0842 when there is none, or `by` proposed it.
  virtual Status activate_proposal(Engine& engine, std::string_view by, PolicyCheck& check) = 0;
  // Puts a version in force again that was so before: the newest with the digest, or with "" the
  // one before (version_to_return_to). What is in force by that digest stays so and nothing
  // happens. E0842 when there is none.
  virtual Status roll_back(Engine& engine, std::string_view digest, std::string_view by,
                           PolicyCheck& check) = 0;
};

class Rest final : public eim::HttpHandler {
 public:
  // Engines and facts outlive it. `waiters_max`: requests that may wait for something to happen,
  // each of which holds a thread; more are answered at once.
  Rest(std::vector<Engine*> engines, ServiceFacts& facts, std::uint32_t retry_after_s,
       std::uint32_t waiters_max = 0)
      : engines_(std::move(engines)),
        facts_(facts),
        retry_after_s_(retry_after_s),
        waiters_max_(waiters_max) {}

  // The place of a request that may wait.
  class Waiter {
   public:
    explicit Waiter(Rest& rest) : rest_(rest), may_wait_(++rest.waiters_ <= rest.waiters_max_) {}
    ~Waiter() { --rest_.waiters_; }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    // False: it is answered now; too many wait, or the service stops.
    bool may_wait() const { return may_wait_ && rest_.facts().ready(); }

   private:
    Rest& rest_;
    const bool may_wait_;
  };

  // The place of a request that checks a policy: it holds a thread for as long as that takes, and
  // reports and kill switches have to find another.
  class Checker {
   public:
    explicit Checker(Rest& rest)
        : rest_(rest), admitted_(++rest.checkers_ <= std::max(1u, rest.waiters_max_ / 2)) {}
    ~Checker() { --rest_.checkers_; }
    Checker(const Checker&) = delete;
    Checker& operator=(const Checker&) = delete;
    bool admitted() const { return admitted_; }

   private:
    Rest& rest_;
    const bool admitted_;
  };

  unsigned judge(const eim::HttpRequest& head) override;
  bool may_wait(const eim::HttpRequest&) const override { return true; }
  eim::HttpResponse handle(const eim::HttpRequest& request) override;
  void complete(const eim::HttpRequest& head, eim::HttpResponse& response) const override;

  ServiceFacts& facts() { return facts_; }
  std::uint32_t retry_after_s() const { return retry_after_s_; }

 private:
  struct Match {
    const RestRoute* route = nullptr;
    std::vector<std::string> parts;
    bool path_known = false;
  };
  static Match find(std::string_view method, std::string_view target);
  // 200, 401 or 403.
  unsigned admit(const eim::HttpRequest& head, const RestRoute& route, TokenHolder& holder) const;
  Engine* engine_for(const eim::HttpRequest& head, const TokenHolder& holder) const;
  std::string reason_of(unsigned status, const eim::HttpRequest& head) const;

  std::vector<Engine*> engines_;
  ServiceFacts& facts_;
  std::uint32_t retry_after_s_;
  const std::uint32_t waiters_max_;
  std::atomic<std::uint32_t> waiters_{0};
  std::atomic<std::uint32_t> checkers_{0};
};

// --- answers -------------------------------------------------------------------------------------

eim::HttpResponse json_answer(unsigned status, std::string json);
eim::HttpResponse no_content();  // 204
// problem+json: `code` may be "".
eim::HttpResponse problem(unsigned status, std::string_view code, std::string_view detail,
                          std::string_view help = {});
eim::HttpResponse no_policy_sent();  // 400
// A policy that was to come into force and cannot: 422, with what is wrong in it.
eim::HttpResponse unusable(const PolicyCheck& check);
// A policy that came into force (200) or was proposed (202), or could not be.
eim::HttpResponse activated(const Status& done, const PolicyCheck& check,
                            std::uint32_t retry_after_s);
// By the diagnostic's code: 404, 409, 429, 503, 422 ...
eim::HttpResponse problem(const Diagnostic& why, std::uint32_t retry_after_s);

// --- the routes' handlers, by the file that has them ---------------------------------------------

namespace routes {
// rest_observations.cc
eim::HttpResponse post_observations(Rest&, const RestCall&);
// rest_devices.cc
eim::HttpResponse list_devices(Rest&, const RestCall&);
eim::HttpResponse enrol_device(Rest&, const RestCall&);
eim::HttpResponse end_enrolment(Rest&, const RestCall&);
eim::HttpResponse show_device(Rest&, const RestCall&);
eim::HttpResponse show_history(Rest&, const RestCall&);
eim::HttpResponse show_explanation(Rest&, const RestCall&);
eim::HttpResponse list_records(Rest&, const RestCall&);
// rest_orders.cc
eim::HttpResponse list_orders(Rest&, const RestCall&);
eim::HttpResponse create_order(Rest&, const RestCall&);
eim::HttpResponse show_order(Rest&, const RestCall&);
eim::HttpResponse cancel_order(Rest&, const RestCall&);
// rest_policy.cc
eim::HttpResponse show_policy(Rest&, const RestCall&);
eim::HttpResponse check_policy(Rest&, const RestCall&);
eim::HttpResponse activate_policy(Rest&, const RestCall&);
eim::HttpResponse compare_policy(Rest&, const RestCall&);
eim::HttpResponse list_versions(Rest&, const RestCall&);
eim::HttpResponse show_version(Rest&, const RestCall&);
eim::HttpResponse roll_back(Rest&, const RestCall&);
eim::HttpResponse show_proposal(Rest&, const RestCall&);
eim::HttpResponse drop_proposal(Rest&, const RestCall&);
eim::HttpResponse activate_proposal(Rest&, const RestCall&);
eim::HttpResponse read_chain(Rest&, const RestCall&);
eim::HttpResponse read_chain_head(Rest&, const RestCall&);
// rest_shadow.cc
eim::HttpResponse show_shadow(Rest&, const RestCall&);
eim::HttpResponse start_shadow(Rest&, const RestCall&);
eim::HttpResponse end_shadow(Rest&, const RestCall&);
eim::HttpResponse activate_shadow(Rest&, const RestCall&);
// rest_controls.cc
eim::HttpResponse list_approvals(Rest&, const RestCall&);
eim::HttpResponse give_approval(Rest&, const RestCall&);
eim::HttpResponse show_switches(Rest&, const RestCall&);
eim::HttpResponse set_switches(Rest&, const RestCall&);
eim::HttpResponse list_campaigns(Rest&, const RestCall&);
eim::HttpResponse approve_campaign(Rest&, const RestCall&);
eim::HttpResponse let_campaign_go_on(Rest&, const RestCall&);
// rest_service.cc
eim::HttpResponse show_health(Rest&, const RestCall&);
eim::HttpResponse show_readiness(Rest&, const RestCall&);
eim::HttpResponse show_metrics(Rest&, const RestCall&);
eim::HttpResponse show_openapi(Rest&, const RestCall&);
}  // namespace routes

}  // namespace sojourn::service
