// Folders of `sojourn serve --init` for tests, and what they read and write there.
#pragma once

#include <fstream>
#include <string>
#include <string_view>

#include "adapters/service/tokens.h"
#include "tests/cli/run_program.h"
#include "tests/support/catch.h"

namespace sojourn::testing {

inline std::string make_folder(const ScratchFolder& scratch, const std::string& name, int devices) {
  std::string folder = scratch.file(name);
  ProgramRun made = run_shell("sojourn serve --init " + folder + " --any-ports --devices " +
                              std::to_string(devices));
  INFO(made.out << made.err);
  REQUIRE(made.exit_code == 0);
  return folder;
}

inline bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

inline void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// The first `from` of a file becomes `to`.
inline void replace_in(const std::string& path, const std::string& from, const std::string& to) {
  std::string text = read_whole(path);
  std::size_t at = text.find(from);
  INFO(path << ": " << from);
  REQUIRE(at != std::string::npos);
  write(path, text.replace(at, from.size(), to));
}

// More members of the configuration's `limits`.
inline void set_limits(const std::string& folder, const std::string& members) {
  const std::string config = folder + "/serve.json", limits = "\"limits\": {";
  if (holds(read_whole(config), limits)) return replace_in(config, limits, limits + members + ", ");
  replace_in(config, "{", "{" + limits + members + "},");
}

// Somebody more with a role, whose token is Served::token(name).
inline void add_person(const std::string& folder, const std::string& name, service::Role role) {
  const std::string token = service::make_token();
  replace_in(folder + "/tokens.json", "[",
             "[" + service::token_entry(token, {name, role, "*"}) + ",");
  write(folder + "/tokens/" + name, token + "\n");
}

// The folder's policy without its tests.
inline std::string rules_alone(const std::string& folder) {
  std::string policy = read_whole(folder + "/policy.sojourn");
  return policy.substr(0, policy.find("\ntest \""));
}

// ... and with its rule about meters in Brazil about Argentina.
inline std::string policy_about_argentina(const std::string& folder) {
  std::string policy = rules_alone(folder);
  std::size_t at = policy.find("region in BR and type = meter");
  REQUIRE(at != std::string::npos);
  return policy.replace(at, 12, "region in AR");
}

// ... and with a guard.
inline std::string guarded_policy(const std::string& folder, const std::string& guards) {
  std::string policy = rules_alone(folder);
  std::size_t at = policy.find("otherwise keep");
  REQUIRE(at != std::string::npos);
  return policy.insert(at, guards + "\n");
}

}  // namespace sojourn::testing
