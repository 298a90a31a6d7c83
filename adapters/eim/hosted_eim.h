// Private. What an embedded eIM (sojourn/eim.hpp) is made of: books over the host's store, and the
// orders that came of commands.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/eim/book_pool.h"
#include "engine/device/planner_command.h"

namespace sojourn::eim {

// An order that has ended, as the planner hears of it.
struct EndedCommand {
  OrderId order = 0;
  CommandResult result;  // .number 0: it came of no command
  Bytes evidence;
};

// Threads: any, several at once.
class HostedEim {
 public:
  using Tell = std::function<void(const Notice&)>;  // empty: nobody asks
  // Requires: the store, to which any thread may commit, is not null; a signer at least.
  HostedEim(std::shared_ptr<Store> store, std::vector<std::unique_ptr<PackageSigner>> signers,
            BookOptions options, Tell tell)
      : store_(std::move(store)),
        tenant_(options.tenant),
        books_(*store_, std::move(signers), options),
        tell_(std::move(tell)) {}

  Status enrol(const Enrolment& enrolment);
  Status release(const Eid& eid);
  Result<DeviceRecord> device(const Eid& eid);

  // The order of a command that has a number is the same however often it is asked for. E0842 also
  // for another command under the same number.
  Result<OrderId> order(const Eid& eid, const ProfileCommand& command);
  Status withdraw(const Eid& eid, OrderId order);
  Result<std::vector<EndedCommand>> ended(const Eid& eid, Instant now);
  Status forget(const Eid& eid, const std::vector<OrderId>& orders);

  Result<std::vector<Bytes>> take_notifications(const Eid& eid);

  Result<Answer> handle(ByteView message, const Peer& peer);

  // What leaves is stopped: fetching is answered by E0016, as by a store that is busy.
  void stop_orders(bool stopped) { orders_stopped_ = stopped; }

 private:
  struct Ordered;
  StoreKey commands_key(const Eid& eid) const;
  static Result<Ordered> ordered_from(const StoreKey& key, const Bytes& value);
  Result<std::vector<Ordered>> ordered(const Eid& eid);

  std::shared_ptr<Store> store_;
  std::string tenant_;
  BookPool books_;
  Tell tell_;
  std::atomic<bool> orders_stopped_ = false;
};

}  // namespace sojourn::eim
