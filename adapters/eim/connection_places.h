// Private to adapters/eim: who may hold how many of a server's connections. All of them together,
// and each address a share: a peer that opens and says nothing leaves room for others.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace sojourn::eim {

// Threads: all members, and those of a Place, from any thread.
class ConnectionPlaces {
 public:
  struct Limits {
    std::size_t connections_max = 0;
    std::size_t per_address_max = 0;
    std::size_t refusals_max = 0;  // beyond either, to be told so
  };
  explicit ConnectionPlaces(const Limits& limits) : limits_(limits) {}

  // One open connection; given back when it goes. The places outlive it.
  class Place {
   public:
    Place(Place&& other) noexcept
        : places_(std::exchange(other.places_, nullptr)),
          address_(std::move(other.address_)),
          refused_(other.refused_) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (places_ != nullptr) places_->give_back(address_);
    }
    // It is beyond a limit, and only there to hear that.
    bool is_refused() const { return refused_; }

   private:
    friend class ConnectionPlaces;
    Place(ConnectionPlaces* places, std::string address, bool refused)
        : places_(places), address_(std::move(address)), refused_(refused) {}

    ConnectionPlaces* places_;
    std::string address_;
    bool refused_;
  };

  // Absent: not even to be refused.
  std::optional<Place> take(const std::string& address);
  std::size_t open_count() const;

 private:
  void give_back(const std::string& address);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::size_t open_ = 0;
  std::map<std::string, std::size_t> open_of_address_;
};

}  // namespace sojourn::eim
