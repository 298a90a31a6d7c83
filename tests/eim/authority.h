// A certificate authority for tests: the openssl command makes the chains.
#pragma once

#include "tests/eim/openssl_command.h"

namespace sojourn::eim::test {

// Makes certificates in a scratch folder. Validity is openssl's: from today, `days` long.
class Authority {
 public:
  bool root(const std::string& name) {
    return genkey(name) && openssl("req -x509 -new -key " + key(name) + " -subj '/O=CI/CN=" + name +
                                   "' -days 20000 -addext keyUsage=critical,keyCertSign" +
                                   " -outform DER -out " + certificate(name));
  }
  bool issue(const std::string& issuer, const std::string& name, const std::string& subject,
             const std::string& extensions) {
    folder_.write("ext", as_bytes(extensions));
    return genkey(name) &&
           openssl("req -new -key " + key(name) + " -subj '" + subject + "' -out " +
                   folder_.file("request")) &&
           openssl("x509 -req -in " + folder_.file("request") + " -CA " + certificate(issuer) +
                   " -CAform DER -CAkey " + key(issuer) + " -set_serial 7 -days 20000 -extfile " +
                   folder_.file("ext") + " -outform DER -out " + certificate(name));
  }
  std::string private_pem(const std::string& name) const {
    Bytes pem = folder_.read(name + ".pem");
    return std::string(pem.begin(), pem.end());
  }
  Bytes der(const std::string& name) const { return folder_.read(name + ".der"); }

 private:
  bool genkey(const std::string& name) {
    return openssl("ecparam -name prime256v1 -genkey -noout -out " + key(name));
  }
  std::string key(const std::string& name) const { return folder_.file(name + ".pem"); }
  std::string certificate(const std::string& name) const { return folder_.file(name + ".der"); }
  ScratchFolder folder_;
};

inline std::string eum_extensions(const std::string& prefix) {
  return "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign\n"
         "nameConstraints=critical,permitted;dirName:allowed\n"
         "[allowed]\nO=Maker\nserialNumber=" +
         prefix + "\n";
}

}  // namespace sojourn::eim::test
