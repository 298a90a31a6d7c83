#include "adapters/service/service.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <list>
#include <mutex>

#include "adapters/eim/coap_server.h"
#include "adapters/eim/https_server.h"
#include "adapters/eim/json_binding.h"
#include "adapters/geo/geo.h"
#include "adapters/service/esipa_entry.h"
#include "adapters/service/feed.h"
#include "adapters/service/files.h"
#include "adapters/service/metrics.h"
#include "adapters/service/policy_difference.h"
#include "adapters/service/policy_versions.h"
#include "adapters/service/rest.h"
#include "adapters/service/surroundings.h"
#include "adapters/service/watched_clock.h"
#include "adapters/store/shared_store.h"
#include "adapters/store/sqlite_store.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::service {
namespace {

constexpr std::uint32_t kRetryAfterSeconds = 1;
// Who put a policy in force that was read from the configured path.
constexpr const char* kByFile = "the policy's file";
// Books that answer devices at once, per tenant.
constexpr std::size_t kBooksPerTenant = 4;

Diagnostic within(Diagnostic why, const std::string& where) {
  why.message = where + ": " + why.message;
  return why;
}

// What a policy that came over the network may name: what lies beside the tenant's own.
FolderFiles sent_in(const std::string& policy_path) {
  return FolderFiles(std::filesystem::path(policy_path).parent_path().string());
}

// One tenant and what works for it. Members die in reverse order.
struct House {
  const TenantConfig& config;
  std::string policy_file_digest;  // of the bytes that the configuration's file had
  std::unique_ptr<eim::SigningKey> key;
  eim::BookOptions book_options;
  std::unique_ptr<eim::OrderBook> book;
  std::unique_ptr<eim::BookPool> books;
  std::unique_ptr<Tenant> tenant;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Feed> feed;
  std::unique_ptr<PolicyChecker> checker = std::make_unique<PolicyChecker>();
};

class Running final : public Service, public ServiceFacts {
 public:
  Running(Config config, Log& log)
      : config_(std::move(config)),
        log_(log),
        clock_(wall_clock, steady_clock, seconds(config_.limits.clock_leap_seconds),
               [&log](std::string_view what, Duration ahead) {
                 log.warn(what, {{"seconds_ahead", std::to_string(ahead.ms / 1'000)}});
               }) {}
  ~Running() override { stop(); }

  Status begin();

  ServicePorts ports() const override {
    ServicePorts ports;
    ports.rest = rest_server_->port();
    if (https_server_) ports.https = https_server_->port();
    if (coap_server_) ports.coap = coap_server_->ports().front();
    return ports;
  }
  void reload() override;
  bool failed() const override { return failed_.load(); }
  void stop() override;

  std::string metrics(std::string_view tenant) const override;
  bool ready() const override;
  std::size_t devices_set_aside() const override {
    std::size_t count = 0;
    for (const House& house : houses_) count += house.tenant->devices_set_aside();
    return count;
  }
  Duration clock_doubted() const override { return clock_.doubted(); }
  std::shared_ptr<const Tokens> tokens() const override { return std::atomic_load(&tokens_); }
  Status activate_policy(Engine& engine, std::string_view text, std::string_view by,
                         PolicyCheck& check) override;
  PolicyCheck check(Engine& engine, std::string_view text) override {
    House& house = house_of(engine);
    const std::string& path = house.config.policy;
    return house.checker->check(path, text, sent_in(path), *world_);
  }
  Result<std::string> difference(Engine& engine, std::string_view text,
                                 PolicyCheck& found) override {
    found = check(engine, text);
    if (!found.runnable) {
      return make_diagnostic(Code::E0882, "the policy has errors", "`sojourn check` shows them");
    }
    auto difference = find_difference(engine.tenant().policy()->table(),
                                      found.runnable.prepared->table(), *world_);
    if (!difference) return std::move(difference).error();
    return difference_json(*difference, nullptr, -1);
  }
  Status roll_back(Engine& engine, std::string_view digest, std::string_view by,
                   PolicyCheck& found) override;
  Status set_shadow(Engine& engine, std::string_view text, std::string_view by,
                    PolicyCheck& found) override;
  Status activate_shadow(Engine& engine, std::string_view by, PolicyCheck& found) override;
  Status activate_proposal(Engine& engine, std::string_view by, PolicyCheck& found) override;

 private:
  // Keys and certificates, before anything is made or begins.
  Status read_keys();
  Status open_house(House& house);
  Result<RunnablePolicy> first_policy(House& house, std::string& text);
  Status open_servers();
  Status renew_tokens();
  Status resume_shadow(House& house);
  // Says which EIDs more than one tenant has.
  Status tell_shared_eids();
  // Whoever keeps the log knows then how far the chain went.
  void tell_chain(const House& house) const;
  Status reload_policy(House& house);
  Status activate_or_propose(House& house, std::string_view text, std::string_view by,
                             PolicyCheck& check, Activation asked = {});
  // Beside the policy and its version what it was before may be set.
  Status activate(House& house, std::string_view text, std::string_view by,
                  const PolicyCheck& check, Activation asked = {});
  House& house_of(Engine& engine) {
    for (House& house : houses_) {
      if (house.engine.get() == &engine) return house;
    }
    return houses_.front();
  }

  const Config config_;
  Log& log_;
  mutable WatchedClock clock_;
  std::atomic<bool> failed_{false};
  std::atomic<bool> stopped_{false};
  std::shared_ptr<const Gazetteer> world_;
  std::shared_ptr<const Tokens> tokens_;
  std::unique_ptr<Store> file_;
  std::unique_ptr<SharedStore> store_;
  EidClaims claims_;
  std::list<House> houses_;
  std::mutex file_digests_mutex_;  // guards those of the houses
  std::unique_ptr<EsipaEntry> esipa_;
  std::unique_ptr<eim::JsonBinding> json_;  // the same messages in JSON
  std::unique_ptr<Rest> rest_;
  std::unique_ptr<eim::HttpsServer> https_server_;
  std::unique_ptr<eim::CoapServer> coap_server_;
  std::unique_ptr<eim::HttpServer> rest_server_;
  std::atomic<bool> knows_rest_server_{false};  // it answers before that is assigned
};

Status Running::begin() {
  auto world = geo::open_gazetteer(config_.geodata.empty() ? geo::default_geodata_directory()
                                                           : config_.geodata);
  if (!world) return within(std::move(world).error(), "geodata");
  world_ = *world;
  if (Status read = read_keys(); !read) return read;
  auto file = open_sqlite_store({.path = config_.store});
  if (!file) return std::move(file).error();
  file_ = std::move(file).value();
  store_ = std::make_unique<SharedStore>(*file_);
  for (House& house : houses_) {
    if (Status opened = open_house(house); !opened) {
      return within(std::move(opened).error(), "tenant `" + house.config.name + "`");
    }
  }
  if (Status told = tell_shared_eids(); !told) return told;
  for (House& house : houses_) {
    if (Status started = house.engine->start(); !started) return started;
    if (Status resumed = resume_shadow(house); !resumed) return resumed;
  }
  if (Status opened = open_servers(); !opened) return opened;
  for (House& house : houses_) house.feed->start();
  return {};
}

Status Running::read_keys() {
  std::vector<Diagnostic> wrong;
  auto read = read_credentials(config_, wrong);
  if (!read) return wrong.front();
  std::atomic_store(&tokens_, read->tokens);
  for (std::size_t i = 0; i < config_.tenants.size(); ++i) {
    const TenantConfig& config = config_.tenants[i];
    House& house = houses_.emplace_back(House{config, {}, {}, {}, {}, {}, {}, {}, {}});
    house.key = std::move(read->tenants[i].eim);
    eim::BookOptions& options = house.book_options;
    options.tenant = config.name;
    options.eim_id = config.eim_id;
    options.retry_after = config.retry_after;
    options.ci_certificates = std::move(read->tenants[i].ci_certificates);
  }
  return {};
}

Status Running::renew_tokens() {
  auto tokens = read_tokens(config_.rest.tokens);
  if (tokens) std::atomic_store(&tokens_, std::move(*tokens));
  return tokens ? Status() : Status(std::move(tokens).error());
}

Status Running::open_house(House& house) {
  const TenantConfig& config = house.config;
  const eim::BookOptions& options = house.book_options;
  house.book = std::make_unique<eim::OrderBook>(*store_, *house.key, eim::random_bytes(), options);
  auto signers = eim::signers_of(*house.key, kBooksPerTenant);
  if (!signers) return std::move(signers).error();
  house.books = std::make_unique<eim::BookPool>(*store_, std::move(*signers), options);
  std::string text;
  auto policy = first_policy(house, text);
  if (!policy) return std::move(policy).error();
  StoreTransaction first;
  Status noted = note_version(*store_, Keys(config.name),
                              {.number = 0,
                               .digest = digest_text(*policy->prepared),
                               .by = kByFile,
                               .at = clock_.now(),
                               .text = std::move(text),
                               .again = 0},
                              first);
  if (noted && !first.empty()) noted = store_->commit(first);
  if (!noted) return noted;
  auto tenant = Tenant::open(
      config, config_.limits, *store_, *house.book, *policy,
      [this, name = config.name](std::string_view device, std::string_view record) {
        log_.record(name, device, record);
      },
      [this, name = config.name](std::string_view device, std::string_view why) {
        log_.warn(why.empty() ? "device can be read again" : "device set aside",
                  {{"tenant", name},
                   {"device", log_name(name, device)},
                   {"code", "E0886"},
                   {"why", std::string(why)}});
      },
      [this] { log_.flush(); });
  if (!tenant) return std::move(tenant).error();
  house.tenant = std::move(tenant).value();
  if (const auto& fault = house.tenant->chain_fault()) {
    log_.error(within(*fault, "tenant `" + config.name + "`"));
  }
  tell_chain(house);
  claims_.add(config.name, *house.book);
  house.tenant->share_eids(claims_);
  house.engine = std::make_unique<Engine>(
      *house.tenant, config_.limits, [this] { return clock_.now(); },
      [this](const Diagnostic& why) {
        if (why.code != Code::E0009) failed_ = true;
        log_.error(why);
      });
  house.feed = std::make_unique<Feed>(config.observations, *house.engine, log_);
  return {};
}

// A policy that was activated through the interface stands until the file changes: its row holds
// the digest of the file that it took the place of, and then its text.
Result<RunnablePolicy> Running::first_policy(House& house, std::string& in_force) {
  const std::string& path = house.config.policy;
  auto text = read_whole(path, limits::kSourceBytesMax);
  if (!text) return std::move(text).error();
  std::string own_text = *text;
  house.policy_file_digest = to_hex(sha256(as_bytes(*text)));
  auto activated = store_->read(Keys(house.config.name).policy());
  if (!activated) return std::move(activated).error();
  if (activated->has_value()) {
    std::string row((*activated)->begin(), (*activated)->end());
    if (row.starts_with(house.policy_file_digest)) {
      text = row.substr(house.policy_file_digest.size());
    }
  }
  PolicyCheck checked = *text == own_text
                            ? house.checker->check(path, *text, DiskFiles(), *world_)
                            : house.checker->check(path, *text, sent_in(path), *world_);
  if (checked.runnable) {
    in_force = std::move(*text);
    return checked.runnable;
  }
  // Somebody broke the file: what was in force last stays so.
  auto versions = policy_versions(*store_, Keys(house.config.name), 1);
  if (!versions) return std::move(versions).error();
  if (!versions->empty()) {
    const PolicyVersion& last = versions->front();
    PolicyCheck before = last.by == kByFile ? check_policy(path, last.text, DiskFiles(), *world_)
                                            : check_policy(path, last.text, sent_in(path), *world_);
    if (before.runnable) {
      log_.error(make_diagnostic(
          Code::E0882, "`" + path + "` has errors; the version before it " + "stays in force",
          "`sojourn check` shows them"));
      in_force = std::move(versions->front().text);
      return before.runnable;
    }
  }
  return has_errors(path, checked);
}

Status Running::tell_shared_eids() {
  if (houses_.size() < 2) return {};
  auto snapshot = store_->snapshot();
  if (!snapshot) return std::move(snapshot).error();
  std::vector<std::shared_ptr<const MasterData>> inventories;
  for (House& house : houses_) inventories.push_back(house.tenant->inventory());
  auto shared = claims_.shared(**snapshot, inventories);
  if (!shared) return std::move(shared).error();
  for (const Diagnostic& one : *shared) log_.error(one);
  return {};
}

void Running::tell_chain(const House& house) const {
  auto last = house.tenant->chain_head();
  if (!last) return;
  log_.info("evidence", {{"tenant", house.config.name},
                         {"records", std::to_string(last->sequence + 1)},
                         {"head", to_hex(last->hash)}});
}

// What ran in shadow before the last stop does so again.
Status Running::resume_shadow(House& house) {
  auto stored = store_->read(Keys(house.config.name).shadow());
  if (!stored) return std::move(stored).error();
  if (!stored->has_value()) return {};
  std::string text((*stored)->begin(), (*stored)->end());
  PolicyCheck found = check(*house.engine, text);
  if (found.runnable) return house.engine->set_shadow(found.runnable, text, "the restart");
  log_.warn("the shadow policy cannot run any more", {{"tenant", house.config.name}});
  return {};
}

Status Running::open_servers() {
  std::vector<EsipaEntry::Tenant> tenants;
  std::vector<Engine*> engines;
  for (House& house : houses_) {
    tenants.push_back({house.books.get(), house.engine.get()});
    engines.push_back(house.engine.get());
  }
  esipa_ = std::make_unique<EsipaEntry>(std::move(tenants), [this] { return clock_.now(); });
  json_ = std::make_unique<eim::JsonBinding>(*esipa_);
  rest_ = std::make_unique<Rest>(std::move(engines), *this, kRetryAfterSeconds,
                                 config_.rest.threads / 2);
  if (config_.https) {
    auto identity = read_identity(*config_.https, Peers::devices);
    if (!identity) return std::move(identity).error();
    eim::HttpsServerOptions options;
    options.address = config_.https->address;
    options.port = config_.https->port;
    options.tls = std::move(*identity);
    options.peer_requests_per_second_max = config_.limits.esipa_requests_per_second_max;
    auto server = eim::HttpsServer::start(std::move(options), *esipa_, json_.get());
    if (!server) return within(std::move(server).error(), "`/esipa/https`");
    https_server_ = std::move(server).value();
  }
  if (config_.coap) {
    auto identity = read_identity(*config_.coap, Peers::devices);
    if (!identity) return std::move(identity).error();
    eim::CoapServerOptions options;
    options.address = config_.coap->address;
    options.port = config_.coap->port;
    options.contexts = config_.coap->contexts;
    options.identity = std::move(*identity);
    options.peer_requests_per_second_max = config_.limits.esipa_requests_per_second_max;
    auto server = eim::CoapServer::start(std::move(options), *esipa_);
    if (!server) return within(std::move(server).error(), "`/esipa/coap`");
    coap_server_ = std::move(server).value();
  }
  auto identity = read_identity(config_.rest, Peers::people, config_.rest.client_ca);
  if (!identity) return std::move(identity).error();
  eim::HttpServerOptions options;
  options.address = config_.rest.address;
  options.port = config_.rest.port;
  options.tls = std::move(*identity);
  options.waiting_threads = config_.rest.threads;
  options.body_bytes_max = config_.rest.body_bytes_max;
  options.retry_after_s = kRetryAfterSeconds;
  auto server = eim::HttpServer::start(std::move(options), *rest_);
  if (!server) return within(std::move(server).error(), "`/rest`");
  rest_server_ = std::move(server).value();
  knows_rest_server_ = true;
  return {};
}

// --- while it runs -------------------------------------------------------------------------------

Status Running::activate_policy(Engine& engine, std::string_view text, std::string_view by,
                                PolicyCheck& check) {
  House& house = house_of(engine);
  const std::string& path = house.config.policy;
  check = house.checker->check(path, text, sent_in(path), *world_);
  return activate_or_propose(house, text, by, check);
}

Status Running::activate_or_propose(House& house, std::string_view text, std::string_view by,
                                    PolicyCheck& check, Activation asked) {
  if (!check.runnable || !house.config.needs_second_person) {
    return activate(house, text, by, check, std::move(asked));
  }
  PolicyVersion proposal{.number = 0,
                         .digest = digest_text(*check.runnable.prepared),
                         .by = std::string(by),
                         .at = clock_.now(),
                         .text = std::string(text),
                         .again = asked.version.again};
  check.proposed = true;
  return house.engine->propose(proposal, proposal.by);
}

Status Running::activate_proposal(Engine& engine, std::string_view by, PolicyCheck& found) {
  House& house = house_of(engine);
  Keys keys(house.config.name);
  auto proposal = policy_proposal(*store_, keys);
  if (!proposal) return std::move(proposal).error();
  if (!proposal->has_value()) {
    return make_diagnostic(Code::E0842, "no policy waits for a second person");
  }
  if ((*proposal)->by == by) {
    return make_diagnostic(Code::E0842, "who proposed a policy does not put it in force",
                           "somebody else has to");
  }
  const std::string& text = (*proposal)->text;
  found = check(engine, text);
  Activation asked;
  asked.accepts = to_bytes(**proposal);
  asked.version.again = (*proposal)->again;
  return activate(house, text, accepted_by(by, (*proposal)->by), found, std::move(asked));
}

Status Running::set_shadow(Engine& engine, std::string_view text, std::string_view by,
                           PolicyCheck& found) {
  if (!text.empty()) {
    found = check(engine, text);
    if (!found.runnable) {
      return make_diagnostic(Code::E0882, "the policy has errors", "`sojourn check` shows them");
    }
  }
  return engine.set_shadow(found.runnable, std::string(text), std::string(by));
}

Status Running::activate_shadow(Engine& engine, std::string_view by, PolicyCheck& found) {
  House& house = house_of(engine);
  auto stored = store_->read(Keys(house.config.name).shadow());
  if (!stored) return std::move(stored).error();
  if (!stored->has_value()) return make_diagnostic(Code::E0842, "no policy runs in shadow");
  std::string text((*stored)->begin(), (*stored)->end());
  found = check(engine, text);
  Activation asked;
  asked.ends_shadow = true;
  return activate_or_propose(house, text, by, found, std::move(asked));
}

Status Running::roll_back(Engine& engine, std::string_view digest, std::string_view by,
                          PolicyCheck& found) {
  House& house = house_of(engine);
  auto version = version_to_return_to(*store_, Keys(house.config.name), digest);
  if (!version) return std::move(version).error();
  if (!version->has_value()) {
    return digest.empty()
               ? make_diagnostic(Code::E0842, "there is no version to go back to")
               : make_diagnostic(Code::E0842,
                                 "no version that was in force is `" + std::string(digest) + "`",
                                 "`sojourn policy versions` lists them");
  }
  const std::string& text = (*version)->text;
  found = check(engine, text);
  if (!digest.empty() && digest == digest_text(*engine.tenant().policy())) return {};
  Activation asked;
  asked.version.again = (*version)->number;
  return activate_or_propose(house, text, by, found, std::move(asked));
}

Status Running::activate(House& house, std::string_view text, std::string_view by,
                         const PolicyCheck& check, Activation asked) {
  if (!check.runnable) {
    return make_diagnostic(Code::E0882, "the policy has errors", "`sojourn check` shows them");
  }
  asked.policy = check.runnable;
  asked.version = {.number = 0,
                   .digest = digest_text(*check.runnable.prepared),
                   .by = std::string(by),
                   .at = clock_.now(),
                   .text = std::string(text),
                   .again = asked.version.again};
  {
    std::lock_guard lock(file_digests_mutex_);
    asked.replaces = house.policy_file_digest;
  }
  return house.engine->activate(std::move(asked));
}

Status Running::reload_policy(House& house) {
  auto text = read_whole(house.config.policy, limits::kSourceBytesMax);
  if (!text) return std::move(text).error();
  std::string digest = to_hex(sha256(as_bytes(*text)));
  std::string before;
  {
    std::lock_guard lock(file_digests_mutex_);
    before = std::exchange(house.policy_file_digest, digest);
  }
  if (digest == before) return {};
  PolicyCheck check = house.checker->check(house.config.policy, *text, DiskFiles(), *world_);
  Status done = activate(house, *text, kByFile, check);
  if (done) return done;
  for (const PolicyFinding& finding : check.findings) {
    log_.warn(
        "policy finding",
        {{"tenant", house.config.name}, {"code", finding.code}, {"message", finding.message}});
  }
  if (done.error().code == Code::E0882) return done;
  // There is nothing wrong with it: the next time it is tried again.
  std::lock_guard lock(file_digests_mutex_);
  house.policy_file_digest = before;
  return done;
}

// What cannot be used stays as it was, and is told by its place in the configuration.
void Running::reload() {
  std::size_t refused = 0;
  auto note = [&](const std::string& where, const Status& done) {
    if (done) return;
    ++refused;
    log_.error(within(done.error(), "`" + where + "`"));
  };
  auto renew = [](auto& server, const ListenConfig& listen, Peers peers,
                  const std::string& client_ca = {}) -> Status {
    auto identity = read_identity(listen, peers, client_ca);
    if (!identity) return std::move(identity).error();
    return server.reload(*identity);
  };
  note("/rest/tokens", renew_tokens());
  note("/rest", renew(*rest_server_, config_.rest, Peers::people, config_.rest.client_ca));
  if (https_server_) note("/esipa/https", renew(*https_server_, *config_.https, Peers::devices));
  if (coap_server_) note("/esipa/coap", renew(*coap_server_, *config_.coap, Peers::devices));
  for (House& house : houses_) {
    note("/tenants/" + house.config.name + "/policy", reload_policy(house));
  }
  if (Status told = tell_shared_eids(); !told) log_.error(told.error());
  if (refused == 0) return log_.info("reloaded");
  log_.warn("reloaded", {{"stays_as_it_was", std::to_string(refused)}});
}

bool Running::ready() const {
  if (failed_ || stopped_) return false;
  for (const House& house : houses_) {
    if (!house.engine->running() || house.engine->lacks_room()) return false;
  }
  return true;
}

std::string Running::metrics(std::string_view tenant) const {
  MetricsText text;
  bool all = tenant == "*";
  for (const House& house : houses_) {
    if (!all && house.config.name != tenant) continue;
    add_engine(text, house.config.name, house.engine->counters(), house.tenant->devices_in_memory(),
               house.tenant->devices_set_aside(), house.tenant->chain_length());
    add_fleet(text, house.config.name, house.tenant->fleet_size());
  }
  if (!all) return text.take();
  add_clock(text, clock_.doubted(), clock_.believed_count());
  add_esipa(text, esipa_->counters());
  if (https_server_) add_https(text, "esipa", https_server_->counters());
  if (knows_rest_server_) add_https(text, "rest", rest_server_->counters());
  if (coap_server_) add_coap(text, coap_server_->counters());
  return text.take();
}

// Who brings work stops first, who does it last.
void Running::stop() {
  if (stopped_.exchange(true)) return;
  for (House& house : houses_) {
    if (house.feed) house.feed->stop();
  }
  if (rest_server_) rest_server_->stop();
  if (https_server_) https_server_->stop();
  if (coap_server_) coap_server_->stop();
  for (House& house : houses_) {
    if (!house.engine) continue;
    house.engine->stop();
    tell_chain(house);
  }
}

}  // namespace

Result<std::unique_ptr<Service>> Service::start(Config config, Log& log) {
  auto service = std::make_unique<Running>(std::move(config), log);
  Status begun = service->begin();
  if (!begun) return std::move(begun).error();
  return std::unique_ptr<Service>(std::move(service));
}

}  // namespace sojourn::service
