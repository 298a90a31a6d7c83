// An eIM that says what it is told to say, and remembers what it heard.
#pragma once

#include <deque>

#include "adapters/simulator/in_process_client.h"
#include "adapters/simulator/ipa.h"
#include "tests/simulator/card_bench.h"

namespace sojourn::simulator::test {

struct ScriptedEim {
  Version version = Version::v1_2;
  std::deque<Bytes> to_send{};  // packages, data requests, triggers
  bool acknowledges = true;
  std::string order{};  // "get", "result", "notification" in the order of their arrival
  std::vector<sgp32::GetEimPackageRequest> asked{};
  std::vector<sgp32::EimPackageResult> results{};
  std::vector<sgp32::PendingNotification> notifications{};

  Result<Bytes> handle(ByteView request) {
    if (auto get = sgp32::read<sgp32::GetEimPackageRequest>(request, version)) {
      order += "get ";
      asked.push_back(*get);
      if (to_send.empty()) return *from_hex("bf4f03020101");
      Bytes next = std::move(to_send.front());
      to_send.pop_front();
      // Packages and requests go inside a GetEimPackageResponse; the rest as it is.
      if (next.size() < 2 || next[0] != 0xBF || next[1] == 0x4F || next[1] == 0x53) return next;
      Bytes whole;
      sgp32::DerWriter out(whole);
      sgp32::DerWriter::Open response = out.open(0xBF4F);
      out.raw(next);
      out.close(response);
      return whole;
    }
    if (auto result = sgp32::read<sgp32::ProvideEimPackageResult>(request, version)) {
      order += "result ";
      results.push_back(result->result);
      return sgp32::write(answer_to(result->result), version);
    }
    auto notification = sgp32::read<sgp32::HandleNotification>(request, version);
    REQUIRE(notification.ok());
    order += "notification ";
    notifications.push_back(std::get<sgp32::PendingNotification>(*notification));
    return Bytes();
  }

  sgp32::ProvideEimPackageResultResponse answer_to(const sgp32::EimPackageResult& result) const {
    sgp32::EimAcknowledgements numbers;
    const auto* package = std::get_if<sgp32::EuiccPackageResult>(&result);
    if (const auto* both = std::get_if<sgp32::ResultAndNotifications>(&result)) {
      package = &both->result;
      for (const auto& one : *both->pending.notifications) numbers.push_back(sequence_number(one));
    }
    if (package != nullptr && package->index() == 0) {
      numbers.push_back(
          std::get<sgp32::EuiccPackageResultSigned>(*package).data.value.sequence_number);
    }
    if (!acknowledges || numbers.empty()) {
      if (version == Version::v1_0) return sgp32::EimAcknowledgements();
      return sgp32::Null{};
    }
    return numbers;
  }

  // The codes of the package results heard, one text per message.
  std::vector<std::string> heard() const {
    std::vector<std::string> texts;
    for (const sgp32::EimPackageResult& one : results) {
      const auto* package = std::get_if<sgp32::EuiccPackageResult>(&one);
      if (package == nullptr) {
        texts.push_back("kind " + std::to_string(one.index()));
      } else if (package->index() == 0) {
        texts.push_back(codes(*package));
      } else {
        texts.push_back(package->index() == 1 ? "signed error" : "unsigned error");
      }
    }
    return texts;
  }
};

}  // namespace sojourn::simulator::test
