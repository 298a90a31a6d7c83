// Certificates for tests, made when the test runs: no key is ever written to a file of the tree.
//
//   TestAuthority authority("Test CI");
//   TestCertificate server = authority.issue({.name = "eim.example"});
#pragma once

#include <string>

namespace sojourn::testing {

struct TestCertificate {
  std::string certificate_pem;
  std::string private_key_pem;
};

struct TestSubject {
  std::string name;         // common name and DNS name
  long valid_from_s = -60;  // from now
  long valid_to_s = 3600;
};

// A self-signed P-256 authority and what it issues (P-256, ECDSA with SHA-256).
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name);
  const std::string& certificate_pem() const { return own_.certificate_pem; }
  TestCertificate issue(const TestSubject& subject) const;

 private:
  TestCertificate own_;
};

}  // namespace sojourn::testing
