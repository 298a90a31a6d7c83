#include "adapters/simulator/package_reader.h"

#include <algorithm>

#include "adapters/sgp32/esipa.h"
#include "adapters/sgp32/message_tags.h"

namespace sojourn::simulator {
namespace {

using namespace sgp32;

constexpr Tag kSignature = 0x5F37, kEimId = 0x80, kEidValue = 0x5A, kCounter = 0x81,
              kTransactionId = 0x82, kPsmoList = 0xA0, kEcoList = 0xA1;
constexpr std::size_t kEimIdCharsMax = 128;

// The members of one constructed element, in order.
class Members {
 public:
  Members(ByteView content, Context& context) : in_(content, context) { advance(); }

  bool take(Tag tag, Element& element) {
    if (!there_ || next_.tag != tag) return false;
    element = next_;
    advance();
    return true;
  }

 private:
  void advance() { there_ = !in_.at_end() && in_.next(next_); }

  Cursor in_;
  Element next_;
  bool there_ = false;
};

// The rest must be well-formed, whatever it is: the context keeps a refusal.
bool well_formed(ByteView content, Context& context) {
  Cursor in(content, context);
  Element element;
  while (!in.at_end()) {
    if (!in.next(element) || !context.count_element(element.encoding.data(), {})) return false;
  }
  return true;
}

bool read_signed_part(ByteView content, Version version, Context& context, PackageFrame& frame) {
  Members members(content, context);
  Element eim_id;
  Element eid;
  Element counter;
  Element transaction_id;
  Element list;
  if (!members.take(kEimId, eim_id) || !members.take(kEidValue, eid) ||
      !members.take(kCounter, counter)) {
    return false;
  }
  std::size_t char_count = 0;
  if (!read_utf8(eim_id.content, context, "eimId", char_count)) return false;
  if (version != Version::v1_0 && (char_count == 0 || char_count > kEimIdCharsMax)) return false;
  frame.eim_id.assign(eim_id.content.begin(), eim_id.content.end());
  if (eid.content.size() != frame.eid.bytes.size()) return false;
  std::copy(eid.content.begin(), eid.content.end(), frame.eid.bytes.begin());
  if (!read_integer(counter.content, context, "counterValue", frame.counter)) return false;
  if (members.take(kTransactionId, transaction_id)) {
    std::optional<TransactionId> id = make_transaction_id(transaction_id.content);
    if (!id || id->size == 0) return false;
    frame.transaction_id = *id;
  }
  bool psmo = members.take(kPsmoList, list);
  if (!psmo && !members.take(kEcoList, list)) return false;
  frame.kind = psmo ? PackageKind::profiles : PackageKind::eims;
  Cursor operations(list.content, context);
  Element operation;
  while (!operations.at_end()) {
    if (!operations.next(operation) || !context.count_element(operation.encoding.data(), {})) {
      return false;
    }
    frame.operations.push_back(operation.encoding);
  }
  return well_formed(content, context);
}

}  // namespace

std::optional<PackageFrame> read_package(ByteView request, Version version) {
  Context context;
  context.reading = Reading::strict;
  Cursor in(request, context);
  Element whole;
  if (in.at_end() || !in.next(whole) || !in.at_end() || whole.tag != message_tag::kEuiccPackage)
    return std::nullopt;
  Members members(whole.content, context);
  Element signed_part;
  Element signature;
  if (!members.take(kTagSequence, signed_part) || !members.take(kSignature, signature) ||
      !well_formed(whole.content, context)) {
    return std::nullopt;
  }
  PackageFrame frame;
  frame.signed_part = signed_part.encoding;
  frame.signature = signature.content;
  if (!read_signed_part(signed_part.content, version, context, frame) || context.failed) {
    return std::nullopt;
  }
  return frame;
}

// In a package of its own, so that the typed codec reads it.
std::optional<PackageOperation> read_operation(ByteView operation, PackageKind kind,
                                               Version version) {
  Bytes bytes;
  DerWriter out(bytes);
  DerWriter::Open part = out.open(kTagSequence);
  out.utf8(kEimId, "x");
  out.octets(kEidValue, Eid{}.bytes);
  out.integer(kCounter, 0);
  DerWriter::Open list = out.open(kind == PackageKind::profiles ? kPsmoList : kEcoList);
  out.raw(operation);
  out.close(list);
  out.close(part);
  Result<EuiccPackageSigned> package = read<EuiccPackageSigned>(bytes, version, Reading::strict);
  if (!package) return std::nullopt;
  if (auto* psmo = std::get_if<PsmoList>(&package->content); psmo != nullptr && psmo->size() == 1) {
    return std::move(psmo->front());
  }
  if (auto* eco = std::get_if<EcoList>(&package->content); eco != nullptr && eco->size() == 1) {
    return std::move(eco->front());
  }
  return std::nullopt;
}

}  // namespace sojourn::simulator
