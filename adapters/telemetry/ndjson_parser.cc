// NDJSON by simdjson's on-demand parser: one pass over the line, values taken as text where they
// lie. What the keys mean is ReportBuilder's business; here is only JSON.
//
// On demand means that simdjson checks what is looked at. So everything is looked at: unknown keys
// are walked through (`walk`), and the line must end where its object ends.
#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "adapters/telemetry/decimal.h"
#include "adapters/telemetry/line_parser.h"
#include "adapters/telemetry/report_builder.h"
#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"

namespace sojourn::telemetry {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(kLinePaddingBytes >= simdjson::SIMDJSON_PADDING);

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Why a line was given up; passed up through every call.
enum class Trouble : std::uint8_t { none, syntax, too_deep };

std::string_view without_trailing_space(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

class NdjsonParser final : public LineParser {
 public:
  LineOutcome parse(const Line& line, Observation& out) override;
  const std::vector<Finding>& findings() const override { return builder_.findings(); }
  const std::vector<UnknownKeyUse>& unknown_keys() const override { return unknown_keys_; }

 private:
  Trouble parse_object(const Line& line);
  template <class Member>  // Trouble(std::string_view name, ondemand::value, ondemand::json_type)
  Trouble each_member(ondemand::object object, const Member& member);
  template <class Item>  // Trouble(ondemand::value, ondemand::json_type)
  Trouble each_item(ondemand::value list, const Item& item);
  // The list stands `depth - 1` levels below the line's object; what is no scalar in it adds an
  // empty one.
  template <class Add>  // void(const Scalar&)
  Trouble each_scalar(ondemand::value list, int depth, const Add& add);
  Trouble parse_field(TraceKey key, ondemand::value value, ondemand::json_type type);
  // The members of an object that stands at the top: each is a key that `find` knows, or unknown.
  template <class Find, class Set>
  Trouble parse_parts(std::string_view of, ondemand::value value, const Find& find, const Set& set);
  Trouble parse_position(ondemand::value value);
  Trouble parse_data(TraceKey key, ondemand::value value);
  Trouble parse_installed(ondemand::value value);
  Trouble parse_attributes(ondemand::value value);
  Trouble parse_attribute_list(std::string_view name, ondemand::value value);
  Trouble read_key(ondemand::field& field, std::string_view& key);
  Trouble read_scalar(ondemand::value value, ondemand::json_type type, Scalar& scalar);
  // Checks a value that nobody wants, `depth` levels below the line's object.
  Trouble walk(ondemand::value value, ondemand::json_type type, int depth);
  Trouble trouble(simdjson::error_code error);

  ondemand::parser json_;
  ReportBuilder builder_;
  std::vector<UnknownKeyUse> unknown_keys_;
  simdjson::error_code error_ = simdjson::SUCCESS;  // of the last Trouble::syntax
};

// The words for what simdjson found, where they help whoever has to mend the file.
std::string_view why_not_json(simdjson::error_code error, std::string_view line) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "not UTF-8";
    case simdjson::UNCLOSED_STRING:
      return "a text does not end";
    case simdjson::UNESCAPED_CHARS:
      return "a control character in a text";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      return without_trailing_space(line).ends_with('}') ? "an object or list is not closed"
                                                         : "does not end with `}`";
    case simdjson::TRAILING_CONTENT:
      return "something behind the object";
    case simdjson::INCORRECT_TYPE:
      return "not an object";
    case simdjson::NUMBER_ERROR:
      return "a number that is none";
    case simdjson::STRING_ERROR:
      return "a text with a wrong escape";
    default:
      return "not JSON";
  }
}

Trouble NdjsonParser::trouble(simdjson::error_code error) {
  error_ = error;
  return Trouble::syntax;
}

LineOutcome NdjsonParser::parse(const Line& line, Observation& out) {
  builder_.begin(out);
  unknown_keys_.clear();
  if (line.text.size() > limits::kTraceLineBytesMax) {
    builder_.refuse_line(Code::E0633, "more than a megabyte without a line break");
    return LineOutcome::skipped;
  }
  if (std::all_of(line.text.begin(), line.text.end(), is_space)) return LineOutcome::blank;
  switch (parse_object(line)) {
    case Trouble::none:
      break;
    case Trouble::syntax:
      builder_.finish();
      builder_.refuse_line(Code::E0630, std::string(why_not_json(error_, line.text)));
      unknown_keys_.clear();
      return LineOutcome::skipped;
    case Trouble::too_deep:
      builder_.finish();
      builder_.refuse_line(Code::E0634, "nested more deeply than any report");
      unknown_keys_.clear();
      return LineOutcome::skipped;
  }
  out.line = line.number;
  if (builder_.finish()) return LineOutcome::used;
  unknown_keys_.clear();
  return LineOutcome::skipped;
}

Trouble NdjsonParser::parse_object(const Line& line) {
  ondemand::document document;
  simdjson::padded_string_view text(line.text.data(), line.text.size(),
                                    line.text.size() + simdjson::SIMDJSON_PADDING);
  if (auto error = json_.iterate(text).get(document)) return trouble(error);
  ondemand::object object;
  if (auto error = document.get_object().get(object)) return trouble(error);
  Trouble found = each_member(
      object, [&](std::string_view name, ondemand::value value, ondemand::json_type type) {
        if (std::optional<TraceKey> key = find_key(name)) return parse_field(*key, value, type);
        unknown_keys_.push_back({"", name});
        return walk(value, type, 1);
      });
  if (found != Trouble::none) return found;
  // The object has ended; so must the line.
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    return trouble(simdjson::TRAILING_CONTENT);
  }
  return Trouble::none;
}

template <class Member>
Trouble NdjsonParser::each_member(ondemand::object object, const Member& member) {
  for (auto next : object) {
    ondemand::field field;
    if (auto error = std::move(next).get(field)) return trouble(error);
    std::string_view name;
    if (Trouble found = read_key(field, name); found != Trouble::none) return found;
    ondemand::json_type type;
    if (auto error = field.value().type().get(type)) return trouble(error);
    Trouble found = member(name, field.value(), type);
    if (found != Trouble::none) return found;
  }
  return Trouble::none;
}

template <class Item>
Trouble NdjsonParser::each_item(ondemand::value list, const Item& item) {
  ondemand::array array;
  if (auto error = list.get_array().get(array)) return trouble(error);
  for (auto next : array) {
    ondemand::value value;
    if (auto error = std::move(next).get(value)) return trouble(error);
    ondemand::json_type type;
    if (auto error = value.type().get(type)) return trouble(error);
    Trouble found = item(value, type);
    if (found != Trouble::none) return found;
  }
  return Trouble::none;
}

// Between a key's closing quote and its value lie only a colon and white space, so the key ends at
// the last quote before the value. Without escapes, which is nearly always, it is read in place.
Trouble NdjsonParser::read_key(ondemand::field& field, std::string_view& key) {
  const char* begin = field.key().raw();
  const char* end = field.value().raw_json_token().data() - 1;
  while (end > begin && *end != '"') --end;
  key = std::string_view(begin, static_cast<std::size_t>(end - begin));
  if (key.find('\\') == std::string_view::npos) return Trouble::none;
  if (auto error = field.unescaped_key().get(key)) return trouble(error);
  return Trouble::none;
}

Trouble NdjsonParser::read_scalar(ondemand::value value, ondemand::json_type type, Scalar& scalar) {
  std::string_view token = without_trailing_space(value.raw_json_token());
  switch (type) {
    case ondemand::json_type::null:
      if (token != "null") return trouble(simdjson::N_ATOM_ERROR);
      scalar = Scalar{};
      return Trouble::none;
    case ondemand::json_type::boolean:
      if (token != "true" && token != "false") return trouble(simdjson::T_ATOM_ERROR);
      scalar = Scalar::of_flag(token == "true");
      return Trouble::none;
    case ondemand::json_type::number:
      if (!is_json_number(token)) return trouble(simdjson::NUMBER_ERROR);
      scalar = Scalar::of_number(token);
      return Trouble::none;
    case ondemand::json_type::string:
      if (token.size() >= 2 && token.back() == '"' &&
          std::memchr(token.data(), '\\', token.size()) == nullptr) {
        scalar = Scalar::of_text(token.substr(1, token.size() - 2));
        return Trouble::none;
      }
      scalar = Scalar::of_text({});
      if (auto error = value.get_string().get(scalar.text)) return trouble(error);
      return Trouble::none;
    default:
      return trouble(simdjson::INCORRECT_TYPE);
  }
}

bool is_container(ondemand::json_type type) {
  return type == ondemand::json_type::object || type == ondemand::json_type::array;
}

std::string_view shape_of(ondemand::json_type type) {
  return type == ondemand::json_type::object ? "an object" : "a list";
}

Trouble NdjsonParser::parse_field(TraceKey key, ondemand::value value, ondemand::json_type type) {
  if (!is_container(type)) {
    Scalar scalar;
    Trouble found = read_scalar(value, type, scalar);
    if (found == Trouble::none) builder_.set(key, scalar);
    return found;
  }
  bool object = type == ondemand::json_type::object;
  if (object && key == TraceKey::position) {
    if (builder_.begin_position()) return parse_position(value);
  } else if (object && (key == TraceKey::data || key == TraceKey::data_total)) {
    if (builder_.begin_data(key)) return parse_data(key, value);
  } else if (object && key == TraceKey::attributes) {
    if (builder_.begin_attributes()) return parse_attributes(value);
  } else if (!object && key == TraceKey::installed) {
    if (builder_.begin_installed()) return parse_installed(value);
  } else {
    builder_.refuse_shape(key, shape_of(type));
  }
  return walk(value, type, 1);
}

template <class Find, class Set>
Trouble NdjsonParser::parse_parts(std::string_view of, ondemand::value value, const Find& find,
                                  const Set& set) {
  ondemand::object object;
  if (auto error = value.get_object().get(object)) return trouble(error);
  return each_member(object,
                     [&](std::string_view name, ondemand::value part, ondemand::json_type type) {
                       auto key = find(name);
                       if (key && !is_container(type)) {
                         Scalar scalar;
                         Trouble found = read_scalar(part, type, scalar);
                         if (found == Trouble::none) set(*key, scalar);
                         return found;
                       }
                       if (key) set(*key, Scalar::of_text(shape_of(type)));
                       if (!key) unknown_keys_.push_back({of, name});
                       return walk(part, type, 2);
                     });
}

Trouble NdjsonParser::parse_position(ondemand::value value) {
  Trouble found = parse_parts(
      "position", value, find_position_key,
      [&](PositionKey key, const Scalar& scalar) { builder_.set_position(key, scalar); });
  if (found == Trouble::none) builder_.end_position();
  return found;
}

Trouble NdjsonParser::parse_data(TraceKey key, ondemand::value value) {
  Trouble found =
      parse_parts(name_of(key), value, find_data_key,
                  [&](DataKey part, const Scalar& scalar) { builder_.set_data(part, scalar); });
  if (found == Trouble::none) builder_.end_data();
  return found;
}

template <class Add>
Trouble NdjsonParser::each_scalar(ondemand::value list, int depth, const Add& add) {
  return each_item(list, [&](ondemand::value item, ondemand::json_type type) {
    Scalar scalar;
    Trouble found = is_container(type) ? walk(item, type, depth) : read_scalar(item, type, scalar);
    if (found == Trouble::none) add(scalar);
    return found;
  });
}

Trouble NdjsonParser::parse_installed(ondemand::value value) {
  Trouble found =
      each_scalar(value, 2, [&](const Scalar& scalar) { builder_.add_installed(scalar); });
  if (found == Trouble::none) builder_.end_installed();
  return found;
}

Trouble NdjsonParser::parse_attributes(ondemand::value value) {
  ondemand::object object;
  if (auto error = value.get_object().get(object)) return trouble(error);
  return each_member(
      object, [&](std::string_view name, ondemand::value attribute, ondemand::json_type type) {
        if (type == ondemand::json_type::array) return parse_attribute_list(name, attribute);
        if (type == ondemand::json_type::object) {
          builder_.refuse_attribute_shape(name, shape_of(type));
          return walk(attribute, type, 2);
        }
        Scalar scalar;
        Trouble found = read_scalar(attribute, type, scalar);
        if (found == Trouble::none) builder_.set_attribute(name, scalar);
        return found;
      });
}

Trouble NdjsonParser::parse_attribute_list(std::string_view name, ondemand::value value) {
  builder_.begin_list_attribute(name);
  Trouble found =
      each_scalar(value, 3, [&](const Scalar& scalar) { builder_.add_to_list_attribute(scalar); });
  if (found == Trouble::none) builder_.end_list_attribute();
  return found;
}

Trouble NdjsonParser::walk(ondemand::value value, ondemand::json_type type, int depth) {
  if (!is_container(type)) {
    Scalar scalar;
    return read_scalar(value, type, scalar);
  }
  if (depth >= limits::kTraceJsonDepthMax) return Trouble::too_deep;
  auto below = [&](ondemand::value part, ondemand::json_type part_type) {
    return walk(part, part_type, depth + 1);
  };
  if (type == ondemand::json_type::array) return each_item(value, below);
  ondemand::object object;
  if (auto error = value.get_object().get(object)) return trouble(error);
  return each_member(object, [&](std::string_view, ondemand::value part,
                                 ondemand::json_type part_type) { return below(part, part_type); });
}

}  // namespace

std::unique_ptr<LineParser> make_ndjson_parser() { return std::make_unique<NdjsonParser>(); }

}  // namespace sojourn::telemetry
