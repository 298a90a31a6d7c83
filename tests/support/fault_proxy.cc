#include "tests/support/fault_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <list>
#include <map>
#include <mutex>
#include <queue>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sojourn::testing {
namespace {

using Clock = std::chrono::steady_clock;
using Port = std::uint16_t;
constexpr int kTickMs = 5;

sockaddr_in loopback(Port port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A socket on a free port of the loopback interface.
int bound_socket(int type) {
  int socket = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  if (socket < 0 || ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("no socket for the fault proxy");
  }
  return socket;
}

Port port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

void send_to(int socket, Port port, const std::vector<char>& bytes) {
  sockaddr_in address = loopback(port);
  (void)!::sendto(socket, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&address),
                  sizeof address);
}

}  // namespace

// --- UDP ----------------------------------------------------------------------------------------

class UdpFaultProxy::Impl {
 public:
  Impl(Port server_port, const UdpFaults& faults)
      : server_port_(server_port),
        faults_(faults),
        random_(faults.seed),
        front_(bound_socket(SOCK_DGRAM)),
        thread_([this] { run(); }) {}
  ~Impl() {
    stopping_ = true;
    thread_.join();
    ::close(front_);
    for (auto [client, socket] : upstream_) ::close(socket);
  }

  Port port() const { return port_of(front_); }
  UdpFaultCounts counts() const {
    std::lock_guard lock(mutex_);
    return counts_;
  }
  void change_source_ports() { change_ports_ = true; }

 private:
  struct Held {
    Clock::time_point due;
    std::uint64_t order;  // among equals, as they came
    Port client;
    bool to_server;
    std::vector<char> bytes;
    bool operator<(const Held& other) const {
      return due != other.due ? due > other.due : order > other.order;
    }
  };

  void run() {
    while (!stopping_) {
      if (change_ports_.exchange(false)) {
        for (auto [client, socket] : upstream_) ::close(socket);
        upstream_.clear();
      }
      std::vector<pollfd> waiting{{front_, POLLIN, 0}};
      std::vector<Port> clients{0};
      for (auto [client, socket] : upstream_) {
        waiting.push_back({socket, POLLIN, 0});
        clients.push_back(client);
      }
      ::poll(waiting.data(), waiting.size(), held_.empty() ? kTickMs : 1);
      for (std::size_t i = 0; i < waiting.size(); ++i) {
        if ((waiting[i].revents & POLLIN) != 0) take(waiting[i].fd, clients[i], i == 0);
      }
      while (!held_.empty() && held_.top().due <= Clock::now()) {
        pass(held_.top());
        held_.pop();
      }
    }
  }

  void take(int socket, Port client, bool to_server) {
    std::vector<char> bytes(65'536);
    sockaddr_in from{};
    socklen_t size = sizeof from;
    for (;;) {
      ssize_t count = ::recvfrom(socket, bytes.data(), bytes.size(), MSG_DONTWAIT,
                                 reinterpret_cast<sockaddr*>(&from), &size);
      if (count < 0) return;
      if (to_server) client = ntohs(from.sin_port);
      judge(client, to_server, {bytes.begin(), bytes.begin() + count});
    }
  }

  void judge(Port client, bool to_server, std::vector<char> bytes) {
    std::lock_guard lock(mutex_);
    if (happens(faults_.drop)) {
      ++counts_.dropped;
      return;
    }
    ++counts_.passed;
    Clock::time_point due = Clock::now() + std::chrono::milliseconds(faults_.delay_ms);
    if (happens(faults_.duplicate)) {
      ++counts_.duplicated;
      hold(due, client, to_server, bytes);
    }
    if (happens(faults_.reorder)) {
      ++counts_.reordered;
      due += std::chrono::milliseconds(1 + random_() % faults_.reorder_ms);
    }
    hold(due, client, to_server, std::move(bytes));
  }

  bool happens(double chance) {
    return std::uniform_real_distribution<double>(0, 1)(random_) < chance;
  }

  void hold(Clock::time_point due, Port client, bool to_server, std::vector<char> bytes) {
    held_.push({due, order_++, client, to_server, std::move(bytes)});
  }

  void pass(const Held& held) {
    if (!held.to_server) return send_to(front_, held.client, held.bytes);
    auto [place, fresh] = upstream_.try_emplace(held.client, -1);
    if (fresh) place->second = bound_socket(SOCK_DGRAM);
    send_to(place->second, server_port_, held.bytes);
  }

  const Port server_port_;
  const UdpFaults faults_;
  mutable std::mutex mutex_;
  std::mt19937 random_;
  UdpFaultCounts counts_;
  std::map<Port, int> upstream_;  // by the client's port
  std::priority_queue<Held> held_;
  std::uint64_t order_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> change_ports_{false};
  const int front_;
  std::thread thread_;
};

UdpFaultProxy::UdpFaultProxy(std::uint16_t server_port, const UdpFaults& faults)
    : impl_(std::make_unique<Impl>(server_port, faults)) {}
UdpFaultProxy::~UdpFaultProxy() = default;
std::uint16_t UdpFaultProxy::port() const { return impl_->port(); }
UdpFaultCounts UdpFaultProxy::counts() const { return impl_->counts(); }
void UdpFaultProxy::change_source_ports() { impl_->change_source_ports(); }

// --- TCP ----------------------------------------------------------------------------------------

class TcpFaultProxy::Impl {
 public:
  Impl(Port server_port, const TcpFaults& faults)
      : server_port_(server_port), faults_(faults), front_(bound_socket(SOCK_STREAM)) {
    ::listen(front_, 64);
    thread_ = std::thread([this] { run(); });
  }
  ~Impl() {
    stopping_ = true;
    thread_.join();
    ::close(front_);
    for (Pipe& pipe : pipes_) end(pipe, false);
  }
  Port port() const { return port_of(front_); }

 private:
  struct Pipe {
    int ends[2];
    std::size_t bytes = 0;
  };

  void run() {
    while (!stopping_) {
      std::vector<pollfd> waiting{{front_, POLLIN, 0}};
      for (const Pipe& pipe : pipes_) {
        waiting.push_back({pipe.ends[0], POLLIN, 0});
        waiting.push_back({pipe.ends[1], POLLIN, 0});
      }
      ::poll(waiting.data(), waiting.size(), kTickMs);
      std::size_t index = 1;
      for (auto pipe = pipes_.begin(); pipe != pipes_.end(); index += 2) {
        bool lives = true;
        for (std::size_t side = 0; side < 2 && lives; ++side) {
          if (waiting[index + side].revents != 0) lives = relay(*pipe, side);
        }
        pipe = lives ? std::next(pipe) : pipes_.erase(pipe);
      }
      if (waiting[0].revents != 0) connect();
    }
  }

  void connect() {
    int client = ::accept4(front_, nullptr, nullptr, SOCK_CLOEXEC);
    int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address = loopback(server_port_);
    if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(client);
      ::close(server);
      return;
    }
    pipes_.push_back({{client, server}});
  }

  // False when the pipe has ended.
  bool relay(Pipe& pipe, std::size_t side) {
    char bytes[16'384];
    ssize_t count = ::recv(pipe.ends[side], bytes, sizeof bytes, MSG_DONTWAIT);
    if (count <= 0) return end(pipe, false);
    for (std::size_t at = 0; at < static_cast<std::size_t>(count);) {
      std::size_t left = static_cast<std::size_t>(count) - at;
      std::size_t piece =
          faults_.piece_bytes_max == 0 ? left : std::min(left, faults_.piece_bytes_max);
      if (faults_.delay_ms != 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(faults_.delay_ms));
      }
      if (::send(pipe.ends[1 - side], bytes + at, piece, MSG_NOSIGNAL) < 0) return end(pipe, false);
      at += piece;
      pipe.bytes += piece;
      bool broken = faults_.reset_after_bytes != 0 && pipe.bytes >= faults_.reset_after_bytes;
      if (broken) return end(pipe, true);
    }
    return true;
  }

  bool end(Pipe& pipe, bool by_reset) {
    for (int socket : pipe.ends) {
      linger hard{1, 0};
      if (by_reset) ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
      ::close(socket);
    }
    return false;
  }

  const Port server_port_;
  const TcpFaults faults_;
  std::list<Pipe> pipes_;
  std::atomic<bool> stopping_{false};
  const int front_;
  std::thread thread_;
};

TcpFaultProxy::TcpFaultProxy(std::uint16_t server_port, const TcpFaults& faults)
    : impl_(std::make_unique<Impl>(server_port, faults)) {}
TcpFaultProxy::~TcpFaultProxy() = default;
std::uint16_t TcpFaultProxy::port() const { return impl_->port(); }

}  // namespace sojourn::testing
