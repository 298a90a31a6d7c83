// Requests to the operators' interface, from somebody who may do everything: "METHOD TARGET",
// header lines, an empty line, the body. Whatever they are, they are answered, and an answer that
// says that it is JSON is.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "adapters/service/rest.h"
#include "engine/base/diagnostic_code.h"
#include "tests/service/little_service.h"

namespace {

using namespace sojourn;
using namespace sojourn::service;
using testing::LittleService;

constexpr std::string_view kToken = "fuzz";

class Fields final : public eim::HttpFields {
 public:
  void add(std::string_view name, std::string_view value) { all_.emplace_back(name, value); }
  std::string_view operator[](std::string_view name) const override {
    for (const auto& [known, value] : all_) {
      if (known == name) return value;
    }
    return {};
  }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

class Facts final : public ServiceFacts {
 public:
  Facts() {
    std::string file = "{\"tokens\":[" + token_entry(kToken, {"f", Role::admin, "*"}) + "]}";
    tokens_ = std::make_shared<const Tokens>(Tokens::parse(file).value());
  }
  std::string metrics(std::string_view) const override { return {}; }
  bool ready() const override { return true; }
  std::size_t devices_set_aside() const override { return 0; }
  Duration clock_doubted() const override { return {}; }
  std::shared_ptr<const Tokens> tokens() const override { return tokens_; }
  Status activate_policy(Engine&, std::string_view, std::string_view, PolicyCheck& check) override {
    return refused(check);
  }
  PolicyCheck check(Engine&, std::string_view) override { return {}; }
  Result<std::string> difference(Engine&, std::string_view, PolicyCheck& check) override {
    return refused(check).error();
  }
  Status set_shadow(Engine&, std::string_view, std::string_view, PolicyCheck& check) override {
    return refused(check);
  }
  Status activate_shadow(Engine&, std::string_view, PolicyCheck& check) override {
    return refused(check);
  }
  Status activate_proposal(Engine&, std::string_view, PolicyCheck& check) override {
    return refused(check);
  }
  Status roll_back(Engine&, std::string_view, std::string_view, PolicyCheck& check) override {
    return refused(check);
  }

 private:
  // Policies have a fuzzer of their own (lang_fuzz), and each would take its time here.
  Status refused(PolicyCheck& check) {
    check = {};
    return make_diagnostic(Code::E0882, "not here");
  }
  std::shared_ptr<const Tokens> tokens_;
};

struct Asked {
  LittleService little{
      "policy p\n  timezone UTC\nprofile a home FR iccid 8900*\n"
      "profile b home BR iccid 8955*\n"
      "rule r when region in BR then profile = b, approval\notherwise keep\n"};
  Facts facts;
  service::Rest rest{{&little.engine()}, facts, 1};
};

std::string_view next_line(std::string_view& rest) {
  std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Asked asked;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::string_view first = next_line(rest);
  std::string_view method = first.substr(0, first.find(' '));
  first.remove_prefix(std::min(first.size(), method.size() + 1));
  Fields fields;
  fields.add("Authorization", "Bearer " + std::string(kToken));
  while (!rest.empty()) {
    std::string_view line = next_line(rest);
    if (line.empty()) break;
    std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) fields.add(line.substr(0, colon), line.substr(colon + 2));
  }
  eim::HttpRequest request{method, first, fields, as_bytes(rest), eim::Transport::https,
                           "peer", ""};
  if (asked.rest.judge(request) != 200) return 0;
  eim::HttpResponse answer = asked.rest.handle(request);
  asked.rest.complete(request, answer);
  if (answer.status < 200 || answer.status >= 600 || answer.status == 500) std::abort();
  bool is_json = !answer.content_type.ends_with("ndjson") &&
                 answer.content_type.ends_with("json") && !answer.body.empty();
  if (is_json && !nlohmann::json::accept(answer.body.begin(), answer.body.end())) std::abort();
  return 0;
}
