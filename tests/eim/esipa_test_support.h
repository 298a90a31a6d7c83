// Handlers and peers for the tests of the ESipa servers.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "adapters/eim/esipa_handler.h"
#include "tests/support/catch.h"

namespace sojourn::eim {

// Its first octet says what a request wants; most are answered by their bytes turned round.
//   'E' empty, 'U' undecodable, 'B' busy, 'T' too many, 'X' an exception, 'W' turned round after a
//   wait, 'L' answered by 20,000 bytes and more, as a bound profile package is.
class MirrorHandler final : public EsipaHandler {
 public:
  EsipaAnswer handle(ByteView request, const PeerFacts& peer) override {
    {
      std::lock_guard lock(mutex_);
      ++seen_[Bytes(request.begin(), request.end())];
      identity_ = peer.identity;
      admin_protocol_ = peer.admin_protocol;
      transport_ = peer.transport;
    }
    ++count_;
    if (request.empty()) return EsipaAnswer::undecodable();
    switch (request[0]) {
      case 'E':
        return EsipaAnswer::empty();
      case 'U':
        return EsipaAnswer::undecodable();
      case 'B':
        return EsipaAnswer::busy(7);
      case 'T':
        return EsipaAnswer::too_many(11);
      case 'X':
        throw std::runtime_error("handler broke");
      case 'W':
        std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
        return EsipaAnswer::message(mirrored(request));
      case 'L':
        return EsipaAnswer::message(large(request));
      default:
        return EsipaAnswer::message(mirrored(request));
    }
  }
  bool may_wait(ByteView request) const override { return !request.empty() && request[0] == 'W'; }

  static Bytes mirrored(ByteView request) { return Bytes(request.rbegin(), request.rend()); }
  static Bytes large(ByteView request) {
    Bytes answer;
    while (answer.size() < 20'000 + request.size()) {
      answer.push_back(static_cast<std::uint8_t>(answer.size() * 7 + answer.size() / 251));
    }
    answer.insert(answer.end(), request.begin(), request.end());
    return answer;
  }

  std::size_t count() const { return count_.load(); }
  // How often each request was seen.
  std::map<Bytes, int> seen() const {
    std::lock_guard lock(mutex_);
    return seen_;
  }
  std::string identity() const {
    std::lock_guard lock(mutex_);
    return identity_;
  }
  std::string admin_protocol() const {
    std::lock_guard lock(mutex_);
    return admin_protocol_;
  }
  Transport transport() const {
    std::lock_guard lock(mutex_);
    return transport_;
  }

  int wait_ms = 100;

 private:
  mutable std::mutex mutex_;
  std::map<Bytes, int> seen_;
  std::string identity_, admin_protocol_;
  Transport transport_{};
  std::atomic<std::size_t> count_{0};
};

inline Bytes request_of(std::string_view text, std::size_t size = 0) {
  Bytes bytes(text.begin(), text.end());
  while (bytes.size() < size) bytes.push_back(static_cast<std::uint8_t>(bytes.size() * 13));
  return bytes;
}

// A TCP connection without manners, for what a well-behaved client never does.
class RawSocket {
 public:
  // `from`: the address that the connection comes from, of those of loopback.
  explicit RawSocket(std::uint16_t port, std::uint32_t from = INADDR_LOOPBACK)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(from);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&own), sizeof own) == 0);
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(port);
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval patience{5, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&peer), sizeof peer) == 0);
  }
  ~RawSocket() { ::close(socket_); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  void send(std::string_view text) {
    (void)!::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  // What comes until the other side closes, or 5 seconds of silence.
  std::string read_to_end() {
    std::string all;
    char part[4096];
    ssize_t count = 0;
    while ((count = ::recv(socket_, part, sizeof part, 0)) > 0) {
      all.append(part, static_cast<std::size_t>(count));
    }
    return all;
  }
  // One answer without body, or its head: up to the empty line.
  std::string read_head() {
    std::string all;
    char one = 0;
    while (!all.ends_with("\r\n\r\n") && ::recv(socket_, &one, 1, 0) == 1) all += one;
    return all;
  }

 private:
  int socket_;
};

// A directory that goes with the test.
class TestDirectory {
 public:
  TestDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "esipa-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string write(const std::string& name, std::string_view text) const {
    std::filesystem::path file = path_ / name;
    std::ofstream(file, std::ios::binary) << text;
    return file.string();
  }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// What a command prints; empty when it cannot be run.
inline std::string output_of(const std::string& command) {
  std::string all;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return all;
  char part[4096];
  std::size_t count = 0;
  while ((count = std::fread(part, 1, sizeof part, pipe)) > 0) all.append(part, count);
  ::pclose(pipe);
  return all;
}

inline bool is_installed(const std::string& program) {
  bool found = !output_of("command -v " + program).empty();
  if (!found) WARN(program << " is not installed: not tested against it");
  return found;
}

}  // namespace sojourn::eim
