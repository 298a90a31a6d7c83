// A GraphView drawn: for Graphviz, and as SVG without any other program.
//
// In the SVG boxes stand in columns, each right of all that lead to it; within a column they are
// ordered by the mean height of those, which keeps lines from crossing much (K. Sugiyama and
// others, 1981, one sweep). Every way out leaves at its own line of text, so no label floats.
#include <fmt/format.h>

#include <algorithm>

#include "engine/proof/graph_view.h"

namespace sojourn {
namespace {

constexpr double kCharWidth = 7.2;  // of the 12 px monospace font
constexpr double kLineHeight = 18;
constexpr double kPadding = 8;
constexpr double kColumnGap = 90;
constexpr double kRowGap = 18;
constexpr std::size_t kCharsMax = 72;  // of one line; longer ones are cut

std::string cut(const std::string& text) {
  if (text.size() <= kCharsMax) return text;
  std::size_t end = kCharsMax - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;  // UTF-8
  return text.substr(0, end) + "...";
}

std::string escaped(const std::string& text, std::string_view special, std::string_view prefix) {
  std::string out;
  for (char c : text) {
    if (special.find(c) != std::string_view::npos) out += prefix;
    out += c;
  }
  return out;
}

std::string xml(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
    }
  }
  return out;
}

struct Placed {
  double x = 0, y = 0, width = 0, height = 0;
  std::size_t column = 0;
};

std::vector<std::string> lines_of(const GraphView::Box& box) {
  std::vector<std::string> lines = {cut(box.title)};
  for (const std::string& line : box.lines) lines.push_back(cut(line));
  for (const GraphView::Way& way : box.ways) lines.push_back(cut(way.words));
  return lines;
}

std::vector<Placed> place(const GraphView& view) {
  std::vector<Placed> placed(view.boxes.size());
  std::size_t columns = 1;
  for (std::size_t i = 0; i < view.boxes.size(); ++i) {
    std::size_t longest = 0;
    std::vector<std::string> lines = lines_of(view.boxes[i]);
    for (const std::string& line : lines) longest = std::max(longest, line.size());
    placed[i].width = static_cast<double>(longest) * kCharWidth + 2 * kPadding;
    placed[i].height = static_cast<double>(lines.size()) * kLineHeight + kPadding;
    for (const GraphView::Way& way : view.boxes[i].ways) {
      placed[way.to].column = std::max(placed[way.to].column, placed[i].column + 1);
      columns = std::max(columns, placed[way.to].column + 1);
    }
  }
  // What ends stands in the last column.
  std::vector<std::vector<std::size_t>> in_column(columns);
  for (std::size_t i = 0; i < view.boxes.size(); ++i) {
    if (view.boxes[i].ways.empty() && i > 0) placed[i].column = columns - 1;
    in_column[placed[i].column].push_back(i);
  }
  double x = kRowGap;
  std::vector<double> sum(view.boxes.size(), 0), count(view.boxes.size(), 0);
  for (std::vector<std::size_t>& column : in_column) {
    auto mean = [&](std::size_t i) { return count[i] > 0 ? sum[i] / count[i] : 0; };
    std::stable_sort(column.begin(), column.end(),
                     [&](std::size_t a, std::size_t b) { return mean(a) < mean(b); });
    double y = 3 * kLineHeight, widest = 0;
    for (std::size_t i : column) {
      placed[i].x = x;
      placed[i].y = y;
      y += placed[i].height + kRowGap;
      widest = std::max(widest, placed[i].width);
      for (std::size_t w = 0; w < view.boxes[i].ways.size(); ++w) {
        std::size_t to = view.boxes[i].ways[w].to;
        sum[to] += placed[i].y + static_cast<double>(w) * kLineHeight;
        count[to] += 1;
      }
    }
    x += widest + kColumnGap;
  }
  return placed;
}

}  // namespace

std::string dot_of(const GraphView& view) {
  std::string out =
      "digraph policy {\n  rankdir=LR;\n  node [fontname=\"monospace\", fontsize=10];\n";
  out += fmt::format("  label=\"{}\";\n  labelloc=t;\n", escaped(view.caption, "\"\\", "\\"));
  for (std::size_t i = 0; i < view.boxes.size(); ++i) {
    const GraphView::Box& box = view.boxes[i];
    auto field = [](const std::string& text) { return escaped(cut(text), "\"\\|{}<>", "\\"); };
    std::string label = field(box.title);
    for (const std::string& line : box.lines) label += "|" + field(line);
    for (std::size_t w = 0; w < box.ways.size(); ++w) {
      label += fmt::format("|<w{}> {}", w, field(box.ways[w].words));
    }
    bool leaf = box.ways.empty() && box.lines.empty();
    out += fmt::format("  b{} [shape={}, label=\"{}\"{}];\n", i, leaf ? "Mrecord" : "record", label,
                       box.taken ? ", color=\"#c02020\", penwidth=2" : "");
    for (std::size_t w = 0; w < box.ways.size(); ++w) {
      out += fmt::format("  b{}:w{}:e -> b{}{};\n", i, w, box.ways[w].to,
                         box.ways[w].taken ? " [color=\"#c02020\", penwidth=2]" : "");
    }
  }
  return out + "}\n";
}

std::string svg_of(const GraphView& view) {
  std::vector<Placed> placed = place(view);
  double width = static_cast<double>(view.caption.size()) * kCharWidth + 2 * kRowGap, height = 0;
  for (const Placed& one : placed) {
    width = std::max(width, one.x + one.width + kRowGap);
    height = std::max(height, one.y + one.height + kRowGap);
  }
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"monospace\" font-size=\"12\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
      width, height);
  out += fmt::format("<text x=\"{}\" y=\"{}\" font-weight=\"bold\">{}</text>\n", kRowGap,
                     1.5 * kLineHeight, xml(view.caption));
  for (bool taken : {false, true}) {  // the device's way lies on top
    for (std::size_t i = 0; i < view.boxes.size(); ++i) {
      const GraphView::Box& box = view.boxes[i];
      for (std::size_t w = 0; w < box.ways.size(); ++w) {
        if (box.ways[w].taken != taken) continue;
        const Placed& to = placed[box.ways[w].to];
        double line = static_cast<double>(1 + box.lines.size() + w);
        double x1 = placed[i].x + placed[i].width;
        double y1 = placed[i].y + kPadding / 2 + (line + 0.5) * kLineHeight;
        double x2 = to.x, y2 = to.y + kPadding / 2 + 0.5 * kLineHeight;
        double bend = std::max(40.0, (x2 - x1) / 2);
        out += fmt::format(
            "<path d=\"M{:.1f},{:.1f} C{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\" fill=\"none\" "
            "stroke=\"{}\" stroke-width=\"{}\"/>\n",
            x1, y1, x1 + bend, y1, x2 - bend, y2, x2, y2, taken ? "#c02020" : "#8899aa",
            taken ? 2.5 : 1);
      }
    }
  }
  for (std::size_t i = 0; i < view.boxes.size(); ++i) {
    const GraphView::Box& box = view.boxes[i];
    const Placed& at = placed[i];
    bool leaf = box.ways.empty();
    out += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"{}\" fill=\"{}\" "
        "stroke=\"{}\" stroke-width=\"{}\"/>\n",
        at.x, at.y, at.width, at.height, leaf ? 9 : 2, leaf ? "#eef6ee" : "#f4f6fa",
        box.taken ? "#c02020" : "#445566", box.taken ? 2.5 : 1);
    std::vector<std::string> lines = lines_of(box);
    for (std::size_t l = 0; l < lines.size(); ++l) {
      bool title = l == 0;
      std::size_t way = l - 1 - box.lines.size();
      bool taken = !title && l > box.lines.size() && box.ways[way].taken;
      out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\"{}{}>{}</text>\n", at.x + kPadding,
                         at.y + kPadding / 2 + (static_cast<double>(l) + 0.72) * kLineHeight,
                         title ? " font-weight=\"bold\"" : "", taken ? " fill=\"#c02020\"" : "",
                         xml(lines[l]));
    }
  }
  return out + "</svg>\n";
}

}  // namespace sojourn
