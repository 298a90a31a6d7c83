// Result<T>: a value, or the diagnostic that says why there is none.
//
//   Result<Policy> policy = load(path);
//   if (!policy) return std::move(policy).error();
//   use(policy.value());
//
// For the environment only: files, peers, limits. What an author wrote wrongly goes into a
// DiagnosticList; our own mistakes are assertions.
#pragma once

#include <cassert>
#include <optional>
#include <utility>
#include <variant>

#include "engine/base/diagnostic.h"

namespace sojourn {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit
  Result(Diagnostic error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Requires: ok().
  T& value() & { return assert(ok()), std::get<0>(state_); }
  const T& value() const& { return assert(ok()), std::get<0>(state_); }
  // By value, so that a temporary's value does not die with it.
  T value() && { return assert(ok()), std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Requires: !ok().
  const Diagnostic& error() const& { return assert(!ok()), std::get<1>(state_); }
  Diagnostic&& error() && { return assert(!ok()), std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Diagnostic> state_;
};

// The result of something done for its effect.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Diagnostic error) : error_(std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Diagnostic& error() const& { return assert(!ok()), *error_; }
  Diagnostic&& error() && { return assert(!ok()), *std::move(error_); }

 private:
  std::optional<Diagnostic> error_;
};

using Status = Result<void>;

}  // namespace sojourn
