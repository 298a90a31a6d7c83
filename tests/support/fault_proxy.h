// A bad network between two programs on this machine, in user space and with a seed.
//
//   UdpFaultProxy network(server_port, {.drop = 0.1, .duplicate = 0.1, .reorder = 0.1, .seed = 7});
//   client connects to network.port() ...
//   network.change_source_ports();  // as a NAT does to a device that was silent
//
// The seed fixes the sequence of decisions; which datagram meets which decision still depends on
// when the two programs send. Each peer has a port of its own towards the server.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace sojourn::testing {

struct UdpFaults {
  double drop = 0;       // of 1, for each datagram, both directions
  double duplicate = 0;  // sent twice
  double reorder = 0;    // held back so that later ones overtake it
  unsigned delay_ms = 0;
  unsigned reorder_ms = 30;  // how long held back
  std::uint32_t seed = 1;
};

struct UdpFaultCounts {
  std::uint64_t passed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
};

// Threads: one of its own; all members from any thread.
class UdpFaultProxy {
 public:
  UdpFaultProxy(std::uint16_t server_port, const UdpFaults& faults);
  ~UdpFaultProxy();

  std::uint16_t port() const;
  UdpFaultCounts counts() const;
  void change_source_ports();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

struct TcpFaults {
  std::size_t piece_bytes_max = 0;    // 0: as they come; otherwise cut into pieces, each a segment
  unsigned delay_ms = 0;              // before each piece
  std::size_t reset_after_bytes = 0;  // 0: never; otherwise the connection breaks there
};

class TcpFaultProxy {
 public:
  TcpFaultProxy(std::uint16_t server_port, const TcpFaults& faults);
  ~TcpFaultProxy();

  std::uint16_t port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sojourn::testing
