// sojourn: the command line. Only words and options here; each command is in the file of its name.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <iostream>

#include "adapters/cli/commands.h"
#include "adapters/cli/usage_error.h"
#include "engine/base/diagnostic_code.h"
#include "engine/proof/passes.h"

namespace sojourn::cli {
namespace {

using Action = std::function<int(Console&)>;

// The command, once chosen, runs `run` with what it was told.
template <class Options>
void runs(CLI::App* command, Action& action, std::shared_ptr<Options> options,
          int (*run)(const Options&, Console&)) {
  command->callback(
      [=, &action] { action = [=](Console& console) { return run(*options, console); }; });
}

// An option that several commands have.
void add_format(CLI::App* command, OutputFormat& format) {
  auto read = [&format](const std::string& word) {
    if (word != "text" && word != "json") throw CLI::ConversionError(word, "--format");
    format = word == "json" ? OutputFormat::json : OutputFormat::text;
  };
  command->add_option_function<std::string>("--format", read, "text for people, json for programs")
      ->type_name("ENUM:{text,json}");
}

void add_geodata(CLI::App* command, std::string& folder) {
  command->add_option("--geodata", folder, "the folder of compiled geodata")->type_name("DIR");
}

void add_trace(CLI::App* command, TraceInput& trace, bool required) {
  command
      ->add_option("--trace", trace.paths,
                   "recorded reports, plain, gzip or zstd; - is standard input; several are merged "
                   "by time")
      ->required(required);
  command->add_option(
      "--form", trace.form,
      "ndjson, csv, traccar, senml, cloudevents, gpx (default: by the file's name)");
  command->add_option("--mapping", trace.mapping, "which columns of CSV mean what: a JSON file")
      ->type_name("FILE");
  command->add_option("--device", trace.device, "whose reports they are, where they do not say");
  command
      ->add_option("--attribute", trace.attributes,
                   "NAME=VALUE for reports that do not say it; may be repeated")
      ->allow_extra_args(false);
}

void add_service(CLI::App* command, ServiceAddress& where) {
  command->add_option("--service", where.folder, "a folder made by `sojourn serve --init`")
      ->type_name("DIR");
  command->add_option("--address", where.address, "of the service, IPv4");
  command->add_option("--port", where.port, "of its operators' interface");
  command->add_option("--ca", where.ca, "the authority of its certificate, PEM");
  command->add_option("--token", where.token,
                      "the file of a token (default: the environment's SOJOURN_TOKEN)");
  command->add_option("--tenant", where.tenant, "for tokens of several tenants");
}

void add_check(CLI::App& app, Action& action) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand("check", "types, conflicts, gaps, dead rules, promises");
  command->add_option("FILE", options->files, "rule files; - is standard input")->required();
  add_format(command, options->format);
  add_geodata(command, options->geodata);
  command->footer(
      "Examples:\n  sojourn check latam.sojourn\n  sojourn check --format json *.sojourn\n"
      "Exit: 0 clean or notes only, 1 findings, 2 unusable input.");
  runs(command, action, options, run_check);
}

void add_test(CLI::App& app, Action& action) {
  auto options = std::make_shared<TestOptions>();
  CLI::App* command = app.add_subcommand("test", "run the test blocks of rule files");
  command->add_option("FILE", options->files, "rule files; - is standard input")->required();
  command->add_option("--only", options->only, "only tests whose name contains this");
  command->add_option("--junit", options->junit, "write a JUnit report to this file");
  command->add_flag("--suggest", options->suggest,
                    "print tests just below, at and just above each threshold that no test has "
                    "seen from every side; what the tests found goes to standard error");
  add_format(command, options->format);
  add_geodata(command, options->geodata);
  command->footer(
      "Below the tests stand the rules and bans that none saw at work, and the thresholds that\n"
      "none saw just below, at and just above. Suggested tests were run and pass: they tell what\n"
      "the policy does. Read them before you keep them.\n"
      "Examples:\n  sojourn test latam.sojourn\n  sojourn test --only brazil latam.sojourn\n"
      "  sojourn test --junit report.xml latam.sojourn\n"
      "  sojourn test --suggest latam.sojourn >> latam.sojourn\n"
      "Exit: 0 all passed, 1 some failed, 2 unusable input.");
  runs(command, action, options, run_test);
}

void add_fmt(CLI::App& app, Action& action) {
  auto options = std::make_shared<FormatOptions>();
  CLI::App* command = app.add_subcommand("fmt", "write rule files in the one layout");
  command
      ->add_option("FILE", options->files,
                   "rule files; - reads standard input, writes standard output")
      ->required();
  command->add_flag("--check", options->check, "change nothing; exit 1 when a file would change");
  command->footer("Examples:\n  sojourn fmt latam.sojourn\n  sojourn fmt --check *.sojourn");
  runs(command, action, options, run_fmt);
}

void add_build(CLI::App& app, Action& action) {
  auto options = std::make_shared<BuildOptions>();
  CLI::App* command = app.add_subcommand("build", "compile a policy to a graph file");
  command->add_option("FILE", options->file, "rule file")->required();
  command->add_option("-o,--output", options->output, "the graph file to write")->required();
  command->add_flag("--force", options->force, "overwrite the output");
  command
      ->add_option("--without", options->without,
                   "leave a pass of the compiler out; may be repeated")
      ->type_name("PASS")
      ->allow_extra_args(false);
  command->add_flag("--verify", options->verify,
                    "compare what each pass made with the rules, not only the graph at the end");
  add_format(command, options->format);
  add_geodata(command, options->geodata);
  std::string passes;
  for (const PassInfo& pass : all_passes()) {
    passes += fmt::format("  {:<7}{}\n", pass.word, pass.what);
  }
  command->footer(fmt::format(
      "Passes, each told with its time; without one the answers are the same:\n{}"
      "Examples:\n  sojourn build latam.sojourn -o latam.graph\n"
      "  sojourn build latam.sojourn -o plain.graph --without sift --without grow --verify\n"
      "Exit: 0 built, 2 unusable input, or a ban or an assertion that does not hold.",
      passes));
  runs(command, action, options, run_build);
}

void add_diff(CLI::App& app, Action& action) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command = app.add_subcommand("diff", "every situation two policies decide differently");
  command->add_option("OLD", options->before, "rule file or compiled graph")->required();
  command->add_option("NEW", options->after, "rule file or compiled graph")->required();
  add_trace(command, options->trace, false);
  add_format(command, options->format);
  add_geodata(command, options->geodata);
  command->footer(
      "Examples:\n  sojourn diff active.sojourn edited.sojourn\n"
      "  sojourn diff active.graph edited.sojourn --trace fleet.ndjson.gz\n"
      "Equal digests: both mean the same, whatever was renamed, moved or laid out anew.\n"
      "With a trace, the recorded devices and device-days that it touches are counted and named;\n"
      "what the new policy's inventory says of them counts as known (the old one's, if it has "
      "none).\n"
      "Exit: 0 both decide alike, 1 they differ (or not all was decided), 2 unusable input.");
  runs(command, action, options, run_diff);
}

void add_graph(CLI::App& app, Action& action) {
  auto options = std::make_shared<GraphOptions>();
  CLI::App* command = app.add_subcommand("graph", "the decision graph, as text or drawn");
  command->add_option("FILE", options->file, "rule file or compiled graph")->required();
  command->add_flag("--dot", options->dot, "for Graphviz");
  command->add_flag("--svg", options->svg, "as a picture");
  command->add_flag("--whole", options->whole, "every node, however many");
  command->add_option("--device", options->device,
                      "mark the way of a device, given by what it reports: JSON like a trace line; "
                      "@FILE reads lines of it");
  add_format(command, options->format);
  add_geodata(command, options->geodata);
  command->footer(
      "Large graphs are folded by region.\n"
      "Examples:\n  sojourn graph latam.sojourn\n  sojourn graph --svg latam.sojourn > latam.svg\n"
      "  sojourn graph latam.sojourn --device @reports.ndjson");
  runs(command, action, options, run_graph);
}

void add_decide(CLI::App& app, Action& action) {
  auto options = std::make_shared<DecideOptions>();
  CLI::App* command = app.add_subcommand("decide", "one decision, with its explanation");
  command->add_option("FILE", options->file, "rule file or compiled graph")->required();
  command
      ->add_option("--device", options->device,
                   "what the device reports, as JSON like a trace line; @FILE reads lines of it")
      ->required();
  command->add_option("--at", options->at, "decide at this instant instead of the newest report's");
  add_format(command, options->format);
  add_geodata(command, options->geodata);
  command->footer(
      "Example:\n  sojourn decide latam.sojourn --device \\\n"
      "    '{\"ts\":\"2026-01-01T10:00:00Z\",\"device\":\"m1\",\"network\":\"724-05\",\n"
      "      \"profile\":\"bootstrap\",\"attributes\":{\"type\":\"meter\"}}'");
  runs(command, action, options, run_decide);
}

void add_dryrun(CLI::App& app, Action& action) {
  auto options = std::make_shared<DryrunOptions>();
  CLI::App* command = app.add_subcommand("dryrun", "replay recorded fleets under a policy");
  command->add_option("FILE", options->file, "rule file or compiled graph")->required();
  add_trace(command, options->trace, true);
  command->add_option("--decisions", options->decisions,
                      "write one JSON object per decision; - is standard output");
  command->add_option("--audit", options->audit, "write the evidence chain");
  command->add_option("--report", options->report,
                      "write a page for a browser: map, timelines, decisions");
  command->add_option("--compare", options->compare,
                      "another policy, side by side on the same trace");
  command->add_flag("--all", options->all, "a decision record for every report");
  command->add_flag("--open", options->open_loop, "only compare with the recorded profiles");
  command->add_flag("--approved", options->approved,
                    "as if a person approved at once whatever asks for approval");
  command->add_option("--latency", options->latency,
                      "how long a decision takes to take effect, such as \"2 hours\"");
  command->add_option("--lateness", options->lateness, "how late reports may be")
      ->capture_default_str();
  command->add_option("--settle", options->settle,
                      "instead of the policy's settle, such as \"0 minutes\"");
  command->add_flag("--strict", options->strict, "stop at the first line that cannot be used");
  command->add_flag("--force", options->force, "overwrite outputs");
  command
      ->add_option("--jobs", options->jobs,
                   "threads (default: one per core); the output is the same")
      ->check(CLI::Range(1, 1'000));
  add_format(command, options->format);
  add_geodata(command, options->geodata);
  command->footer(
      "Examples:\n  sojourn dryrun latam.sojourn --trace fleet.ndjson.gz\n"
      "  zcat fleet.ndjson.gz | sojourn dryrun latam.sojourn --trace - --decisions "
      "decisions.ndjson\n"
      "  sojourn dryrun edited.sojourn --compare active.sojourn --trace fleet.ndjson.gz \\\n"
      "    --report fleet.html\n"
      "  sojourn dryrun latam.sojourn --trace trips.csv --mapping columns.json\n"
      "  sojourn dryrun latam.sojourn --trace van.gpx --device van-7 --attribute type=vehicle\n"
      "Exit: 0, 1 when a ban was violated, 2 unusable input.");
  runs(command, action, options, run_dryrun);
}

void add_geo(CLI::App& app, Action& action) {
  auto options = std::make_shared<GeoOptions>();
  CLI::App* command = app.add_subcommand("geo", "where a position is, and how certainly");
  command->add_option("LAT", options->lat, "latitude in degrees")->required();
  command->add_option("LON", options->lon, "longitude in degrees")->required();
  command->add_option("--accuracy", options->accuracy_m, "68% radius in metres");
  command->add_option("--policy", options->policy, "also answer for the regions of this rule file");
  add_format(command, options->format);
  add_geodata(command, options->geodata);
  command->footer(
      "Examples:\n  sojourn geo -- -23.55 -46.63\n  sojourn geo 47.59 7.59 --accuracy 500");
  runs(command, action, options, run_geo);
}

void add_audit(CLI::App& app, Action& action) {
  CLI::App* audit = app.add_subcommand("audit", "check and read the evidence chain");
  audit->require_subcommand(1);
  audit->footer("Example:\n  sojourn audit verify --service demo");
  auto options = std::make_shared<AuditOptions>();
  CLI::App* verify = audit->add_subcommand("verify", "find changed, missing and reordered records");
  verify->add_option("FILE", options->file,
                     "the chain as it was fetched, - is standard input; or the store of a service "
                     "that does not run");
  add_service(verify, options->where);
  verify->add_option("--head", options->head,
                     "a head that was told before: a chain that ends earlier is broken");
  add_format(verify, options->format);
  verify->footer(
      "Examples:\n  sojourn audit verify --service demo\n"
      "  sojourn audit verify demo/sojourn.store\n"
      "  sojourn audit verify chain.ndjson\n"
      "  sojourn audit verify --head 5e8ad1...83 chain.ndjson\n"
      "Of a service or its store it is known where the chain ends. Of a file what is missing at\n"
      "the end is found only with a head of that time: keep the last one.\n"
      "Exit: 0 unbroken, 1 broken, 2 unusable input.");
  runs(verify, action, options, run_audit_verify);
  auto remote = std::make_shared<ServiceOptions>();
  CLI::App* fetch = audit->add_subcommand("fetch", "the chain of a running service");
  add_service(fetch, remote->where);
  fetch->footer("Example:\n  sojourn audit fetch --service demo > chain.ndjson");
  runs(fetch, action, remote, run_audit_fetch);
  CLI::App* show = audit->add_subcommand("show", "print the records, checking them on the way");
  show->add_option("FILE", options->file, "the chain; - is standard input")->required();
  show->add_flag("--pseudonymise", options->pseudonymise, "leave the devices' names out");
  add_format(show, options->format);
  show->footer(
      "As text a line for each record, as JSON the chain's own lines, which can be verified "
      "again.\n"
      "Examples:\n  sojourn audit show chain.ndjson\n"
      "  sojourn audit show --pseudonymise --format json chain.ndjson > for-the-auditor.ndjson");
  runs(show, action, options, run_audit_show);
}

void add_package(CLI::App& app, Action& action) {
  CLI::App* package =
      app.add_subcommand("package", "make, sign, decode and verify messages of SGP.32");
  package->require_subcommand(1);
  package->footer("Example:\n  sojourn package encode EimAcknowledgements '[1]'");
  auto options = std::make_shared<PackageOptions>();
  const char* input_help = "hex, base64 or JSON text; @FILE reads a file, - standard input";

  CLI::App* types = package->add_subcommand("types", "list the types of messages");
  types->footer("Example:\n  sojourn package types");
  types->callback([&action] { action = run_package_types; });

  CLI::App* encode = package->add_subcommand("encode", "JSON to hex DER");
  encode->add_option("TYPE", options->type, "the message's type")->required();
  encode->add_option("INPUT", options->input, input_help)->capture_default_str();
  encode->add_option("--sgp32", options->version, "the version of SGP.32")->capture_default_str();
  encode->footer("Example:\n  sojourn package encode EimAcknowledgements '[7, 8]'");
  runs(encode, action, options, run_package_encode);

  CLI::App* decode =
      package->add_subcommand("decode", "any message as a readable tree, or as JSON");
  decode->add_option("INPUT", options->input, input_help)->capture_default_str();
  decode->add_option("--as", options->type, "the message's type; without it, told from its tag");
  decode->add_option("--sgp32", options->version, "the version of SGP.32")->capture_default_str();
  decode->add_flag("--strict", options->strict, "refuse what is not DER");
  add_format(decode, options->format);
  decode->footer(
      "Examples:\n  sojourn package decode bf5306800107800108\n"
      "  sojourn package decode --as EimAcknowledgements --format json bf5306800107800108");
  runs(decode, action, options, run_package_decode);

  CLI::App* sign =
      package->add_subcommand("sign", "an EuiccPackageSigned to a signed EuiccPackageRequest");
  sign->add_option("INPUT", options->input, input_help)->capture_default_str();
  sign->add_option("--key", options->key, "the eIM's private key, PEM")->required();
  sign->add_option("--token", options->token, "the association token, when one is configured");
  sign->add_option("--sgp32", options->version, "the version of SGP.32")->capture_default_str();
  sign->footer("Example:\n  sojourn package sign @signed-part.hex --key eim-private.pem");
  runs(sign, action, options, run_package_sign);

  CLI::App* verify =
      package->add_subcommand("verify", "does the signature of a package or a result hold");
  verify->add_option("INPUT", options->input, input_help)->capture_default_str();
  verify->add_option("--key", options->key, "the signer's public key or certificate, PEM")
      ->required();
  verify->add_option("--token", options->token, "the association token, when one is configured");
  verify->add_option("--eim-signature", options->eim_signature,
                     "the signature of the package that a 1.0 result answers");
  verify->footer(
      "Example:\n  sojourn package verify @package.hex --key eim-public.pem\n"
      "Exit: 0 it holds, 1 it does not, 2 unusable input.");
  runs(verify, action, options, run_package_verify);
}

// A command that asks a running service.
template <class Run>
CLI::App* add_asking(CLI::App* above, const char* name, const char* what,
                     std::shared_ptr<ServiceOptions> options, Action& action, Run run) {
  CLI::App* command = above->add_subcommand(name, what);
  add_service(command, options->where);
  add_format(command, options->format);
  command->callback(
      [=, &action] { action = [=](Console& console) { return run(*options, name, console); }; });
  return command;
}

// What a running service knows of devices, a command each. `word`: by which they are called.
void add_knowing(CLI::App* above, const std::string& word, Action& action) {
  auto options = std::make_shared<ServiceOptions>();
  CLI::App* list = add_asking(above, "list", "all of them", options, action, run_devices);
  list->add_option("--limit", options->limit, "at most so many")->capture_default_str();
  list->add_option("--after", options->after, "those after this one");
  const std::pair<const char*, const char*> kOfOne[] = {
      {"show", "one device: decision, card, quarantine"},
      {"history", "its residency ledger"},
      {"explanation", "why its decision is what it is"},
      {"records", "its decisions, commands and results, newest first"},
      {"unenrol", "end the enrolment of its card: nothing more is ordered of it"}};
  for (const auto& [name, what] : kOfOne) {
    CLI::App* command = add_asking(above, name, what, options, action, run_devices);
    command->add_option("DEVICE", options->device, "its EID, IMEI or name")->required();
    if (std::string_view(name) == "records") {
      command->add_option("--limit", options->limit, "at most so many")->capture_default_str();
      command->add_option("--before", options->before, "those before this one");
    }
  }
  CLI::App* watch = above->add_subcommand("watch", "records as they are made");
  add_service(watch, options->where);
  watch->add_option("--from", options->from, "the number of the first record");
  watch->add_option("--idle", options->idle_seconds, "end after so many seconds without a record");
  runs(watch, action, options, run_watch);
  for (CLI::App* command : above->get_subcommands({})) {
    command->footer(
        fmt::format("Examples:\n  sojourn {0} list --service demo\n"
                    "  sojourn {0} show --service demo 89049032000000000000000000000095\n"
                    "  sojourn {0} unenrol --service demo 89049032000000000000000000000095\n"
                    "  sojourn {0} watch --service demo --idle 10",
                    word));
  }
}

void add_device(CLI::App& app, Action& action) {
  auto options = std::make_shared<DeviceOptions>();
  CLI::App* command = app.add_subcommand(
      "device", "simulated devices: an IPA and an eUICC that verifies and signs");
  CLI::Option* folder =
      command->add_option("FOLDER", options->folder, "keys, certificates and cards of the devices");
  command->add_option("--make", options->make, "make the folder first, with so many devices")
      ->type_name("N");
  command->add_option("--eim-id", options->eim_id, "with --make: whom the cards obey")
      ->capture_default_str();
  command->add_option("--transport", options->transport, "https, coap (DTLS) or http")
      ->capture_default_str();
  command->add_option("--address", options->address, "of the eIM")->capture_default_str();
  command->add_option("--port", options->port, "of the eIM; 8443, for CoAP 5684");
  command->add_option("--server-name", options->server_name, "demanded of the eIM's certificate")
      ->capture_default_str();
  command->add_option("--fleet", options->fleet, "how many of the devices; all without it")
      ->type_name("N");
  command->add_option("--first", options->first, "the first of them, from 0")
      ->capture_default_str();
  command->add_option("--polls", options->polls, "how often each asks the eIM")
      ->capture_default_str();
  command->add_flag("--forever", options->forever, "until Ctrl-C");
  command
      ->add_option("--interval", options->interval_ms,
                   "milliseconds between the beginnings of two polls of a device")
      ->capture_default_str();
  command->add_option("--threads", options->threads, "devices that poll at once")
      ->capture_default_str();
  command->add_option("--place", options->place, "where they are, a name of --world")
      ->capture_default_str();
  command
      ->add_option("--world", options->world,
                   "JSON: {\"places\": {\"BR\": [ICCID, ...], \"*\": [...]}, "
                   "\"downloads\": {...}}")
      ->type_name("FILE");
  command->add_option("--no-network", options->no_network,
                      "ICCIDs without a network: an enable is rolled back");
  command->add_option("--misbehave", options->misbehave,
                      "words with chances: wrong-signature=N%, replayed-result=N%, "
                      "other-devices-package=N%, doubled-result=N%, delayed-result=N%, "
                      "no-answer=N%, lost-acknowledgement=N%, 1.0, omits-eid");
  command->add_option("--seed", options->seed, "of the chances")->capture_default_str();
  command->add_flag("--forget", options->forget, "do not save what happens to the cards");
  add_format(command, options->format);
  command->footer(
      "Examples:\n"
      "  sojourn device demo --make 100 --polls 0\n"
      "  sojourn device demo --polls 3 --interval 500\n"
      "  sojourn device demo --fleet 1000 --threads 8 --transport coap --format json\n"
      "  sojourn device demo --misbehave wrong-signature=5%,lost-acknowledgement=10%,1.0\n"
      "  sojourn device demo --no-network 89550000000000000001\n"
      "With a command in the place of FOLDER it is `sojourn devices`, what a running service "
      "knows:\n"
      "  sojourn device show --service demo 89049032000000000000000000000095\n"
      "Exit: 0 every poll came to its end, 1 some did not, 2 unusable input.");
  add_knowing(command, "device", action);
  command->callback([=, &action] {
    bool knows = !command->get_subcommands().empty();
    if (knows && !folder->empty()) throw CLI::ExcludesError("FOLDER", "a command");
    if (knows) return;
    if (folder->empty()) throw CLI::RequiredError("FOLDER");
    action = [=](Console& console) { return run_device(*options, console); };
  });
}

void add_serve(CLI::App& app, Action& action) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "the running service: engine, eIM, REST");
  command->add_option("CONFIG", options->config, "the configuration, JSON");
  command->add_flag("--print-config", options->print_config, "show what is in effect, and end");
  command->add_option("--init", options->init, "make a demonstration in a new folder")
      ->type_name("DIR");
  command->add_option("--devices", options->devices, "of the demonstration")->capture_default_str();
  command->add_flag("--any-ports", options->any_ports,
                    "the demonstration listens on whatever ports are free");
  command->footer(
      "Examples:\n  sojourn serve --init demo && sojourn serve demo/serve.json\n"
      "  sojourn serve --print-config demo/serve.json\n"
      "SIGHUP reads policies, certificates and tokens again; SIGTERM ends it in order.");
  runs(command, action, options, run_serve);
}

void add_devices(CLI::App& app, Action& action) {
  CLI::App* devices = app.add_subcommand("devices", "what a running service knows of devices");
  devices->require_subcommand(1);
  add_knowing(devices, "devices", action);
  devices->footer(devices->get_subcommands({}).front()->get_footer());
}

void add_order(CLI::App& app, Action& action) {
  CLI::App* order = app.add_subcommand("order", "orders to cards, by hand");
  order->require_subcommand(1);
  auto options = std::make_shared<ServiceOptions>();
  CLI::App* list =
      add_asking(order, "list", "of a device, or all that are open", options, action, run_order);
  list->add_option("--device", options->device, "its EID");
  CLI::App* create = add_asking(order, "create", "a new one", options, action, run_order);
  create->add_option("DEVICE", options->device, "its EID")->required();
  create
      ->add_option("COMMAND", options->command,
                   "list, enable, disable, delete, \"set fallback\", download, package, data")
      ->required();
  create->add_option("--profile", options->profile, "by its declared name");
  create->add_option("--iccid", options->iccid, "or by its ICCID");
  create->add_option("--download", options->download, "the SM-DP+ address");
  create->add_option("--package", options->package, "its operations, JSON or @FILE");
  create->add_option("--data", options->data, "what to ask for; may be repeated");
  create->add_option("--key", options->key,
                     "an idempotency key: a repetition under it orders nothing");
  create->add_flag("--force", options->force, "even if it may strand the device (role approve)");
  const std::pair<const char*, const char*> kOfOne[] = {
      {"show", "one order"},
      {"cancel", "take it back before it leaves"},
      {"wait", "until it has ended; exit code 1 when it was not done"}};
  for (const auto& [name, what] : kOfOne) {
    CLI::App* command = add_asking(order, name, what, options, action, run_order);
    command->add_option("DEVICE", options->device, "its EID")->required();
    command->add_option("ORDER", options->order, "its number")->required();
    if (std::string_view(name) == "wait") {
      command->add_option("--seconds", options->wait_seconds, "at most so long")
          ->capture_default_str();
    }
  }
  order->footer(
      "Examples:\n  sojourn order create --service demo EID enable --profile local-br\n"
      "  sojourn order create --service demo EID data --data euiccCertificate\n"
      "  sojourn order create EID package --package '{\"ecoList\": [{\"listEim\": {}}]}'\n"
      "  sojourn order list --service demo --device EID\n"
      "  sojourn order wait --service demo EID 3 --seconds 30\n"
      "Exit: 0 done, 1 refused or not done, 2 no service or unusable input.");
}

void add_observe(CLI::App& app, Action& action) {
  auto options = std::make_shared<ServiceOptions>();
  auto run = [](const ServiceOptions& given, std::string_view, Console& console) {
    return run_observe(given, console);
  };
  CLI::App* command =
      add_asking(&app, "observe", "send reports to a running service", options, action, run);
  command->add_option("FILE", options->file, "trace lines, NDJSON; - is standard input")
      ->capture_default_str();
  options->retries = 20;  // a full queue is emptied within seconds
  command->add_option("--retries", options->retries, "of what a busy service refuses, when it says")
      ->capture_default_str();
  command->footer(
      "Example:\n  sojourn observe --service demo reports.ndjson\n"
      "\nLines that were refused are told with their reasons, the first ten.\n"
      "Exit: 0 all were taken in or known, 1 some or all were refused, 2 no service or unusable "
      "input.");
}

void add_policy(CLI::App& app, Action& action) {
  CLI::App* policy = app.add_subcommand("policy", "the policy of a running service");
  policy->require_subcommand(1);
  auto options = std::make_shared<ServiceOptions>();
  add_asking(policy, "show", "the one in force", options, action, run_policy);
  for (const auto& [name, what] :
       {std::pair{"check", "check another one there"}, std::pair{"activate", "put it in force"},
        std::pair{"diff", "what another one would decide otherwise"},
        std::pair{"shadow", "let it decide beside the one in force, with no effect"}}) {
    add_asking(policy, name, what, options, action, run_policy)
        ->add_option("FILE", options->file, "rule file or compiled graph")
        ->required();
  }
  add_asking(policy, "shadow-show", "the devices that it decides otherwise about", options, action,
             run_policy);
  add_asking(policy, "shadow-activate", "put it in force", options, action, run_policy);
  add_asking(policy, "shadow-end", "let it go", options, action, run_policy);
  add_asking(policy, "versions", "those that were in force", options, action, run_policy);
  add_asking(policy, "rollback", "the version before comes into force again", options, action,
             run_policy)
      ->add_option("--to", options->policy, "this one, by its digest; repeated it changes nothing");
  policy->footer(
      "Examples:\n  sojourn policy diff --service demo new.sojourn\n"
      "  sojourn policy shadow --service demo new.sojourn\n"
      "  sojourn policy activate --service demo new.sojourn\n"
      "  sojourn policy rollback --service demo");
}

void add_approvals(CLI::App& app, Action& action) {
  CLI::App* approvals = app.add_subcommand("approvals", "decisions that wait for a person's yes");
  approvals->require_subcommand(1);
  auto options = std::make_shared<ServiceOptions>();
  add_asking(approvals, "list", "devices that wait", options, action, run_approvals);
  CLI::App* give = add_asking(approvals, "give", "say yes", options, action, run_approvals);
  give->add_option("DEVICE", options->device, "to what is decided of this one");
  give->add_option("--rule", options->rule, "or of all that wait by this rule");
  approvals->footer("Example:\n  sojourn approvals give --service demo --rule leave-brazil");
}

void add_campaigns(CLI::App& app, Action& action) {
  CLI::App* campaigns = app.add_subcommand(
      "campaigns", "what a rule orders of many devices, and a guard keeps for a person");
  campaigns->require_subcommand(1);
  auto options = std::make_shared<ServiceOptions>();
  add_asking(campaigns, "list", "those that wait", options, action, run_campaigns);
  for (const auto& [name, what] :
       {std::pair{"approve", "say yes to all that it orders"},
        std::pair{"go-on", "let one go on that was aborted; failures count anew"}}) {
    CLI::App* say = add_asking(campaigns, name, what, options, action, run_campaigns);
    say->add_option("CAMPAIGN", options->campaign, "as it is listed")->required();
    say->add_option("--devices", options->devices,
                    "only if it is about these: the digest that was listed");
  }
  campaigns->footer("Example:\n  sojourn campaigns approve --service demo move");
}

void add_proposals(CLI::App& app, Action& action) {
  CLI::App* proposals =
      app.add_subcommand("proposals", "the policy that waits for a second person");
  proposals->require_subcommand(1);
  auto options = std::make_shared<ServiceOptions>();
  add_asking(proposals, "list", "it, and who proposed it", options, action, run_proposals);
  add_asking(proposals, "show", "the same, and its text", options, action, run_proposals);
  add_asking(proposals, "accept", "put it in force", options, action, run_proposals);
  add_asking(proposals, "drop", "let it go", options, action, run_proposals);
  proposals->footer("Example:\n  sojourn proposals accept --service demo");
}

void add_kill(CLI::App& app, Action& action) {
  CLI::App* kill = app.add_subcommand("kill", "kill switches: decide, but order nothing");
  kill->require_subcommand(1);
  auto options = std::make_shared<ServiceOptions>();
  add_asking(kill, "show", "which are on", options, action, run_kill);
  CLI::App* set = add_asking(kill, "set", "these, and no others", options, action, run_kill);
  set->add_flag("--all", options->all, "the whole tenant");
  set->add_option("--rule", options->rules, "what this rule decides; may be repeated");
  set->add_option("--country", options->countries, "devices that are there, `BR`; may be repeated");
  add_asking(kill, "lift", "none", options, action, run_kill);
  kill->footer(
      "Examples:\n  sojourn kill set --service demo --all\n"
      "  sojourn kill set --service demo --country BR --country AR");
}

void add_explain(CLI::App& app, Action& action) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = app.add_subcommand("explain", "a diagnostic's whole story");
  command->add_option("CODE", options->code, "such as E0107; without one, all codes are listed");
  add_format(command, options->format);
  command->footer("Examples:\n  sojourn explain E0107\n  sojourn explain --format json");
  runs(command, action, options, run_explain);
}

// A command below another one shows the examples of that, unless it has its own.
void share_examples(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands({})) {
    for (CLI::App* below : command->get_subcommands({})) {
      if (below->get_footer() == app.get_footer()) below->footer(command->get_footer());
    }
  }
}

int run(int argc, char** argv) {
  CLI::App app{
      "Sojourn decides which operator profile a device must use, here and now, by law and "
      "contract."};
  app.set_version_flag("--version", SOJOURN_VERSION);
  app.require_subcommand(1);
  app.footer("`sojourn COMMAND --help` shows a command's options with examples.");
  Action action;
  add_check(app, action);
  add_test(app, action);
  add_fmt(app, action);
  add_build(app, action);
  add_diff(app, action);
  add_graph(app, action);
  add_decide(app, action);
  add_dryrun(app, action);
  add_geo(app, action);
  add_audit(app, action);
  add_package(app, action);
  add_device(app, action);
  add_serve(app, action);
  add_observe(app, action);
  add_devices(app, action);
  add_order(app, action);
  add_policy(app, action);
  add_approvals(app, action);
  add_campaigns(app, action);
  add_proposals(app, action);
  add_kill(app, action);
  add_explain(app, action);
  share_examples(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    bool asked_for_help = error.get_exit_code() == 0;
    if (asked_for_help) return app.exit(error), Console().finish(kClean);
    return Console().fail(usage_error(app, {argv + 1, argv + argc}, error));
  }
  Console console;
  return console.run(action);
}

}  // namespace
}  // namespace sojourn::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error on writing, not a death
  return sojourn::cli::run(argc, argv);
}
