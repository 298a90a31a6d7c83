// The public face of the eIM (sojourn/eim.hpp): plain values to and from the books.
#include <sojourn/eim.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

#include "adapters/eim/embed_eim.h"
#include "adapters/eim/esipa_answer.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::embed {
namespace {

// As many as threads of a host's transport find free at once, as a rule; each has a key of its own.
constexpr std::size_t kBooks = 4;
constexpr std::int64_t kCounterMax = 8'388'607;  // what every eUICC supports (SGP.32)

static_assert(static_cast<int>(EimEvent::Kind::identity_refused) ==
              static_cast<int>(eim::Notice::Kind::identity_refused));
static_assert(static_cast<int>(CardCommand::Kind::download) ==
              static_cast<int>(ProfileCommand::Kind::download));
static_assert(static_cast<int>(CardResult::Outcome::withdrawn) ==
              static_cast<int>(CommandResult::Outcome::withdrawn));

// A key that the host keeps elsewhere.
class HostSigner final : public eim::PackageSigner {
 public:
  using Sign = std::function<std::optional<ByteString>(const ByteString& bytes)>;
  HostSigner(Sign sign, std::shared_ptr<std::mutex> one_at_a_time)
      : sign_(std::move(sign)), one_at_a_time_(std::move(one_at_a_time)) {}

  Result<Bytes> sign(ByteView bytes) override {
    constexpr std::size_t kSignatureBytes = 64;
    std::lock_guard lock(*one_at_a_time_);
    auto signature = sign_(ByteString(bytes.begin(), bytes.end()));
    if (signature && signature->size() == kSignatureBytes) return std::move(*signature);
    return make_diagnostic(Code::E0812, signature ? "the host's signature has not 64 bytes"
                                                  : "the host cannot sign now");
  }

 private:
  Sign sign_;
  std::shared_ptr<std::mutex> one_at_a_time_;
};

using Signers = std::vector<std::unique_ptr<eim::PackageSigner>>;

Result<Signers> signers_from(const EimOptions& options) {
  if (options.sign) {
    auto one_at_a_time = std::make_shared<std::mutex>();
    Signers all;
    for (std::size_t i = 0; i < kBooks; ++i) {
      all.push_back(std::make_unique<HostSigner>(options.sign, one_at_a_time));
    }
    return all;
  }
  auto key = eim::SigningKey::from_pem(options.signing_key_pem);
  if (!key) return std::move(key).error();
  return eim::signers_of(*key, kBooks);
}

Result<Eid> eid_from(const std::string& text) {
  auto eid = parse_eid(text);
  // Zeros stand for whoever did not say.
  if (eid && *eid != Eid{}) return *eid;
  return make_diagnostic(Code::E0006, "`" + text + "` is not an EID", "an EID has 32 digits");
}

EimEvent event_of(const eim::Notice& notice) {
  return {.kind = static_cast<EimEvent::Kind>(notice.kind),
          .eid = notice.eid == Eid{} ? std::string() : to_text(notice.eid),
          .order = notice.order,
          .text = notice.text,
          .evidence = notice.evidence,
          .cause = notice.cause};
}

ProfileCommand command_from(const CardCommand& command) {
  return {.number = command.number,
          .kind = static_cast<ProfileCommand::Kind>(command.kind),
          .profile = command.profile,
          .iccid = command.iccid,
          .download = command.download,
          .rollback = command.rollback};
}

EndedOrder public_end(eim::EndedCommand ended) {
  EndedOrder one;
  one.order = ended.order;
  one.evidence = std::move(ended.evidence);
  CommandResult& from = ended.result;
  one.result.command = from.number;
  one.result.outcome = static_cast<CardResult::Outcome>(from.outcome);
  one.result.at_ms = from.at.ms;
  one.result.iccid = from.iccid;
  one.result.reason = from.reason;
  for (const sojourn::CardProfile& row : from.profiles) {
    one.result.profiles.push_back({row.iccid, row.enabled, row.fallback});
  }
  return one;
}

CardView view_of(const eim::DeviceRecord& record) {
  CardView view;
  for (const eim::ListedProfile& row : record.profiles) {
    auto iccid = sgp32::from_wire(row.iccid);
    if (iccid) view.profiles.push_back({std::string(iccid->text()), row.enabled, row.fallback});
  }
  view.listed = record.listed_at != kBeginning;
  view.listed_at_ms = view.listed ? record.listed_at.ms : 0;
  view.key_known = !record.public_key_info.empty();
  view.last_counter = record.last_counter;
  view.open_orders = static_cast<std::size_t>(
      std::count_if(record.orders.begin(), record.orders.end(),
                    [](const eim::Order& order) { return !is_finished(order.state); }));
  return view;
}

std::optional<Diagnostic> refused_options(const std::shared_ptr<Store>& store,
                                          const EimOptions& options) {
  auto refused = [](std::string message, std::string help) {
    return make_diagnostic(Code::E0006, std::move(message), std::move(help));
  };
  if (store == nullptr) return refused("an eIM needs a store", "`open_store` opens one");
  if (options.eim_id.empty()) return refused("an eIM needs its eimId", "set `eim_id`");
  if (options.tenant.empty() || options.tenant.size() > limits::kTenantBytesMax) {
    return refused("`tenant` is empty or longer than 64 bytes", "use a short name");
  }
  if (options.retry_after_ms < 0 || options.retry_after_ms > days(7).ms) {
    return refused("`retry_after_ms` lies outside 0 to seven days", "300000 are five minutes");
  }
  return std::nullopt;
}

Expected<Done> done(const Status& status) {
  if (status) return Done{};
  return public_error(status.error());
}

}  // namespace

Eim::Eim(std::unique_ptr<State> state) : state_(std::move(state)) {}
Eim::~Eim() = default;
Eim::Eim(Eim&&) noexcept = default;
Eim& Eim::operator=(Eim&&) noexcept = default;

Expected<Eim> Eim::open(std::shared_ptr<Store> store, EimOptions options) {
  if (auto refused = refused_options(store, options)) return public_error(*refused);
  auto signers = signers_from(options);
  if (!signers) return public_error(signers.error());
  eim::BookOptions book;
  book.tenant = options.tenant;
  book.eim_id = options.eim_id;
  book.ci_certificates = options.ci_certificates;
  book.retry_after = Duration{options.retry_after_ms};
  eim::HostedEim::Tell tell;
  if (options.on_event) {
    tell = [on_event = std::move(options.on_event)](const eim::Notice& notice) {
      on_event(event_of(notice));
    };
  }
  return Eim(std::make_unique<State>(std::move(store), std::move(*signers), std::move(book),
                                     std::move(tell)));
}

Expected<Done> Eim::enrol(const CardEnrolment& card) {
  auto eid = eid_from(card.eid);
  if (!eid) return public_error(eid.error());
  if (card.last_counter < 0 || card.last_counter > kCounterMax) {
    return public_error(make_diagnostic(Code::E0006, "`last_counter` lies outside 0 to 8388607",
                                        "it is the counterValue on the eUICC"));
  }
  return done(state_->eim.enrol({.eid = *eid,
                                 .public_key_info = card.public_key_info,
                                 .association_token = card.association_token,
                                 .last_counter = card.last_counter}));
}

Expected<Done> Eim::release(const std::string& text) {
  auto eid = eid_from(text);
  if (!eid) return public_error(eid.error());
  return done(state_->eim.release(*eid));
}

Expected<CardView> Eim::card(const std::string& text) {
  auto eid = eid_from(text);
  if (!eid) return public_error(eid.error());
  auto record = state_->eim.device(*eid);
  if (!record) return public_error(record.error());
  return view_of(*record);
}

Expected<std::uint64_t> Eim::order(const std::string& text, const CardCommand& command) {
  auto eid = eid_from(text);
  if (!eid) return public_error(eid.error());
  if (command.kind > CardCommand::Kind::download) {
    return public_error(
        make_diagnostic(Code::E0006, "there is no such command", "use those of CardCommand::Kind"));
  }
  auto order = state_->eim.order(*eid, command_from(command));
  if (!order) return public_error(order.error());
  return *order;
}

Expected<Done> Eim::withdraw(const std::string& text, std::uint64_t order) {
  auto eid = eid_from(text);
  if (!eid) return public_error(eid.error());
  return done(state_->eim.withdraw(*eid, order));
}

Expected<std::vector<EndedOrder>> Eim::ended(const std::string& text, std::int64_t now_ms) {
  auto eid = eid_from(text);
  if (!eid) return public_error(eid.error());
  auto ended = state_->eim.ended(*eid, Instant{now_ms});
  if (!ended) return public_error(ended.error());
  std::vector<EndedOrder> all;
  for (eim::EndedCommand& one : *ended) all.push_back(public_end(std::move(one)));
  return all;
}

Expected<Done> Eim::forget(const std::string& text, const std::vector<std::uint64_t>& orders) {
  auto eid = eid_from(text);
  if (!eid) return public_error(eid.error());
  return done(state_->eim.forget(*eid, orders));
}

Expected<std::vector<ByteString>> Eim::take_notifications(const std::string& text) {
  auto eid = eid_from(text);
  if (!eid) return public_error(eid.error());
  auto taken = state_->eim.take_notifications(*eid);
  if (!taken) return public_error(taken.error());
  return std::move(*taken);
}

void Eim::stop_orders(bool stopped) { state_->eim.stop_orders(stopped); }

EsipaReply Eim::handle(const ByteString& message, std::int64_t now_ms,
                       const std::string& session_eid) {
  auto answer =
      state_->eim.handle(message, {.now = Instant{now_ms}, .session_eid = parse_eid(session_eid)});
  EsipaReply reply;
  if (!answer) {
    reply.status = eim::is_own_trouble(answer.error()) ? 503 : 400;
    reply.why = public_error(answer.error());
    return reply;
  }
  reply.status = answer->body.empty() ? 204 : 200;
  reply.body = std::move(answer->body);
  if (answer->eid) reply.eid = to_text(*answer->eid);
  reply.enrolled = answer->enrolled;
  return reply;
}

}  // namespace sojourn::embed
