// Private to the public face of the eIM: what its classes share.
#pragma once

#include <sojourn/eim.hpp>

#include <string>
#include <utility>

#include "adapters/eim/hosted_eim.h"
#include "engine/base/diagnostic_code.h"

namespace sojourn::embed {

struct Eim::State {
  template <class... Parts>
  explicit State(Parts&&... parts) : eim(std::forward<Parts>(parts)...) {}
  eim::HostedEim eim;
};

inline Error public_error(const Diagnostic& why) {
  return {std::string(code_name(why.code)), why.message, why.help};
}

}  // namespace sojourn::embed
