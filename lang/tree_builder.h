// Private to lang. The syntax tree as the grammar makes it: nodes are opened, closed and dropped in
// the order in which rules are tried.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/diagnostic_code.h"
#include "engine/base/limits.h"
#include "lang/syntax_advice.h"
#include "lang/syntax_tree.h"

namespace sojourn::lang {

// Thrown at a cut point; caught by `parse`, one declaration above.
struct SyntaxStop {
  std::size_t offset;
  const Expectation* expected;
};

class TreeBuilder {
 public:
  explicit TreeBuilder(SyntaxTree& tree) : tree_(tree) {}

  void open(NodeKind kind, std::size_t offset) {
    if (deepens(kind, offset) && ++depth_ > limits::kNestingDepthMax) {
      static constexpr Expectation kTooDeep = {Code::E0901, "", "", ""};
      throw SyntaxStop{offset, &kTooDeep};
    }
    if (open_.empty()) declaration_ = tree_.nodes.size();
    if (tree_.nodes.size() - declaration_ >= limits::kDeclarationNodesMax) {
      static constexpr Expectation kTooLong = {Code::E0901, "a shorter declaration", "", ""};
      throw SyntaxStop{offset, &kTooLong};
    }
    open_.push_back(static_cast<std::uint32_t>(tree_.nodes.size()));
    tree_.nodes.push_back({kind, static_cast<std::uint32_t>(offset), 0, 0});
  }

  void close(std::size_t offset) {
    SyntaxNode& node = tree_.nodes[open_.back()];
    if (deepens(node.kind, node.begin)) --depth_;
    node.end = static_cast<std::uint32_t>(before_gap(offset));
    node.next = static_cast<std::uint32_t>(tree_.nodes.size());
    open_.pop_back();
  }

  void drop() {
    const SyntaxNode& node = tree_.nodes[open_.back()];
    if (deepens(node.kind, node.begin)) --depth_;
    tree_.nodes.resize(open_.back());
    open_.pop_back();
  }

  // Forgets a declaration that ended in an error.
  void abandon(std::size_t node_count) {
    tree_.nodes.resize(node_count);
    open_.clear();
    depth_ = 0;
  }

  // A gap is seen again when its token is tried again; it counts once.
  void note_gap(std::size_t begin, std::size_t end) {
    if (begin == end || (!gaps_.empty() && end <= gaps_.back().end)) return;
    gaps_.push_back({begin, end});
    for (std::size_t at = begin; at < end; ++at) {
      if (tree_.text[at] != '#') continue;
      std::size_t line_end = std::min(tree_.text.find('\n', at), end);
      std::size_t shown_end = line_end;
      while (shown_end > at &&
             (tree_.text[shown_end - 1] == '\r' || tree_.text[shown_end - 1] == ' '))
        --shown_end;
      tree_.comments.push_back(
          {tree_.source, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(shown_end)});
      at = line_end;
    }
  }

  // The end of the last token before `offset`.
  std::size_t before_gap(std::size_t offset) const {
    for (auto gap = gaps_.rbegin(); gap != gaps_.rend() && gap->end >= offset; ++gap) {
      if (gap->end == offset) return gap->begin;
    }
    return offset;
  }

 private:
  // A node is opened before its first word is looked at; only a real bracket or `not` counts.
  bool deepens(NodeKind kind, std::size_t offset) const {
    if (kind == NodeKind::group) return tree_.text.substr(offset).starts_with('(');
    return kind == NodeKind::negation && tree_.text.substr(offset).starts_with("not");
  }

  struct Gap {
    std::size_t begin, end;
  };
  SyntaxTree& tree_;
  std::vector<std::uint32_t> open_;
  std::vector<Gap> gaps_;
  int depth_ = 0;
  std::size_t declaration_ = 0;  // the first node of the declaration under way
};

}  // namespace sojourn::lang
