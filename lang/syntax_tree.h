// Private to lang. SyntaxTree: what the grammar saw, as one flat array.
//
// Nodes stand in the order in which they begin, parents before children; a node knows the index
// after its last descendant, so that a subtree is a slice and walking needs no pointers. Comments
// are kept aside, in order, for the formatter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/source.h"

namespace sojourn::lang {

class Excerpt;

// One enumerator per construct that means something; keywords and punctuation leave no node.
enum class NodeKind : std::uint8_t {
  // --- leaves ---
  name,           // a bare word that is not reserved, or quoted words where a name may stand
  text,           // "quoted"
  number,         // 12, -3.5
  unit,           // %, dBm, days
  digits,         // digits with an optional final *, as ICCIDs are written
  plmn,           // 724-06
  date,           // 2026-01-31
  clock,          // 02:00, 23:59:59
  timestamp,      // 2026-01-01 10:00, 2026-01-01T10:00:00Z
  zone,           // America/Sao_Paulo
  comparison,     // = is != < <= > >=
  in_word,        // in
  not_in_word,    // not in
  state_word,     // known, unknown, is known, is unknown
  happened_word,  // happened
  has_word,       // has, has any of, has all of, has none of
  with_word,      // with
  sense,          // at least, more than, fewer than, at most, exactly, or more, or fewer
  calendar_unit,  // days, weeks, months in a count
  scope,          // on the same network, per imei, per profile, per device
  subject,        // region, no service, ...: a built-in thing that conditions look at
  mark,           // a keyword that stands for itself: first-match, none, obeying, ...
  // --- phrases ---
  duration,  // (number unit)+
  amount,    // number unit?
  quantity,  // sense? number sense?
  list,      // value, value
  // --- conditions ---
  disjunction,
  conjunction,
  negation,
  group,      // ( condition )
  timed,      // primary and its suffixes
  simple,     // subject or name, relation, values
  installed,  // installed NAME
  from_date,
  until_date,
  between,
  event_count,    // quantity event
  since,          // duration since event
  event,          // switches, commanded switches, rejected with .., a name, alert ".."
  fleet_count,    // quantity devices with the same NAME
  for_duration,   // for sense? duration
  for_share,      // for sense? number % of duration
  on_count,       // on quantity ...
  consecutive,    // consecutive days, with an optional gap
  within,         // within duration
  in_calendar,    // in this calendar year
  share_of_days,  // % of days within D
  sum_compared,   // the right side of a comparison of sums
  // --- actions ---
  actions,
  choose,       // profile = A or B
  alternative,  // NAME, if installed
  keep,
  preload,
  remove,
  fallback,
  alert,
  task,
  hold,
  approval,
  window,
  rollout,
  requires_action,
  // --- declarations ---
  policy,
  version,
  owner,
  timezone,
  settle,
  carry,
  lead,
  view,
  attribute,
  choice_type,
  number_type,
  plain_type,  // flag, text, country
  set_type,    // set of ...
  valid,
  profile,
  home,
  iccid,
  plmns,
  download,
  breakout,
  cost,
  region,
  circle,
  geojson,
  corridor,
  set,
  define,
  ban,
  forbid,
  source,
  certainty,
  never,
  notice,
  assuming,
  remedy,
  in_doubt,
  counting_from,
  guard,
  guard_limit,
  guard_approval,
  guard_abort,
  guard_period,
  except_for,
  assertion,
  rule,
  overrides,
  otherwise,
  import_file,
  use_ban,
  table_file,
  profiles_file,
  devices_file,
  // --- tests ---
  test,
  given,
  at_line,
  every_line,
  expect_line,
  device_line,
  assignment,  // key and value of a test line
  position_part,
  accuracy_part,
  altitude_part,
  speed_part,
  keyed_part,  // a bare key and its value: network 724-05
  braces,      // { a, b }
  expect_keep,
  expect_choose,
  expect_alert,
  expect_task,
  expect_none,  // no alert, no task
  expect_by,
  expect_ban,
  expect_suppressed,
  on_date,
};

struct SyntaxNode {
  NodeKind kind{};
  std::uint32_t begin = 0;  // bytes of the source, white space after it left out
  std::uint32_t end = 0;
  std::uint32_t next = 0;  // index after the last descendant
};

// A name that a declaration with a syntax error meant to declare: nobody is told that it is
// missing.
struct BrokenName {
  std::string_view name;
};

struct SyntaxTree {
  SourceId source;
  std::string_view text;
  std::vector<SyntaxNode> nodes;
  std::vector<Span> comments;  // from # to the end of the line, in order
  std::vector<BrokenName> broken_names;
  // Where the text comes from when it is put together from cells of a table; it outlives the tree.
  const Excerpt* excerpt = nullptr;

  // The bytes [begin, end) of the text as a place in the source.
  Span place(std::size_t begin, std::size_t end) const;
};

// A place in a tree, and its children. Cheap to copy; the tree outlives it.
class Node {
 public:
  Node(const SyntaxTree& tree, std::uint32_t index) : tree_(&tree), index_(index) {}

  NodeKind kind() const { return raw().kind; }
  bool is(NodeKind kind) const { return raw().kind == kind; }
  Span span() const { return tree_->place(raw().begin, raw().end); }
  std::string_view text() const { return tree_->text.substr(raw().begin, raw().end - raw().begin); }

  class Children {
   public:
    class Iterator {
     public:
      Iterator(const SyntaxTree& tree, std::uint32_t index) : tree_(&tree), index_(index) {}
      Node operator*() const { return Node(*tree_, index_); }
      Iterator& operator++() { return index_ = tree_->nodes[index_].next, *this; }
      bool operator!=(const Iterator& other) const { return index_ != other.index_; }

     private:
      const SyntaxTree* tree_;
      std::uint32_t index_;
    };
    Children(const SyntaxTree& tree, std::uint32_t first, std::uint32_t end)
        : tree_(&tree), first_(first), end_(end) {}
    Iterator begin() const { return {*tree_, first_}; }
    Iterator end() const { return {*tree_, end_}; }
    bool empty() const { return first_ == end_; }

   private:
    const SyntaxTree* tree_;
    std::uint32_t first_, end_;
  };
  Children children() const { return {*tree_, index_ + 1, raw().next}; }
  bool has_children() const { return raw().next > index_ + 1; }
  // Requires: has_children().
  Node first() const { return Node(*tree_, index_ + 1); }

 private:
  const SyntaxNode& raw() const { return tree_->nodes[index_]; }
  const SyntaxTree* tree_;
  std::uint32_t index_;
};

// The top-level declarations, in order.
inline Node::Children declarations(const SyntaxTree& tree) {
  return {tree, 0, static_cast<std::uint32_t>(tree.nodes.size())};
}

}  // namespace sojourn::lang
