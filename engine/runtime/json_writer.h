// Private. JSON put together as text, member after member: records are made for every change of
// every device, and a tree of them would cost more than the decision.
//
//   JsonObject json(text);
//   json.text("rule", rule.label).number("value", 79);
//   json.close();
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace sojourn {

// Appends it in quotation marks, escaped. A byte that is no UTF-8 becomes U+FFFD.
void append_quoted(std::string& out, std::string_view text);

// An object at the end of `out`, which outlives it. What has its own members is appended between
// `member` and the next call.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
  void close() { out_ += '}'; }

  JsonObject& member(std::string_view name) {
    out_ += is_first_ ? "\"" : ",\"";
    is_first_ = false;
    out_ += name;
    out_ += "\":";
    return *this;
  }
  JsonObject& text(std::string_view name, std::string_view value) {
    append_quoted(member(name).out_, value);
    return *this;
  }
  JsonObject& texts(std::string_view name, const std::vector<std::string>& values);
  JsonObject& number(std::string_view name, std::integral auto value) {
    member(name).out_ += std::to_string(value);
    return *this;
  }
  JsonObject& word(std::string_view name, std::string_view word) {  // null, true, false
    member(name).out_ += word;
    return *this;
  }
  // null when it is empty.
  JsonObject& text_or_null(std::string_view name, std::string_view value) {
    return value.empty() ? word(name, "null") : text(name, value);
  }

 private:
  std::string& out_;
  bool is_first_ = true;
};

// The items of an array at the end of `out`, each appended by `append`.
template <class Items, class Append>
void append_array(std::string& out, const Items& items, const Append& append) {
  out += '[';
  bool is_first = true;
  for (const auto& item : items) {
    if (!is_first) out += ',';
    is_first = false;
    append(out, item);
  }
  out += ']';
}

}  // namespace sojourn
