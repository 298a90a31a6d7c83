// Private. One message of one device, worked on a copy of its record: nothing is durable until the
// book commits the record together with `effect`.
#pragma once

#include "adapters/eim/order_book.h"

namespace sojourn::eim {

class DeviceStep {
 public:
  struct Tools {
    PackageSigner& signer;
    const RandomBytes& random;
    const BookOptions& options;
    Instant now;
  };
  DeviceStep(DeviceRecord& record, const Tools& tools) : record_(record), tools_(tools) {}

  // What the device should do next: a whole BF51, BF52 or BF54; empty when there is nothing now.
  Result<Bytes> next_message();

  void take(const sgp32::EimPackageResult& result, ByteView message);
  void take(const sgp32::PendingNotification& notification);
  // A result that nobody can read.
  void take_unreadable(ByteView message);
  // The device says that its profile changed without us: list, unless that is planned already.
  void take_state_change(std::optional<std::int64_t> cause);

  // Transaction ids handed out in this step, by which a result without EID finds its device.
  const std::vector<sgp32::TransactionId>& issued() const { return issued_; }
  // Notifications by sequence number, to be kept together with the record.
  const std::vector<std::pair<std::int64_t, Bytes>>& inbox() const { return inbox_; }
  const std::vector<std::int64_t>& acknowledgements() const { return acknowledgements_; }
  std::vector<Notice> take_notices() { return std::move(notices_); }

  sgp32::Version version() const { return record_.version.value_or(sgp32::Version::v1_2); }

 private:
  // device_step.cc: what goes out
  Result<Bytes> issue(Order& order);
  Result<Bytes> issue_package(Order& order);
  bool brings_new_key(const sgp32::EuiccPackageSigned& package) const;
  void remember_signature(std::int64_t counter, const Bytes& signature);
  Order& ask_before(OrderId id, OrderKind kind, Bytes content, OrderId asked_for);
  Result<bool> prepare_question(OrderId id);
  bool is_nameless(const Order& order) const;
  Result<Bytes> identity_question() const;
  Result<Bytes> ask_identity_before(OrderId id);

  // device_step_results.cc: what comes back
  void take_package_result(const sgp32::EuiccPackageResult& result);
  void take_signed(const sgp32::EuiccPackageResultSigned& result);
  void take_signed_error(const sgp32::EuiccPackageErrorSigned& error);
  void take_complaint(const sgp32::TransactionId& id, OrderKind kind, std::string text);
  void take_data(const sgp32::IpaEuiccDataResponse& response);
  void take_download(const sgp32::ProfileDownloadTriggerResult& result);
  void learn_identity(const sgp32::IpaEuiccData& data);
  bool verifies(ByteView data, ByteView signature, std::int64_t counter);
  bool verifies_with_new_token(const sgp32::EuiccPackageResultSigned& result);
  Order* answered_package(std::int64_t counter);
  Order* answered(OrderKind kind, const sgp32::TransactionId& id);
  void note_eims(const Order& order, const std::vector<sgp32::OperationResult>& results);
  void note_profiles(const Order& order, const std::vector<sgp32::OperationResult>& results);
  void move(Order& order, OrderEvent event, std::string reason = {}, ByteView evidence = {});
  void clear_up(OrderId asked_for, bool answered);
  bool is_as_wanted(const Order& order) const;
  void notice(Notice::Kind kind, OrderId order, std::string text, ByteView evidence = {});

  DeviceRecord& record_;
  Tools tools_;
  std::vector<sgp32::TransactionId> issued_;
  std::vector<std::pair<std::int64_t, Bytes>> inbox_;
  std::vector<std::int64_t> acknowledgements_;
  std::vector<Notice> notices_;
};

}  // namespace sojourn::eim
