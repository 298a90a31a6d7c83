// Reading and writing one package and one result: the typed path (bar: under 1 microsecond each),
// and the general path beside it.
#include <benchmark/benchmark.h>

#include "adapters/sgp32/catalogue.h"
#include "adapters/sgp32/esipa.h"
#include "adapters/sgp32/json.h"
#include "adapters/sgp32/value.h"

using namespace sojourn;
using namespace sojourn::sgp32;

namespace {

EuiccPackageRequest package_request() {
  EuiccPackageRequest request;
  request.package.value.eim_id = "eim.example.com";
  request.package.value.eid = *parse_eid("89049032123451234512345678901235");
  request.package.value.counter = 300;
  request.package.value.transaction_id = *make_transaction_id(Bytes(16, 0x5A));
  request.package.value.content =
      PsmoList{ListProfileInfo{}, Enable{to_wire(*parse_iccid("89000123456789012341")), true}};
  request.signature = Bytes(64, 0x11);
  return request;
}

ProvideEimPackageResult result_message() {
  EuiccPackageResultSigned result;
  result.data.value.eim_id = "eim.example.com";
  result.data.value.counter = 300;
  result.data.value.transaction_id = *make_transaction_id(Bytes(16, 0x5A));
  result.data.value.sequence_number = 12;
  result.data.value.results = {OperationResult{.operation = Operation::enable}};
  result.signature = Bytes(64, 0x22);
  return {parse_eid("89049032123451234512345678901235"), EuiccPackageResult{result}};
}

template <class Message>
void write_typed(benchmark::State& state, const Message& message) {
  for (auto _ : state) {
    Result<Bytes> der = write(message, Version::v1_2);
    benchmark::DoNotOptimize(der);
  }
}

template <class Message>
void read_typed(benchmark::State& state, const Message& message) {
  Bytes der = *write(message, Version::v1_2);
  for (auto _ : state) {
    Result<Message> again = read<Message>(der, Version::v1_2);
    benchmark::DoNotOptimize(again);
  }
}

template <class Message>
void read_general(benchmark::State& state, const char* type, const Message& message) {
  Bytes der = *write(message, Version::v1_2);
  const Type* schema = find_type(type, Version::v1_2);
  for (auto _ : state) {
    Result<Decoded> again = decode(*schema, der, Version::v1_2, Reading::tolerant);
    benchmark::DoNotOptimize(again);
  }
}

template <class Message>
void read_as_json(benchmark::State& state, const char* type, const Message& message) {
  Bytes der = *write(message, Version::v1_2);
  for (auto _ : state) {
    Result<std::string> text = decode_json(type, der);
    benchmark::DoNotOptimize(text);
  }
}

}  // namespace

BENCHMARK_CAPTURE(write_typed, package, package_request());
BENCHMARK_CAPTURE(read_typed, package, package_request());
BENCHMARK_CAPTURE(write_typed, result, result_message());
BENCHMARK_CAPTURE(read_typed, result, result_message());
BENCHMARK_CAPTURE(read_general, package, "EuiccPackageRequest", package_request());
BENCHMARK_CAPTURE(read_general, result, "ProvideEimPackageResult", result_message());
BENCHMARK_CAPTURE(read_as_json, result, "ProvideEimPackageResult", result_message());
