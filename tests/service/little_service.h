// A tenant in this process: no sockets, a store in memory, a clock that the test sets.
//
//   LittleService service(kPolicy);
//   service.observe(R"({"ts":"2026-01-01T10:00:00Z","device":"d1",...})");
//   service.set_clock(*parse_rfc3339("2026-01-02T00:00:00Z"));
//   service.restart();                               // as after kill -9: only the store is left
//   service.row("d1").record
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "adapters/eim/signing.h"
#include "adapters/service/engine.h"
#include "adapters/service/files.h"
#include "adapters/service/policy.h"
#include "adapters/service/report_lines.h"
#include "adapters/simulator/certificate_maker.h"
#include "adapters/store/memory_store.h"
#include "engine/base/diagnostic_code.h"
#include "tests/support/fake_gazetteer.h"

namespace sojourn::testing {

class LittleService {
 public:
  explicit LittleService(const std::string& policy, const service::ServiceLimits& limits = {},
                         std::unique_ptr<Store> store = make_memory_store())
      : limits_(limits), store_(std::move(store)) {
    config_.name = "t";
    config_.eim_id = "eim.example";
    auto maker = simulator::CertificateMaker::make({});
    auto issued = maker->issue_eim(config_.eim_id);
    key_ = std::make_unique<eim::SigningKey>(
        std::move(eim::SigningKey::from_pem(issued->private_key_pem)).value());
    policy_ = prepare(policy);
    start();
  }
  ~LittleService() { stop(); }

  service::Engine& engine() { return *engine_; }
  service::Tenant& tenant() { return *tenant_; }
  Store& store() { return *store_; }
  eim::OrderBook& book() { return *book_; }
  service::TenantConfig& config() { return config_; }
  bool failed() const { return failed_; }

  void set_clock(Instant now) { now_ = now.ms; }
  void set_clock(std::string_view now) { set_clock(parse_rfc3339(now).value()); }

  service::ReportCounts observe(std::string_view lines) {
    auto counts = engine_->take(service::ReportLineReader().read(lines).reports);
    if (!counts) throw std::runtime_error(counts.error().message);
    return *counts;
  }
  void activate(const std::string& policy) {
    policy_ = prepare(policy);
    service::Activation asked{.policy = policy_, .version = {}, .replaces = {}, .accepts = {}};
    asked.version.by = "a test";
    asked.version.text = policy;
    if (!engine_->activate(asked)) throw std::runtime_error("not activated");
  }
  service::RunnablePolicy prepare(const std::string& text) {
    service::PolicyCheck check = service::check_policy("t.sojourn", text, files_, world_);
    std::string all;
    for (const auto& finding : check.findings) all += finding.rendered;
    if (!check.runnable) throw std::runtime_error(all);
    return check.runnable;
  }
  // Every record that was made of devices, by device and in order; through restarts.
  std::map<std::string, std::vector<std::string>> records() {
    std::lock_guard lock(records_mutex_);
    return records_;
  }
  void restart() {
    stop();
    start();
  }
  service::DeviceRow row(const std::string& label) {
    auto stored = store_->read(tenant_->keys().device(label));
    if (!stored || !stored->has_value()) return {};
    return *service::device_row_from(**stored);
  }
  // Waits until `holds` does; false after some seconds.
  template <class Holds>
  bool until(const Holds& holds) {
    for (int i = 0; i < 500; ++i) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }

 private:
  void start() {
    eim::BookOptions options;
    options.tenant = config_.name;
    options.eim_id = config_.eim_id;
    book_ = std::make_unique<eim::OrderBook>(*store_, *key_, eim::random_bytes(), options);
    auto tenant = service::Tenant::open(config_, limits_, *store_, *book_, policy_,
                                        [this](std::string_view label, std::string_view record) {
                                          if (label.empty()) return;
                                          std::lock_guard lock(records_mutex_);
                                          records_[std::string(label)].emplace_back(record);
                                        });
    if (!tenant) throw std::runtime_error(tenant.error().message);
    tenant_ = std::move(tenant).value();
    engine_ = std::make_unique<service::Engine>(
        *tenant_, limits_, [this] { return Instant{now_.load()}; },
        [this](const Diagnostic& why) {
          if (why.code != Code::E0009) failed_ = true;  // with a full disk it goes on
        });
    if (!engine_->start()) throw std::runtime_error("not started");
  }
  void stop() {
    if (engine_) engine_->stop();
    engine_.reset();
    tenant_.reset();
    book_.reset();
  }

  service::ServiceLimits limits_;
  service::TenantConfig config_;
  FakeGazetteer world_;
  service::DiskFiles files_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<eim::SigningKey> key_;
  service::RunnablePolicy policy_;
  std::atomic<std::int64_t> now_{parse_rfc3339("2026-01-01T00:00:00Z").value().ms};
  std::atomic<bool> failed_{false};
  std::mutex records_mutex_;
  std::map<std::string, std::vector<std::string>> records_;
  std::unique_ptr<eim::OrderBook> book_;
  std::unique_ptr<service::Tenant> tenant_;
  std::unique_ptr<service::Engine> engine_;
};

}  // namespace sojourn::testing
