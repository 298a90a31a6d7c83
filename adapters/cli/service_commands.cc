// sojourn devices, order, observe, policy, proposals: what operators do with a running service,
// from a shell.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "adapters/cli/commands.h"
#include "adapters/cli/explanation_text.h"
#include "adapters/cli/record_text.h"
#include "adapters/cli/service_ask.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::cli {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

// Below what a service takes in one request by default.
constexpr std::size_t kObserveBytes = 4u << 20;

volatile std::sig_atomic_t interrupted = 0;
void interrupt(int) { interrupted = 1; }

std::string decision_words(const Json& decision) {
  if (!decision.is_object()) return "keep";
  std::string outcome = text_in(decision, "outcome");
  return outcome == "profile" ? text_in(decision, "profile") : outcome;
}

void show_devices(const Json& json, Console& console) {
  std::vector<std::vector<std::string>> rows = {{"device", "decision", "rule", "waits for"}};
  for (const Json& device : json.value("devices", Json::array())) {
    Json decision = device.value("decision", Json());
    rows.push_back({text_in(device, "device"), decision_words(decision),
                    decision.is_object() ? text_in(decision, "rule") : "",
                    text_in(device, "waits_for")});
  }
  console.print(table_text(rows));
  if (json.contains("next")) {
    console.message(fmt::format("there are more: --after {}\n", text_in(json, "next")));
  }
}

// Nothing when there is no value.
void print_member(std::string_view name, const std::string& value, Console& console) {
  if (!value.empty()) console.print(fmt::format("{:<15}{}\n", name, value));
}

void show_device(const Json& json, Console& console) {
  auto line = [&](std::string_view name, const std::string& value) {
    print_member(name, value, console);
  };
  Json decision = json.value("decision", Json());
  line("device", text_in(json, "device"));
  line("enabled", text_in(json, "enabled"));
  line("decision", decision_words(decision));
  if (decision.is_object()) {
    line("  by", fmt::format("{} {}", text_in(decision, "rule"), text_in(decision, "at")));
    line("  since", text_in(decision, "ts"));
    for (const Json& one : decision.value("because", Json::array())) {
      line("  because", fmt::format("{} ({})", text_in(one, "condition"), text_in(one, "value")));
    }
    for (const Json& one : decision.value("alerts", Json::array())) {
      line("  alert", one.is_string() ? one.get<std::string>() : one.dump());
    }
  }
  if (!json.value("enrolled", true)) line("enrolment", "none, so nothing is ordered of its card");
  line("waits for", text_in(json, "waits_for"));
  line("set aside", text_in(json, "set_aside"));
  if (json.contains("in_flight")) {
    std::string profile = text_in(json["in_flight"], "profile");
    line("with the card",
         text_in(json["in_flight"], "command") + (profile.empty() ? "" : " ") + profile);
  }
  for (const Json& one : json.value("card", Json::object()).value("profiles", Json::array())) {
    line("on the card", fmt::format("{} {}{}{}", text_in(one, "iccid"), text_in(one, "profile"),
                                    one.value("enabled", false) ? ", enabled" : "",
                                    one.value("fallback", false) ? ", fallback" : ""));
  }
  for (const Json& one : json.value("quarantine", Json::array())) {
    line("quarantine", fmt::format("{}: {}, until {}", text_in(one, "profile"), text_in(one, "why"),
                                   text_in(one, "until")));
  }
  line("newest report", text_in(json, "newest_report"));
  line("looked at", text_in(json, "looked_at_again"));
}

void show_orders(const Json& json, Console& console) {
  std::vector<std::vector<std::string>> rows = {
      {"device", "order", "asks", "state", "counter", "reason"}};
  for (const Json& order : json.value("orders", Json::array())) {
    std::string asks;
    for (const Json& one : order.value("asks", Json::array())) {
      asks += (asks.empty() ? "" : ", ") + one.get<std::string>();
    }
    if (asks.empty()) asks = text_in(order, "kind");
    rows.push_back({text_in(order, "device"), text_in(order, "order"), asks,
                    text_in(order, "state"), text_in(order, "counter"), text_in(order, "reason")});
  }
  console.print(table_text(rows));
}

void show_history(const Json& json, Console& console) {
  std::vector<std::vector<std::string>> rows = {
      {"from", "to", "country", "network", "profile", "imei", "known by"}};
  for (const Json& one : json.value("ledger", Json::array())) {
    std::string to = text_in(one, "to");
    rows.push_back({text_in(one, "from"), to.empty() ? "now" : to, text_in(one, "country"),
                    text_in(one, "network"), text_in(one, "profile"), text_in(one, "imei"),
                    text_in(one, "known_by")});
  }
  console.print(table_text(rows));
}

void show_records(const Json& json, Console& console) {
  std::vector<std::vector<std::string>> rows = {{"record", "at", ""}};
  for (const Json& one : json.value("records", Json::array())) {
    rows.push_back({text_in(one, "sequence"), text_in(one, "ts"), record_words(one.dump())});
  }
  console.print(table_text(rows));
  if (json.contains("before")) {
    console.message(fmt::format("there are more: --before {}\n", text_in(json, "before")));
  }
}

void show_order(const Json& json, Console& console) {
  auto line = [&](std::string_view name, const std::string& value) {
    print_member(name, value, console);
  };
  line("device", text_in(json, "device"));
  line("order", text_in(json, "order"));
  line("kind", text_in(json, "kind"));
  for (const Json& one : json.value("asks", Json::array())) line("asks", one.get<std::string>());
  line("state", text_in(json, "state"));
  line("reason", text_in(json, "reason"));
  line("attempts", text_in(json, "attempts"));
  line("not before", text_in(json, "not_before"));
  line("counter", text_in(json, "counter"));
  line("message", text_in(json, "message"));
  const Json answer = json.value("answer", Json::object());
  for (const auto& [name, value] : answer.items()) {
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    line("answer", answer.is_object() ? name + ": " + text : text);
  }
  line("evidence", text_in(json, "evidence"));
  line("ended", text_in(json, "ended_at"));
}

// The records from `from` on, which it moves; false when something failed.
bool print_new(ServiceClient& client, std::uint64_t& from, Console& console, int& code) {
  auto lines = client.send("GET", fmt::format("/v1/audit?from={}&limit=1000", from));
  if (!lines) return code = console.fail(lines.error()), false;
  bool any = false;
  for (std::string_view rest = *lines; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    RecordText record = record_text(line);
    std::string device = record.device.size() > 8
                             ? "..." + record.device.substr(record.device.size() - 8)
                             : record.device;
    console.print(fmt::format("{}  {:<11}  {}\n", record.time, device, record.text));
    ++from;
    any = true;
  }
  return any;
}

// Orders that do take another role.
bool changes_eims(const Json& order) {
  std::string package = order.value("package", Json()).dump();
  for (const char* operation : {"\"addEim\"", "\"deleteEim\"", "\"updateEim\""}) {
    if (package.find(operation) != std::string::npos) return true;
  }
  return false;
}

// Asks until the order has ended.
int wait_for_order(const ServiceOptions& options, const std::string& path, Console& console) {
  auto client = ServiceClient::open(options.where, "read");
  if (!client) return console.fail(client.error());
  auto until = Clock::now() + std::chrono::seconds(options.wait_seconds);
  while (true) {
    auto left = std::chrono::ceil<std::chrono::seconds>(until - Clock::now()).count();
    // The service answers when it has ended; at once when too many wait there.
    auto answer = client->send("GET", fmt::format("{}?wait={}", path, std::clamp(left, 0L, 10L)));
    if (!answer) {
      console.fail(answer.error());
      return answer.error().code == Code::E0884 ? kFindings : kUnusable;
    }
    Json order = Json::parse(*answer, nullptr, false);
    if (order.contains("ended_at")) {
      console.print(options.format == OutputFormat::json ? *answer
                                                         : text_in(order, "state") + "\n");
      return text_in(order, "state") == "done" ? kClean : kFindings;
    }
    if (Clock::now() > until) {
      console.message(fmt::format("still {}\n", text_in(order, "state")));
      return kFindings;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

void show_difference(const Json& json, Console& console) {
  if (json.value("same", false)) return console.print("the same\n");
  for (const Json& one : json.value("declarations", Json::array())) {
    console.print(fmt::format("declared differently: {}\n", one.get<std::string>()));
  }
  for (const Json& one : json.value("situations", Json::array())) {
    auto side = [&](const char* name) { return text_in(one.value(name, Json()), "outcome"); };
    console.print(fmt::format("{}\n  before: {}\n  after:  {}\n", text_in(one, "when"),
                              side("before"), side("after")));
  }
  if (json.value("more", false)) console.print("and further situations\n");
}

void show_check(const Json& json, bool in_force, Console& console) {
  for (const Json& finding : json.value("findings", Json::array())) {
    console.print(text_in(finding, "text"));
  }
  if (!json.value("runnable", false)) return console.print("cannot run\n");
  const char* stands = in_force ? "in force: " : "";
  if (json.value("proposed", false)) stands = "waits for a second person: ";
  console.print(fmt::format("{}{}\n", stands, text_in(json, "policy")));
}

void show_versions(const Json& json, Console& console) {
  std::vector<std::vector<std::string>> rows = {{"version", "since", "by", "policy"}};
  for (const Json& one : json.value("versions", Json::array())) {
    rows.push_back(
        {text_in(one, "version"), text_in(one, "at"), text_in(one, "by"), text_in(one, "policy")});
  }
  console.print(table_text(rows));
}

void show_shadow(const Json& json, Console& console) {
  std::vector<std::vector<std::string>> rows = {{"device", "in force", "in shadow", "by"}};
  for (const Json& one : json.value("devices", Json::array())) {
    Json shadow = one.value("shadow", Json());
    rows.push_back({text_in(one, "device"), text_in(one.value("active", Json()), "outcome"),
                    text_in(shadow, "outcome"), text_in(shadow, "rule")});
  }
  console.print(table_text(rows));
  if (json.value("judging_anew", false)) console.message("not all devices were looked at yet\n");
}

}  // namespace

int run_devices(const ServiceOptions& options, std::string_view what, Console& console) {
  std::string path = "/v1/devices";
  if (what == "list") {
    path += fmt::format("?limit={}", options.limit);
    if (!options.after.empty()) path += "&after=" + in_url(options.after);
    return get(options, console, path, [&](const Json& json) { show_devices(json, console); });
  }
  path += "/" + in_url(options.device);
  if (what == "show") {
    return get(options, console, path, [&](const Json& json) { show_device(json, console); });
  }
  if (what == "unenrol") {
    return ask(options, console, "approve", "DELETE", path, {}, {}, [&](const Json& json) {
      console.print(fmt::format("not enrolled any more; its last counter was {}\n",
                                text_in(json, "last_counter")));
    });
  }
  path += "/" + std::string(what);
  if (what == "history") {
    return get(options, console, path, [&](const Json& json) { show_history(json, console); });
  }
  if (what == "records") {
    path += fmt::format("?limit={}", options.limit);
    if (options.before) path += fmt::format("&before={}", *options.before);
    return get(options, console, path, [&](const Json& json) { show_records(json, console); });
  }
  return get(options, console, path, [&](const Json& json) {
    console.print(explanation_text(explanation_from(json.dump())));
  });
}

int run_watch(const ServiceOptions& options, Console& console) {
  auto client = ServiceClient::open(options.where, "read");
  if (!client) return console.fail(client.error());
  std::signal(SIGINT, interrupt);
  std::signal(SIGTERM, interrupt);
  std::uint64_t from = options.from;
  Clock::time_point newest = Clock::now();
  while (interrupted == 0) {
    int code = kClean;
    if (print_new(*client, from, console, code)) {
      newest = Clock::now();
      std::fflush(stdout);
      continue;
    }
    if (code != kClean) return code;
    bool idle = options.idle_seconds > 0 &&
                Clock::now() - newest > std::chrono::seconds(options.idle_seconds);
    if (idle) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return kClean;
}

int run_order(const ServiceOptions& options, std::string_view what, Console& console) {
  if (what == "list") {
    std::string path = fmt::format("/v1/orders?limit={}", options.limit);
    if (!options.device.empty()) path += "&device=" + in_url(options.device);
    return get(options, console, path, [&](const Json& json) { show_orders(json, console); });
  }
  if (what == "create") {
    Json json;
    json["device"] = options.device;
    json["command"] = options.command;
    if (!options.profile.empty()) json["profile"] = options.profile;
    if (!options.iccid.empty()) json["iccid"] = options.iccid;
    if (!options.download.empty()) json["download"] = options.download;
    if (!options.data.empty()) json["data"] = options.data;
    if (!options.package.empty()) {
      auto text = options.package.starts_with('@')
                      ? read_file(options.package.substr(1), limits::kSourceBytesMax)
                      : Result<std::string>(options.package);
      if (!text) return console.fail(text.error());
      json["package"] = Json::parse(*text, nullptr, false);
      if (json["package"].is_discarded()) {
        return console.fail(make_diagnostic(Code::E0006, "the package is not JSON"));
      }
    }
    if (options.force) json["force"] = true;
    bool approve = options.force || changes_eims(json);
    return ask(options, console, approve ? "approve" : "operate", "POST", "/v1/orders",
               json.dump(-1, ' ', false, Json::error_handler_t::replace), "application/json",
               [&](const Json& answer) {
                 console.print(fmt::format("order {}\n", text_in(answer, "order")));
               });
  }
  std::string path = fmt::format("/v1/orders/{}/{}", in_url(options.device), options.order);
  if (what == "wait") return wait_for_order(options, path, console);
  if (what == "cancel") {
    return ask(options, console, "operate", "DELETE", path, {}, {}, [](const Json&) {});
  }
  return get(options, console, path, [&](const Json& json) { show_order(json, console); });
}

namespace {

// Says of each line, or value of a line, why it was not used: as many as are quoted anywhere.
class RefusedLines {
 public:
  RefusedLines(const std::string& file, Console& console) : file_(file), console_(console) {}

  // `lines_before`: of the file, before the part that this answers.
  void show(const Json& answer, std::uint64_t lines_before) {
    count_ += answer.value("refused", std::uint64_t{0});
    for (const Json& finding : answer.value("findings", Json::array())) {
      if (shown_ == limits::kQuotedLinesMax) break;
      ++shown_;
      bool whole = text_in(finding, "part") == "line";
      if (whole) ++shown_lines_;
      console_.message(fmt::format("{}:{}: {}: {} [{}]\n", file_,
                                   lines_before + finding.value("line", std::uint64_t{0}),
                                   whole ? "refused" : "a value was not used",
                                   text_in(finding, "message"), text_in(finding, "code")));
    }
  }
  // What the file came to.
  int end() {
    if (count_ > shown_lines_) {
      console_.message(fmt::format("{} more lines were refused\n", count_ - shown_lines_));
    }
    return count_ == 0 ? kClean : kFindings;
  }

 private:
  const std::string& file_;
  Console& console_;
  std::uint64_t count_ = 0;
  std::uint64_t shown_ = 0;
  std::uint64_t shown_lines_ = 0;
};

}  // namespace

int run_observe(const ServiceOptions& options, Console& console) {
  auto lines = read_file(options.file, limits::kSourceBytesMax);
  if (!lines) return console.fail(lines.error());
  std::string_view rest = *lines;
  RefusedLines refused(options.file, console);
  std::uint64_t lines_before = 0;
  do {  // whole lines, as many as fit into one request
    std::size_t count = rest.size();
    if (count > kObserveBytes) {
      count = rest.rfind('\n', kObserveBytes);
      count = count == std::string_view::npos ? rest.size() : count + 1;
    }
    int code = ask(
        options, console, "operate", "POST", "/v1/observations", rest.substr(0, count),
        "application/x-ndjson",
        [&](const Json& json) {
          console.print(fmt::format(
              "{} lines: {} taken in, {} known before, {} late, {} refused; {} "
              "decisions\n",
              text_in(json, "lines"), text_in(json, "taken"), text_in(json, "duplicate"),
              text_in(json, "late"), text_in(json, "refused"), text_in(json, "decisions")));
        },
        [&](const Json& json) { refused.show(json, lines_before); });
    if (code != kClean) return code;
    lines_before += static_cast<std::uint64_t>(
        std::count(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(count), '\n'));
    rest.remove_prefix(count);
  } while (!rest.empty());
  return refused.end();
}

int run_policy(const ServiceOptions& options, std::string_view what, Console& console) {
  if (what == "show") {
    return get(options, console, "/v1/policy", [&](const Json& json) {
      console.print(fmt::format("{} version {} {}\n", text_in(json, "name"),
                                text_in(json, "version"), text_in(json, "policy")));
      for (const Json& rule : json.value("rules", Json::array())) {
        console.print(fmt::format("{}\n", text_in(rule, "source")));
      }
    });
  }
  if (what == "versions") {
    return get(options, console, "/v1/policy/versions",
               [&](const Json& json) { show_versions(json, console); });
  }
  if (what == "shadow-show") {
    return get(options, console, "/v1/policy/shadow",
               [&](const Json& json) { show_shadow(json, console); });
  }
  if (what == "shadow-end") {
    return ask(options, console, "approve", "DELETE", "/v1/policy/shadow", {}, {},
               [](const Json&) {});
  }
  if (what == "shadow-activate") {
    return ask(options, console, "approve", "POST", "/v1/policy/shadow/activate", {}, {},
               [&](const Json& json) { show_check(json, true, console); });
  }
  if (what == "rollback") {
    std::string path = "/v1/policy/rollback";
    if (!options.policy.empty()) path += "?to=" + in_url(options.policy);
    return ask(options, console, "approve", "POST", path, {}, {},
               [&](const Json& json) { show_check(json, true, console); });
  }
  auto text = read_file(options.file, limits::kSourceBytesMax);
  if (!text) return console.fail(text.error());
  if (what == "diff") {
    return ask(options, console, "approve", "POST", "/v1/policy/difference", *text, "text/plain",
               [&](const Json& json) { show_difference(json, console); });
  }
  if (what == "shadow") {
    return ask(options, console, "approve", "PUT", "/v1/policy/shadow", *text, "text/plain",
               [&](const Json& json) { show_check(json, false, console); });
  }
  bool check = what == "check";
  // To check is to compile what was sent: whoever may put a policy in force may do that.
  return ask(options, console, "approve", check ? "POST" : "PUT",
             check ? "/v1/policy/check" : "/v1/policy", *text, "text/plain",
             [&](const Json& json) { show_check(json, !check, console); });
}

int run_proposals(const ServiceOptions& options, std::string_view what, Console& console) {
  const std::string path = "/v1/policy/proposal";
  if (what == "list" || what == "show") {
    return get(options, console, path, [&](const Json& json) {
      console.print(fmt::format("{} by {} at {}\n", text_in(json, "policy"), text_in(json, "by"),
                                text_in(json, "at")));
      if (what == "show") console.print(text_in(json, "text"));
    });
  }
  if (what == "drop") {
    return ask(options, console, "approve", "DELETE", path, {}, {}, [](const Json&) {});
  }
  return ask(options, console, "approve", "POST", path + "/activate", {}, {},
             [&](const Json& json) { show_check(json, true, console); });
}

}  // namespace sojourn::cli
