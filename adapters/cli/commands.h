// The commands of `sojourn`, each in a file of its name: what it is told, and its exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/cli/console.h"
#include "adapters/cli/service_client.h"
#include "adapters/cli/trace_input.h"

namespace sojourn::cli {

struct CheckOptions {
  std::vector<std::string> files;
  OutputFormat format = OutputFormat::text;
  std::string geodata;  // "" = where it was installed
};
int run_check(const CheckOptions& options, Console& console);

struct TestOptions {
  std::vector<std::string> files;
  std::string only;      // run only tests whose name contains this
  std::string junit;     // write a JUnit report here
  bool suggest = false;  // print the tests that are missing at thresholds
  OutputFormat format = OutputFormat::text;
  std::string geodata;
};
int run_test(const TestOptions& options, Console& console);

struct FormatOptions {
  std::vector<std::string> files;
  bool check = false;  // change nothing; tell whether something would
};
int run_fmt(const FormatOptions& options, Console& console);

struct BuildOptions {
  std::string file;
  std::string output;
  bool force = false;
  std::vector<std::string> without;  // passes of the compiler
  bool verify = false;               // after each pass
  OutputFormat format = OutputFormat::text;
  std::string geodata;
};
int run_build(const BuildOptions& options, Console& console);

struct DiffOptions {
  std::string before, after;  // rule files or compiled graphs
  TraceInput trace;           // which recorded devices the difference touches
  OutputFormat format = OutputFormat::text;
  std::string geodata;
};
int run_diff(const DiffOptions& options, Console& console);

struct GraphOptions {
  std::string file;
  std::string device;  // reports whose way through the graph is shown; "" = none
  bool dot = false;
  bool svg = false;
  bool whole = false;  // never folded
  OutputFormat format = OutputFormat::text;
  std::string geodata;
};
int run_graph(const GraphOptions& options, Console& console);

struct DecideOptions {
  std::string file;
  std::string device;  // JSON: one report, or a file of reports with `@`
  std::string at;      // RFC 3339; "" = the newest report's time
  OutputFormat format = OutputFormat::text;
  std::string geodata;
};
int run_decide(const DecideOptions& options, Console& console);

struct DryrunOptions {
  std::string file;
  TraceInput trace;
  std::string decisions;  // write decision records here
  std::string audit;      // write the evidence chain here
  std::string report;     // write a page for a browser here
  std::string compare;    // another policy, on the same trace
  bool all = false;       // a record for every report
  bool open_loop = false;
  bool approved = false;  // what waits for a person's approval has it
  bool strict = false;
  bool force = false;
  std::string latency;  // "" = at the device's next report
  std::string lateness = "7 days";
  std::optional<std::string> settle;  // instead of the policy's
  unsigned jobs = 0;                  // 0 = one per core
  OutputFormat format = OutputFormat::text;
  std::string geodata;
};
int run_dryrun(const DryrunOptions& options, Console& console);

struct GeoOptions {
  double lat = 0;
  double lon = 0;
  std::optional<double> accuracy_m;
  std::string policy;  // also answer for the regions this policy names
  OutputFormat format = OutputFormat::text;
  std::string geodata;
};
int run_geo(const GeoOptions& options, Console& console);

struct AuditOptions {
  std::string file;      // lines, or a store; "": the chain of a running service
  ServiceAddress where;  // verify: of that
  bool pseudonymise = false;
  std::string head;  // of an earlier time: verify must come across it
  OutputFormat format = OutputFormat::text;
};
int run_audit_verify(const AuditOptions& options, Console& console);
int run_audit_show(const AuditOptions& options, Console& console);

struct PackageOptions {
  std::string type;         // "EuiccPackageRequest"
  std::string input = "-";  // text, `@FILE`, or `-` for standard input
  std::string version = "1.2";
  std::string key;  // PEM file: a private key to sign, a public one or certificate to verify
  std::string eim_signature;          // of the package that a 1.0 result answers
  std::optional<std::int64_t> token;  // the association token, when one is configured
  bool strict = false;
  OutputFormat format = OutputFormat::text;
};
int run_package_types(Console& console);
int run_package_encode(const PackageOptions& options, Console& console);
int run_package_decode(const PackageOptions& options, Console& console);
int run_package_sign(const PackageOptions& options, Console& console);
int run_package_verify(const PackageOptions& options, Console& console);

struct DeviceOptions {
  std::string folder;    // of identities
  std::size_t make = 0;  // make the folder first, with so many devices
  std::string eim_id = "eim.example.com";
  std::string transport = "https";
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: 8443 for HTTPS, 5684 for CoAP
  std::string server_name = "localhost";
  std::size_t fleet = 0;  // 0: all of the folder
  std::size_t first = 0;
  std::size_t polls = 1;
  bool forever = false;
  unsigned interval_ms = 1'000;
  unsigned threads = 1;
  std::string place = "home";
  std::string world;                    // a JSON file: who has a network where
  std::vector<std::string> no_network;  // ICCIDs that have none anywhere
  std::string misbehave;
  std::uint64_t seed = 0;
  bool forget = false;  // what happens to the cards is not saved
  OutputFormat format = OutputFormat::text;
};
int run_device(const DeviceOptions& options, Console& console);
struct ServeOptions {
  std::string config;
  bool print_config = false;
  std::string init;  // make a demonstration in this folder instead
  std::size_t devices = 12;
  bool any_ports = false;  // of the demonstration: whatever is free
};
int run_serve(const ServeOptions& options, Console& console);

// What is asked of a running service.
struct ServiceOptions {
  ServiceAddress where;
  OutputFormat format = OutputFormat::text;
  std::string device;
  std::string after;
  std::optional<std::uint64_t> before;  // devices records: those before this one
  std::size_t limit = 100;
  std::string file = "-";
  unsigned retries = 0;       // observe: how often what a busy service refuses is sent again
  std::uint64_t from = 0;     // watch: the record to begin with
  unsigned idle_seconds = 0;  // watch: end after so long without a record; 0: never
  std::string command;        // order create
  std::string profile;
  std::string iccid;
  std::string download;
  std::string package;            // of any operations, JSON or @FILE
  std::vector<std::string> data;  // that is asked for
  bool force = false;
  std::uint64_t order = 0;
  unsigned wait_seconds = 60;  // order wait: at most so long
  std::string key;             // order create: the idempotency key
  std::string rule;            // approvals give
  bool all = false;            // kill set
  std::vector<std::string> rules;
  std::vector<std::string> countries;
  std::string policy;    // policy rollback: the digest to return to; "": of the one before
  std::string campaign;  // campaigns approve, go-on
  std::string devices;   // ... only if it is about these: the digest that was listed
};
int run_devices(const ServiceOptions& options, std::string_view what, Console& console);
int run_watch(const ServiceOptions& options, Console& console);
int run_order(const ServiceOptions& options, std::string_view what, Console& console);
int run_observe(const ServiceOptions& options, Console& console);
int run_policy(const ServiceOptions& options, std::string_view what, Console& console);
int run_approvals(const ServiceOptions& options, std::string_view what, Console& console);
int run_campaigns(const ServiceOptions& options, std::string_view what, Console& console);
int run_proposals(const ServiceOptions& options, std::string_view what, Console& console);
int run_kill(const ServiceOptions& options, std::string_view what, Console& console);
int run_audit_fetch(const ServiceOptions& options, Console& console);

struct ExplainOptions {
  std::string code;  // "" = list all
  OutputFormat format = OutputFormat::text;
};
int run_explain(const ExplainOptions& options, Console& console);

}  // namespace sojourn::cli
