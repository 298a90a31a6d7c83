#include "adapters/service/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "adapters/service/json_line.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::service {
namespace {

// SGP.32: eimId is a UTF8String of 1 to 128.
constexpr std::ptrdiff_t kEimIdCharactersMax = 128;

// Of valid UTF-8.
std::ptrdiff_t character_count(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xC0') != '\x80'; });
}

Diagnostic refused(const std::string& path, const std::string& what, std::string help = {}) {
  return make_diagnostic(Code::E0880, fmt::format("`{}`: {}", path.empty() ? "/" : path, what),
                         std::move(help));
}

// Does JSON text name a member twice in one object? nlohmann keeps the last without a word.
class RepeatedMembers final : public nlohmann::json_sax<Json> {
 public:
  std::optional<std::string> found;
  std::optional<std::size_t> broken_at;  // what is no JSON at all, by its byte
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(Json::binary_t&) override { return true; }
  bool start_object(std::size_t) override { return open(); }
  bool key(std::string& name) override {
    if (!members_.back().insert(name).second && !found) found = name;
    return true;
  }
  bool end_object() override { return members_.pop_back(), true; }
  bool start_array(std::size_t) override { return open(); }
  bool end_array() override { return members_.pop_back(), true; }
  bool parse_error(std::size_t at, const std::string&, const Json::exception&) override {
    broken_at = at;
    return false;
  }

 private:
  bool open() { return members_.emplace_back(), members_.size() <= limits::kNestingDepthMax; }
  std::vector<std::set<std::string>> members_;
};

// One object of the file: its members are taken by name, and what nobody took is refused at last.
class Section {
 public:
  Section(const Json& json, std::string path, const std::string& folder,
          std::vector<Diagnostic>& wrong)
      : json_(json), path_(std::move(path)), folder_(folder), wrong_(wrong) {}

  ~Section() {
    std::vector<std::string_view> known(known_.begin(), known_.end());
    for (const auto& [name, value] : json_.items()) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      std::string_view near = nearest_spelling(name, known);
      wrong_.push_back(refused(path_, fmt::format("unknown member `{}`", name),
                               near.empty() ? fmt::format("it may have: {}", fmt::join(known, ", "))
                                            : fmt::format("did you mean `{}`?", near)));
    }
  }

  const std::string& path() const { return path_; }

  void text(const char* name, std::string& into, bool required = false) {
    const Json* value = take(name, required);
    if (value == nullptr) return;
    if (!value->is_string()) return wrong(name, "must be a text");
    if (required && value->get_ref<const std::string&>().empty()) {
      return wrong(name, "must not be empty");
    }
    into = value->get<std::string>();
  }

  // A path, made absolute; it must exist if `exists`.
  void file(const char* name, std::string& into, bool required, bool exists = true) {
    std::size_t before = wrong_.size();
    text(name, into, required);
    if (wrong_.size() == before) resolve(at(name), into, exists);
  }

  void files(const char* name, std::vector<std::string>& into, bool required) {
    const Json* value = take(name, required);
    if (value == nullptr) return;
    if (!value->is_array() || (required && value->empty())) {
      return wrong(name, "must be a list of paths");
    }
    for (std::size_t i = 0; i < value->size(); ++i) {
      const Json& one = (*value)[i];
      if (!one.is_string()) {
        wrong_.push_back(refused(fmt::format("{}/{}", at(name), i), "must be a path"));
        continue;
      }
      into.push_back(one.get<std::string>());
      resolve(fmt::format("{}/{}", at(name), i), into.back(), true);
    }
  }

  template <class Number>
  void number(const char* name, Number& into, std::int64_t min, std::int64_t max,
              bool required = false) {
    const Json* value = take(name, required);
    if (value == nullptr) return;
    bool fits = value->is_number_integer() &&
                !(value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t(max));
    if (!fits || value->get<std::int64_t>() < min || value->get<std::int64_t>() > max) {
      return wrong(name, fmt::format("must be a whole number from {} to {}", min, max));
    }
    into = static_cast<Number>(value->get<std::int64_t>());
  }

  void choice(const char* name, bool& into, const char* yes, const char* no) {
    std::string word = into ? yes : no;
    text(name, word);
    if (word != yes && word != no) wrong(name, fmt::format("must be \"{}\" or \"{}\"", yes, no));
    into = word == yes;
  }

  // Calls `use` with the member's Section when it is there.
  template <class Use>
  void section(const char* name, bool required, const Use& use) {
    const Json* value = take(name, required);
    if (value == nullptr) return;
    if (!value->is_object()) return wrong(name, "must be an object");
    Section inner(*value, at(name), folder_, wrong_);
    use(inner);
  }

  // Calls `use(name, section)` for every member: their names are the user's.
  template <class Use>
  void each(const Use& use) {
    for (const auto& [name, value] : json_.items()) {
      known_.push_back(name);
      if (!value.is_object()) {
        wrong(name, "must be an object");
        continue;
      }
      Section inner(value, at(name), folder_, wrong_);
      use(name, inner);
    }
  }

  void wrong(std::string_view name, const std::string& what) {
    wrong_.push_back(refused(at(name), what));
  }

 private:
  std::string at(std::string_view name) const { return fmt::format("{}/{}", path_, name); }

  const Json* take(const char* name, bool required) {
    known_.emplace_back(name);
    auto found = json_.find(name);
    if (found != json_.end()) return &*found;
    if (required) wrong_.push_back(refused(at(name), "is missing"));
    return nullptr;
  }

  void resolve(const std::string& where, std::string& path, bool exists) {
    if (path.empty() || path == "-") return;
    path = (std::filesystem::path(folder_) / path).lexically_normal().string();
    std::error_code error;
    if (exists && !std::filesystem::exists(path, error)) {
      wrong_.push_back(refused(where, fmt::format("there is no `{}`", path)));
    }
  }

  const Json& json_;
  std::string path_;
  const std::string& folder_;
  std::vector<Diagnostic>& wrong_;
  std::vector<std::string> known_;
};

void read_listen(Section& section, ListenConfig& listen) {
  section.text("address", listen.address);
  section.number("port", listen.port, 0, 65'535, true);
  section.file("certificate", listen.certificate, true);
  section.file("key", listen.key, true);
}

void read_seconds(Section& section, const char* name, Duration& into) {
  std::int64_t count = into.ms / 1000;
  section.number(name, count, 0, 400 * 86'400);
  into = seconds(count);
}

bool fits_header(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

void read_tenant(Section& section, TenantConfig& tenant) {
  if (tenant.name.empty() || tenant.name.size() > limits::kTenantBytesMax) {
    section.wrong("", fmt::format("a tenant's name has 1 to {} bytes", limits::kTenantBytesMax));
  }
  if (tenant.name == "*" || !fits_header(tenant.name)) {
    section.wrong("",
                  "a tenant's name stands in a header: visible ASCII, and not `*`, which in "
                  "`tokens` is all of them");
  }
  section.file("policy", tenant.policy, true);
  read_seconds(section, "lateness_seconds", tenant.lateness);
  read_seconds(section, "ahead_seconds", tenant.ahead);
  std::int64_t history_days = tenant.history.ms / days(1).ms;
  section.number("history_days", history_days, 400, 36'500);
  tenant.history = days(history_days);
  section.choice("enrolment", tenant.enrols_reported, "reported", "listed");
  section.choice("activation", tenant.needs_second_person, "second person", "anyone");
  section.files("observations", tenant.observations, false);
  section.section("eim", true, [&](Section& eim) {
    eim.text("id", tenant.eim_id, true);
    if (character_count(tenant.eim_id) > kEimIdCharactersMax) {
      eim.wrong("id", fmt::format("has at most {} characters", kEimIdCharactersMax));
    }
    eim.file("key", tenant.eim_key, true);
    eim.files("ci_certificates", tenant.ci_certificates, true);
    read_seconds(eim, "retry_after_seconds", tenant.retry_after);
  });
}

void read_all(Section& top, Config& config) {
  top.file("store", config.store, true, false);
  top.file("geodata", config.geodata, false);
  top.file("log", config.log, false, false);
  top.section("rest", true, [&](Section& rest) {
    read_listen(rest, config.rest);
    rest.file("tokens", config.rest.tokens, true);
    rest.file("client_ca", config.rest.client_ca, false);
    rest.number("threads", config.rest.threads, 1, 256);
    rest.number("body_bytes_max", config.rest.body_bytes_max, 1'024, 1 << 30);
  });
  top.section("esipa", false, [&](Section& esipa) {
    esipa.section("https", false,
                  [&](Section& https) { read_listen(https, config.https.emplace()); });
    esipa.section("coap", false, [&](Section& coap) {
      read_listen(coap, config.coap.emplace());
      coap.number("contexts", config.coap->contexts, 1, 256);
      if (config.coap->port != 0 && config.coap->port + config.coap->contexts > 65'536) {
        coap.wrong("contexts", "the last port would be above 65535");
      }
    });
  });
  top.section("limits", false, [&](Section& bounds) {
    ServiceLimits& limits = config.limits;
    bounds.number("queued_observations_max", limits.queued_observations_max, 1, 100'000'000);
    bounds.number("devices_in_memory_max", limits.devices_in_memory_max, 1, 100'000'000);
    bounds.number("idle_seconds_max", limits.idle_seconds_max, 1, 100'000'000);
    bounds.number("log_bytes_max", limits.log_bytes_max, 1 << 20, 1 << 30);
    bounds.number("stop_seconds_max", limits.stop_seconds_max, 1, 600);
    bounds.number("esipa_requests_per_second_max", limits.esipa_requests_per_second_max, 0,
                  1'000'000);
    bounds.number("clock_leap_seconds", limits.clock_leap_seconds, 0, 86'400);
  });
  top.section("tenants", true, [&](Section& tenants) {
    tenants.each([&](const std::string& name, Section& section) {
      TenantConfig& tenant = config.tenants.emplace_back();
      tenant.name = name;
      read_tenant(section, tenant);
    });
    if (config.tenants.empty()) tenants.wrong("", "at least one tenant is needed");
  });
}

Json listen_json(const ListenConfig& listen) {
  Json json;
  json["address"] = listen.address;
  json["port"] = listen.port;
  json["certificate"] = listen.certificate;
  json["key"] = listen.key;
  return json;
}

}  // namespace

std::optional<Config> parse_config(std::string_view text, const std::string& folder,
                                   std::vector<Diagnostic>& wrong) {
  constexpr const char* kHowToBegin = "`sojourn serve --init DIR` makes one to start from";
  RepeatedMembers repeated;
  bool nested_too_deeply = !Json::sax_parse(text, &repeated) && !repeated.broken_at;
  if (repeated.broken_at) {
    auto end =
        text.begin() + static_cast<std::ptrdiff_t>(std::min(*repeated.broken_at, text.size()));
    wrong.push_back(
        refused("", fmt::format("line {} is not JSON", 1 + std::count(text.begin(), end, '\n')),
                kHowToBegin));
    return std::nullopt;
  }
  if (nested_too_deeply || repeated.found) {
    wrong.push_back(refused("", repeated.found
                                    ? fmt::format("member `{}` stands twice", *repeated.found)
                                    : std::string("nested too deeply")));
    return std::nullopt;
  }
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!json.is_object()) {
    wrong.push_back(refused("", "the configuration is not a JSON object", kHowToBegin));
    return std::nullopt;
  }
  Config config;
  {
    Section top(json, "", folder, wrong);
    read_all(top, config);
  }
  if (!wrong.empty()) return std::nullopt;
  return config;
}

std::string print_config(const Config& config) {
  Json json;
  json["store"] = config.store;
  json["geodata"] = config.geodata;
  json["log"] = config.log;
  Json& rest = json["rest"] = listen_json(config.rest);
  rest["tokens"] = config.rest.tokens;
  rest["client_ca"] = config.rest.client_ca;
  rest["threads"] = config.rest.threads;
  rest["body_bytes_max"] = config.rest.body_bytes_max;
  Json& esipa = json["esipa"] = Json::object();
  if (config.https) esipa["https"] = listen_json(*config.https);
  if (config.coap) {
    Json& coap = esipa["coap"] = listen_json(*config.coap);
    coap["contexts"] = config.coap->contexts;
  }
  Json& bounds = json["limits"];
  bounds["queued_observations_max"] = config.limits.queued_observations_max;
  bounds["devices_in_memory_max"] = config.limits.devices_in_memory_max;
  bounds["idle_seconds_max"] = config.limits.idle_seconds_max;
  bounds["log_bytes_max"] = config.limits.log_bytes_max;
  bounds["stop_seconds_max"] = config.limits.stop_seconds_max;
  bounds["esipa_requests_per_second_max"] = config.limits.esipa_requests_per_second_max;
  bounds["clock_leap_seconds"] = config.limits.clock_leap_seconds;
  Json& tenants = json["tenants"] = Json::object();
  for (const TenantConfig& tenant : config.tenants) {
    Json& one = tenants[tenant.name];
    one["policy"] = tenant.policy;
    one["lateness_seconds"] = tenant.lateness.ms / 1000;
    one["ahead_seconds"] = tenant.ahead.ms / 1000;
    one["history_days"] = tenant.history.ms / days(1).ms;
    one["enrolment"] = tenant.enrols_reported ? "reported" : "listed";
    one["activation"] = tenant.needs_second_person ? "second person" : "anyone";
    one["observations"] = tenant.observations;
    Json& eim = one["eim"];
    eim["id"] = tenant.eim_id;
    eim["key"] = tenant.eim_key;
    eim["ci_certificates"] = tenant.ci_certificates;
    eim["retry_after_seconds"] = tenant.retry_after.ms / 1000;
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sojourn::service
