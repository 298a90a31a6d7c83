// A policy as a host has it: compiled, written to a file, mapped.
#pragma once

#include <sojourn/sojourn.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "engine/graph/graph_file.h"
#include "engine/proof/compile.h"
#include "tests/lang/load.h"
#include "tests/support/catch.h"

namespace sojourn::embed::testing {

// Over the small world of tests/support/fake_gazetteer.h. The file is gone afterwards.
inline Policy mapped(std::string_view text) {
  static const std::shared_ptr<const Gazetteer> world =
      std::make_shared<sojourn::testing::FakeGazetteer>();
  lang::testing::Loaded loaded = lang::testing::load(text);
  INFO(loaded.rendered());
  REQUIRE(loaded.policy);
  auto graph = compile(std::make_shared<const RuleTable>(loaded.table()), CompileOptions{});
  REQUIRE(graph.ok());
  auto path =
      std::filesystem::temp_directory_path() / ("embed-" + std::to_string(::getpid()) + ".graph");
  Bytes bytes = write_graph_file(**graph);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  auto policy = Policy::map(path.string(), world);
  std::filesystem::remove(path);
  REQUIRE(policy);
  return policy.value();
}

}  // namespace sojourn::embed::testing
