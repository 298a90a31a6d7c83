// The stored form is DER of our own making: it is compact, canonical, and has a strict reader
// already.
#include "adapters/eim/device_record.h"
#include "engine/base/diagnostic_code.h"

#include <algorithm>

namespace sojourn::eim {
namespace {

using sgp32::Cursor;
using sgp32::DerWriter;
using sgp32::Element;

constexpr std::int64_t kLayout = 2;
constexpr sgp32::Tag kList = 0x30;

// Writes fields in order, and reads them back in the same order.
class FieldWriter {
 public:
  explicit FieldWriter(Bytes& out) : out_(out) {}
  void number(std::int64_t value) { out_.integer(0x02, value); }
  void bytes(ByteView value) { out_.octets(0x04, value); }
  void text(std::string_view value) { out_.utf8(0x0C, value); }
  void maybe(const std::optional<std::int64_t>& value) { value ? number(*value) : out_.null(0x05); }
  template <class T, class Write>
  void list(const std::vector<T>& values, Write write) {
    DerWriter::Open all = out_.open(kList);
    for (const T& value : values) {
      DerWriter::Open one = out_.open(kList);
      write(*this, value);
      out_.close(one);
    }
    out_.close(all);
  }

 private:
  DerWriter out_;
};

class FieldReader {
 public:
  FieldReader(ByteView bytes, sgp32::Context& context) : in_(bytes, context), context_(&context) {}
  bool number(std::int64_t& value) {
    return next(0x02) && read_integer(element_.content, *context_, "record", value);
  }
  template <class T>
  bool number_as(T& value) {
    std::int64_t wide = 0;
    if (!number(wide)) return false;
    value = static_cast<T>(wide);
    return true;
  }
  bool bytes(Bytes& value) {
    if (!next(0x04)) return false;
    value.assign(element_.content.begin(), element_.content.end());
    return true;
  }
  template <std::size_t N>
  bool bytes(std::array<std::uint8_t, N>& value) {
    if (!next(0x04) || element_.content.size() != N) return false;
    std::copy(element_.content.begin(), element_.content.end(), value.begin());
    return true;
  }
  bool text(std::string& value) {
    if (!next(0x0C)) return false;
    value.assign(element_.content.begin(), element_.content.end());
    return true;
  }
  bool maybe(std::optional<std::int64_t>& value) {
    if (in_.at_end() || !in_.next(element_)) return false;
    if (element_.tag == 0x05) return true;
    return element_.tag == 0x02 &&
           read_integer(element_.content, *context_, "record", value.emplace());
  }
  template <class T, class Read>
  bool list(std::vector<T>& values, Read read) {
    if (!next(kList)) return false;
    Cursor in(element_.content, *context_);
    while (!in.at_end()) {
      Element one;
      if (!in.next(one) || one.tag != kList) return false;
      FieldReader fields(one.content, *context_);
      if (!read(fields, values.emplace_back()) || !fields.in_.at_end()) return false;
    }
    return true;
  }
  bool at_end() const { return in_.at_end(); }

 private:
  bool next(sgp32::Tag tag) { return !in_.at_end() && in_.next(element_) && element_.tag == tag; }
  Cursor in_;
  sgp32::Context* context_;
  Element element_;
};

void write_order(FieldWriter& out, const Order& order) {
  out.number(static_cast<std::int64_t>(order.id));
  out.number(static_cast<std::int64_t>(order.kind));
  out.number(static_cast<std::int64_t>(order.state));
  out.number(static_cast<std::int64_t>(order.asked_for));
  out.number(order.not_before.ms);
  out.number(order.attempt_count);
  out.number(order.complaint_count);
  out.bytes(order.content);
  out.bytes(order.transaction_id.view());
  out.number(order.counter);
  out.bytes(order.message);
  out.text(order.reason);
  out.bytes(order.evidence);
}

bool read_order(FieldReader& in, Order& order) {
  Bytes transaction_id;
  bool good = in.number_as(order.id) && in.number_as(order.kind) && in.number_as(order.state) &&
              in.number_as(order.asked_for) && in.number(order.not_before.ms) &&
              in.number_as(order.attempt_count) && in.number_as(order.complaint_count) &&
              in.bytes(order.content) && in.bytes(transaction_id) && in.number(order.counter) &&
              in.bytes(order.message) && in.text(order.reason) && in.bytes(order.evidence);
  std::optional<sgp32::TransactionId> id = sgp32::make_transaction_id(transaction_id);
  if (!good || !id || order.kind > OrderKind::download || order.state > OrderState::failed) {
    return false;
  }
  order.transaction_id = *id;
  return true;
}

bool read_record(FieldReader& in, DeviceRecord& record) {
  std::int64_t layout = 0;
  std::optional<std::int64_t> version;
  std::int64_t acknowledges = 0;
  bool good =
      in.number(layout) && layout == kLayout && in.bytes(record.eid.bytes) && in.maybe(version) &&
      in.bytes(record.public_key_info) && in.maybe(record.association_token) &&
      in.number_as(record.result_signing) && in.number_as(record.identity_asked) &&
      in.number(acknowledges) && in.number(record.last_counter) &&
      in.number_as(record.last_order) && in.list(record.orders, read_order) &&
      in.list(record.sent_signatures,
              [](FieldReader& fields, SentSignature& sent) {
                return fields.number(sent.counter) && fields.bytes(sent.signature);
              }) &&
      in.number(record.eim_key) && in.number_as(record.eim_key_in_doubt) &&
      in.list(record.profiles,
              [](FieldReader& fields, ListedProfile& profile) {
                return fields.bytes(profile.iccid) && fields.number_as(profile.enabled) &&
                       fields.number_as(profile.fallback) && fields.number(profile.profile_class);
              }) &&
      in.number(record.listed_at.ms) && in.at_end();
  if (version) record.version = static_cast<sgp32::Version>(*version);
  record.acknowledges = acknowledges != 0;
  return good && record.result_signing <= ResultSigning::with_eim_signature;
}

}  // namespace

Order* DeviceRecord::find(OrderId id) {
  auto order = std::find_if(orders.begin(), orders.end(), [&](auto& o) { return o.id == id; });
  return order == orders.end() ? nullptr : &*order;
}

Order* DeviceRecord::outstanding() {
  auto order = std::find_if(orders.begin(), orders.end(),
                            [](auto& o) { return o.state == OrderState::outstanding; });
  return order == orders.end() ? nullptr : &*order;
}

Bytes to_bytes(const DeviceRecord& record) {
  Bytes bytes;
  FieldWriter out(bytes);
  out.number(kLayout);
  out.bytes(record.eid.bytes);
  std::optional<std::int64_t> version;
  if (record.version) version = static_cast<std::int64_t>(*record.version);
  out.maybe(version);
  out.bytes(record.public_key_info);
  out.maybe(record.association_token);
  out.number(static_cast<std::int64_t>(record.result_signing));
  out.number(record.identity_asked ? 1 : 0);
  out.number(record.acknowledges ? 1 : 0);
  out.number(record.last_counter);
  out.number(static_cast<std::int64_t>(record.last_order));
  out.list(record.orders, write_order);
  out.list(record.sent_signatures, [](FieldWriter& fields, const SentSignature& sent) {
    fields.number(sent.counter);
    fields.bytes(sent.signature);
  });
  out.number(record.eim_key);
  out.number(record.eim_key_in_doubt ? 1 : 0);
  out.list(record.profiles, [](FieldWriter& fields, const ListedProfile& profile) {
    fields.bytes(profile.iccid);
    fields.number(profile.enabled ? 1 : 0);
    fields.number(profile.fallback ? 1 : 0);
    fields.number(profile.profile_class);
  });
  out.number(record.listed_at.ms);
  return bytes;
}

Result<DeviceRecord> record_from_bytes(ByteView bytes) {
  sgp32::Context context{
      .reading = sgp32::Reading::strict, .origin = bytes.data(), .refusal = {}, .oddities = {}};
  FieldReader in(bytes, context);
  DeviceRecord record;
  if (!read_record(in, record)) {
    return make_diagnostic(Code::E0012, "the record of a device cannot be read");
  }
  return record;
}

}  // namespace sojourn::eim
