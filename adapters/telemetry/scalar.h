// A simple value as the syntax of a trace has it, before anyone asks what it means.
#pragma once

#include <cstdint>
#include <string_view>

namespace sojourn::telemetry {

struct Scalar {
  enum class Kind : std::uint8_t { null, flag, number, text };
  Kind kind = Kind::null;
  bool flag = false;
  // text: its characters, UTF-8. number: as written, a number by JSON's grammar.
  std::string_view text;

  static Scalar of_flag(bool value) { return {Kind::flag, value, value ? "true" : "false"}; }
  static Scalar of_number(std::string_view text) { return {Kind::number, false, text}; }
  static Scalar of_text(std::string_view text) { return {Kind::text, false, text}; }

  bool is_null() const { return kind == Kind::null; }
  bool is_number() const { return kind == Kind::number; }
  bool is_text() const { return kind == Kind::text; }
  // Identifiers are often written as numbers; their digits are meant.
  bool is_name() const { return is_text() || is_number(); }
};

}  // namespace sojourn::telemetry
