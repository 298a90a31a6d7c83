// The typed messages: what the codec cannot say field by field, and the entry points.
#include <algorithm>

#include "adapters/sgp32/esipa.h"
#include "adapters/sgp32/schema_download.h"
#include "adapters/sgp32/typed_reader.h"
#include "adapters/sgp32/typed_writer.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::sgp32 {

// --- the parts that are no template --------------------------------------------------------------

bool TypedWriter::refuse(std::string_view name, std::string_view what) {
  std::string message = "`";
  message += name;
  message += "` ";
  message += what;
  error_ = make_diagnostic(Code::E0804, std::move(message));
  return false;
}

bool TypedWriter::text(const Type& type, Tag tag, std::string_view text, std::string_view name) {
  Context context;
  std::size_t char_count = 0;
  if (!read_utf8(as_bytes(text), context, name, char_count)) return refuse(name, "is not UTF-8");
  if (!size_fits(type, char_count)) return refuse(name, "has the wrong size");
  out_.utf8(tag, text);
  return true;
}

bool TypedWriter::x509(Tag tag, ByteView der, std::string_view name) {
  Context context;
  Element element;
  Cursor in(der, context);
  if (in.at_end() || !in.next(element) || !in.at_end() || element.tag != kTagSequence) {
    return refuse(name, "is not one X.509 structure that begins with 30");
  }
  out_.octets(tag, element.content);
  return true;
}

bool TypedReader::text(const Type& type, ByteView content, std::string_view name, std::string& x) {
  std::size_t char_count = 0;
  if (!read_utf8(content, context_, name, char_count)) return false;
  if (!size_fits(type, char_count)) {
    return context_.refuse(Flaw::wrong_size, content.data(), name);
  }
  x.assign(reinterpret_cast<const char*>(content.data()), content.size());
  return true;
}

bool TypedReader::x509(const Element& element, std::string_view name, Bytes& x) {
  return read_x509(element, context_, name, x);
}

bool TypedReader::inside_choice(const Type& type, Tag tag, const Element& element, Element& inner,
                                std::string_view name) {
  ByteView content = element.content;
  for (int depth = 0; depth < limits::kDerDepthMax; ++depth) {
    Cursor in(content, context_);
    if (in.at_end()) return context_.refuse(Flaw::unknown_alternative, in.at(), name);
    if (!in.next(inner)) return false;
    if (!in.at_end()) return context_.refuse(Flaw::two_alternatives, in.at(), name);
    bool doubled = inner.tag == tag && alternative_of(type, tag, version_) == nullptr;
    if (!doubled) return true;
    if (!context_.not_der(Flaw::doubled_tag, inner.encoding.data(), name)) return false;
    content = inner.content;
  }
  return context_.refuse(Flaw::too_deep, content.data(), name);
}

bool MemberReader::finish(const Type& type) {
  while (pending_ || !in_.at_end()) {
    if (!pending_ && !in_.next(next_)) return false;
    pending_ = false;
    LeftOver left = left_over(type, next_.tag, reader_.version());
    if (left.member != nullptr) {
      return reader_.context().refuse(left.flaw, next_.encoding.data(),
                                      left.member->name_in(reader_.version()));
    }
    if (!reader_.context().count_element(next_.encoding.data(), type.name)) return false;
  }
  return true;
}

// --- results of operations -----------------------------------------------------------------------
// Operation's enumerators are the rows of EuiccResultData, in order.

static_assert(kEuiccResultData.members.size() ==
              static_cast<std::size_t>(Operation::set_default_dp_address) + 1);
static_assert(kEuiccResultData.members[static_cast<std::size_t>(Operation::rollback)].name ==
              "rollbackResult");

namespace {

const Member& row_of(Operation operation) {
  return kEuiccResultData.members[static_cast<std::size_t>(operation)];
}

// A list, or an error code: the shape of three results.
template <class T>
using ListOrCode = std::variant<std::vector<T>, std::int64_t>;
using TokenOrCode = std::variant<std::int64_t, std::int64_t>;

}  // namespace

std::string_view operation_name(Operation operation) { return row_of(operation).name; }

std::string_view result_code_name(Operation operation, std::int64_t code) {
  const Type* type = row_of(operation).type;
  if (operation == Operation::add_eim) type = &kAddEimResultCode;
  if (operation == Operation::list_eim) type = &kListEimError;
  if (operation == Operation::list_profile_info) type = &kProfileInfoListError;
  if (operation == Operation::set_default_dp_address) type = &kSetDefaultDpAddressResult;
  for (const NamedNumber& named : type->names) {
    if (named.number == code) return named.name;
  }
  return code == 0 ? "ok" : "";
}

bool TypedWriter::operation_result(const Type&, const OperationResult& x) {
  const Member& row = row_of(x.operation);
  if (!row.exists(version_)) return refuse(row.name, "does not exist in this version");
  auto list_or_code = [&]<class T>(const std::vector<T>& list) {
    ListOrCode<T> chosen = x.code;
    if (x.code == 0) chosen = list;
    return value(*row.type, row.tag(), chosen, row.name);
  };
  switch (x.operation) {
    case Operation::list_profile_info:
      return list_or_code(x.profiles);
    case Operation::list_eim:
      return list_or_code(x.eims);
    case Operation::get_rat:
      return value(*row.type, row.tag(), x.rules, row.name);
    case Operation::add_eim: {
      TokenOrCode chosen(std::in_place_index<1>, x.code);
      if (x.association_token) chosen.emplace<0>(*x.association_token);
      return value(*row.type, row.tag(), chosen, row.name);
    }
    case Operation::set_default_dp_address: {
      const Member& code = sgp32::row(kSetDefaultDpAddressResponse, "setDefaultDpAddressResult");
      DerWriter::Open element = out_.open(row.tag());
      if (!value(*code.type, code.tag(), x.code, code.name)) return false;
      out_.close(element);
      return true;
    }
    default:
      return value(*row.type, row.tag(), x.code, row.name);
  }
}

bool TypedReader::operation_result(const Type& type, const Element& element, OperationResult& x) {
  const Member* row = alternative_of(type, element.tag, version_);
  if (row == nullptr) {
    return context_.refuse(Flaw::unknown_alternative, element.encoding.data(), type.name);
  }
  x.operation = static_cast<Operation>(row - type.members.data());
  auto list_or_code = [&]<class T>(std::vector<T>& list) {
    ListOrCode<T> chosen;
    if (!choice(*row->type, row->tag(), element, chosen, row->name)) return false;
    if (auto* found = std::get_if<0>(&chosen)) list = std::move(*found);
    if (auto* code = std::get_if<1>(&chosen)) x.code = *code;
    return true;
  };
  switch (x.operation) {
    case Operation::list_profile_info:
      return list_or_code(x.profiles);
    case Operation::list_eim:
      return list_or_code(x.eims);
    case Operation::get_rat:
      return elements(*row->type, element, x.rules, row->name);
    case Operation::add_eim: {
      TokenOrCode chosen;
      if (!choice(*row->type, row->tag(), element, chosen, row->name)) return false;
      if (chosen.index() == 0) {
        x.association_token = std::get<0>(chosen);
      } else {
        x.code = std::get<1>(chosen);
      }
      return true;
    }
    case Operation::set_default_dp_address: {
      MemberReader members(*this, element.content);
      return members.member(sgp32::row(kSetDefaultDpAddressResponse, "setDefaultDpAddressResult"),
                            x.code) &&
             members.finish(kSetDefaultDpAddressResponse);
    }
    default:
      return value(*row->type, row->tag(), element, x.code, row->name);
  }
}

// --- BF2B, the lists of 1.0 ----------------------------------------------------------------------

namespace {

struct BothLists {
  std::vector<PendingNotification> notifications;
  std::vector<EuiccPackageResult> results;
};
template <class Codec>
bool fields(Codec& c, like<BothLists> auto& x) {
  return c.member(row(kNotificationAndEprList, "notificationList"), x.notifications) &&
         c.member(row(kNotificationAndEprList, "euiccPackageResultList"), x.results);
}
using RetrievedLists = std::variant<std::vector<PendingNotification>, std::int64_t,
                                    std::vector<EuiccPackageResult>, BothLists>;

}  // namespace

bool TypedWriter::pending_lists(const Type& type, Tag tag, const PendingLists& x,
                                std::string_view name) {
  RetrievedLists lists;
  if (x.error) {
    lists = *x.error;
  } else if (x.notifications && x.results) {
    lists = BothLists{*x.notifications, *x.results};
  } else if (x.results) {
    lists = *x.results;
  } else if (x.notifications) {
    lists = *x.notifications;
  }
  return value(type, tag, lists, name);
}

bool TypedReader::pending_lists(const Type& type, const Element& element, PendingLists& x,
                                std::string_view name) {
  RetrievedLists lists;
  if (!choice(type, type.tag, element, lists, name)) return false;
  if (auto* notifications = std::get_if<0>(&lists)) x.notifications = std::move(*notifications);
  if (auto* error = std::get_if<1>(&lists)) x.error = *error;
  if (auto* results = std::get_if<2>(&lists)) x.results = std::move(*results);
  if (auto* both = std::get_if<3>(&lists)) {
    x.notifications = std::move(both->notifications);
    x.results = std::move(both->results);
  }
  return true;
}

// --- entry points --------------------------------------------------------------------------------

namespace {

// The message type of each struct, in a version.
template <class Message>
struct Root;
#define SOJOURN_MESSAGE(Message, k1_2, k1_0)                                                    \
  template <>                                                                                   \
  struct Root<Message> {                                                                        \
    static const Type& type(Version version) { return version == Version::v1_0 ? k1_0 : k1_2; } \
  };
#include "adapters/sgp32/messages.def"
#undef SOJOURN_MESSAGE

// 1.0's answer to a result is a SEQUENCE of acknowledgements, or nothing.
struct Response10 {
  std::optional<EimAcknowledgements> acknowledgements;
};
template <class Codec>
bool fields(Codec& c, like<Response10> auto& x) {
  return c.member(row(kProvideEimPackageResultResponse10, "eimAcknowledgements"),
                  x.acknowledgements);
}
bool read_root(TypedReader& in, const Type& type, Tag tag, const Element& element,
               ProvideEimPackageResultResponse& x) {
  if (type.kind == Kind::choice) return in.value(type, tag, element, x, type.name);
  Response10 response;
  if (!in.value(type, tag, element, response, type.name)) return false;
  x = Null{};
  if (response.acknowledgements) x = std::move(*response.acknowledgements);
  return true;
}
bool write_root(TypedWriter& out, const Type& type, const ProvideEimPackageResultResponse& x) {
  if (type.kind == Kind::choice) return out.value(type, type.tag, x, type.name);
  Response10 response;
  if (std::holds_alternative<std::int64_t>(x)) {
    return out.refuse(type.name, "has no error answer in this version");
  }
  if (auto* acknowledgements = std::get_if<EimAcknowledgements>(&x)) {
    response.acknowledgements = *acknowledgements;
  }
  return out.value(type, type.tag, response, type.name);
}
template <class Message>
bool read_root(TypedReader& in, const Type& type, Tag tag, const Element& element, Message& x) {
  return in.value(type, tag, element, x, type.name);
}
template <class Message>
bool write_root(TypedWriter& out, const Type& type, const Message& x) {
  return out.value(type, type.tag, x, type.name);
}

template <class Message>
bool read_message(Context& context, ByteView bytes, Version version, Message& message) {
  const Type& type = Root<Message>::type(version);
  if (bytes.size() > limits::kDerBytesMax) {
    return context.refuse(Flaw::message_too_large, bytes.data(), type.name);
  }
  Cursor in(bytes, context);
  if (in.at_end()) return context.refuse(Flaw::cut_short, bytes.data(), type.name);
  Element element;
  if (!in.next(element)) return false;
  TypedReader reader(context, version);
  Tag tag = type.tag;
  if (element.tag != tag) {
    // Some peers send an alternative without the tag of its CHOICE.
    bool bare = type.kind == Kind::choice && alternative_of(type, element.tag, version) != nullptr;
    if (!bare) return context.refuse(Flaw::wrong_tag, bytes.data(), type.name);
    if (!context.not_der(Flaw::bare_alternative, bytes.data(), type.name)) return false;
    tag = kNoTag;
  }
  if (!read_root(reader, type, tag, element, message)) return false;
  return in.at_end() || context.refuse(Flaw::trailing_bytes, in.at(), type.name);
}

}  // namespace

template <class Message>
Result<Message> read(ByteView bytes, Version version, Reading reading,
                     std::vector<Finding>* oddities) {
  Context context{.reading = reading, .origin = bytes.data(), .refusal = {}, .oddities = {}};
  Message message;
  bool good = read_message(context, bytes, version, message);
  if (oddities != nullptr) {
    oddities->insert(oddities->end(), context.oddities.begin(), context.oddities.end());
  }
  if (!good) return to_diagnostic(context.refusal);
  return message;
}

template <class Message>
Result<Bytes> write(const Message& message, Version version) {
  Bytes out;
  out.reserve(256);
  TypedWriter writer(out, version);
  if (!write_root(writer, Root<Message>::type(version), message)) return *writer.error();
  return out;
}

#define SOJOURN_MESSAGE(Message, k1_2, k1_0)                                                 \
  template Result<Message> read<Message>(ByteView, Version, Reading, std::vector<Finding>*); \
  template Result<Bytes> write<Message>(const Message&, Version);
#include "adapters/sgp32/messages.def"
#undef SOJOURN_MESSAGE

}  // namespace sojourn::sgp32
