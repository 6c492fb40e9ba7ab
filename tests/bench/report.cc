#include "tests/bench/report.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace perdure::bench {
namespace {

std::string Format(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// Three digits, and no exponent where there is none to be seen.
std::string Number(double value) {
  return value >= 1000 ? Format("%.0f", value) : Format("%.3g", value);
}

// First appearance order, without duplicates.
std::vector<std::string> Distinct(const std::vector<Figure>& figures,
                                  std::string Figure::* member) {
  std::vector<std::string> names;
  for (const Figure& figure : figures) {
    if (std::find(names.begin(), names.end(), figure.*member) == names.end()) {
      names.push_back(figure.*member);
    }
  }
  return names;
}

const Figure* Find(const std::vector<Figure>& figures, const std::string& row,
                   const std::string& column) {
  for (const Figure& figure : figures) {
    if (figure.row == row && figure.column == column) return &figure;
  }
  return nullptr;
}

std::string Escape(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

std::vector<Figure> Of(const std::vector<Figure>& figures, const std::string& table) {
  std::vector<Figure> found;
  std::copy_if(figures.begin(), figures.end(), std::back_inserter(found),
               [&](const Figure& figure) { return figure.table == table; });
  return found;
}

std::string TableText(const std::vector<Figure>& figures) {
  const auto columns = Distinct(figures, &Figure::column);
  std::string out = "|  |";
  for (const auto& column : columns) out += " " + column + " |";
  out += "\n|---|";
  for (size_t i = 0; i < columns.size(); ++i) out += "---|";
  out += "\n";
  for (const auto& row : Distinct(figures, &Figure::row)) {
    out += "| " + row + " |";
    for (const auto& column : columns) {
      const Figure* figure = Find(figures, row, column);
      out += figure ? " " + Number(figure->value) + " |" : " - |";
    }
    out += "\n";
  }
  return out;
}

struct Bar {
  std::string label;
  double value;
};

// `clipped`: bars much longer than the line are cut off, so that the others can be told apart.
std::string Chart(const std::string& title, const std::string& shown, const std::vector<Bar>& bars,
                  double line, bool clipped) {
  const int label_width = clipped ? 420 : 260;
  constexpr int kPlot = 420, kRow = 24, kTop = 56;
  double widest = line * 1.25;
  for (const Bar& bar : bars) widest = std::max(widest, bar.value);
  if (clipped) widest = std::min(widest, line * 4);
  const int height = kTop + kRow * static_cast<int>(bars.size()) + 16;
  const double scale = kPlot / widest;
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
                    std::to_string(label_width + kPlot + 70) + "\" height=\"" +
                    std::to_string(height) +
                    "\" font-family=\"sans-serif\" font-size=\"12\">\n"
                    "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
                    "<text x=\"10\" y=\"20\" font-size=\"15\">" +
                    Escape(title) + "</text>\n" + "<text x=\"10\" y=\"40\" fill=\"#555\">" +
                    Escape(shown) + "</text>\n";
  int y = kTop;
  for (const Bar& bar : bars) {
    const double width = std::min(bar.value, widest) * scale;
    out += "<text x=\"10\" y=\"" + std::to_string(y + 15) + "\">" + Escape(bar.label) + "</text>" +
           "<rect x=\"" + std::to_string(label_width) + "\" y=\"" + std::to_string(y + 3) +
           "\" width=\"" + Format("%.1f", width) + "\" height=\"" + std::to_string(kRow - 8) +
           "\" fill=\"" + (clipped && bar.value > line ? "#b07030" : "#4878a8") + "\"/>" +
           "<text x=\"" + Format("%.1f", label_width + width + 6) + "\" y=\"" +
           std::to_string(y + 15) + "\">" + Format("%.2f", bar.value) + "</text>\n";
    y += kRow;
  }
  const std::string x = Format("%.1f", label_width + line * scale);
  out += "<line x1=\"" + x + "\" x2=\"" + x + "\" y1=\"" + std::to_string(kTop - 6) + "\" y2=\"" +
         std::to_string(y + 4) + "\" stroke=\"#c03030\" stroke-dasharray=\"4 3\"/>\n</svg>\n";
  return out;
}

}  // namespace

std::string MachineText() {
  std::string cpu = "unknown CPU";
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) {
      cpu = line.substr(line.find(':') + 2);
      break;
    }
  }
  utsname kernel{};
  uname(&kernel);
  return cpu + ", " + kernel.sysname + " " + kernel.release;
}

std::string TodayText() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

std::string Report::Markdown() const {
  std::string out = "# " + title + "\n\n" + method + "\n\n" + machine + ", " + date + ".\n";
  if (!goals.empty()) {
    out += "\n| goal | at most | measured | met |\n|---|---|---|---|\n";
    for (const Goal& each : goals) {
      out += "| " + each.what + " | " + Format("%g", each.at_most) + " | " +
             Format("%.3g", each.measured) + " | " + (each.IsMet() ? "yes" : "**no**") + " |\n";
    }
  }
  for (const std::string& table : Distinct(figures, &Figure::table)) {
    if (!table.empty()) out += "\n## " + table + "\n";
    out += "\n" + TableText(Of(figures, table));
  }
  return out;
}

std::string Report::Json() const {
  nlohmann::ordered_json json;
  json["version"] = 1;
  json["title"] = title;
  json["method"] = method;
  json["machine"] = machine;
  json["date"] = date;
  for (const Goal& each : goals) {
    json["goals"].push_back({{"what", each.what},
                             {"at_most", each.at_most},
                             {"measured", each.measured},
                             {"met", each.IsMet()}});
  }
  for (const Figure& figure : figures) {
    nlohmann::ordered_json entry;
    if (!figure.table.empty()) entry["table"] = figure.table;
    entry.update({{"row", figure.row}, {"column", figure.column}, {"value", figure.value}});
    json["figures"].push_back(entry);
  }
  return json.dump(2) + "\n";
}

std::string Report::Svg() const {
  std::vector<Bar> bars;
  for (const Goal& each : goals) bars.push_back({each.what, each.measured / each.at_most});
  if (goals.empty()) {
    for (const auto& row : Distinct(figures, &Figure::row)) {
      const Figure* figure = Find(figures, row, charted);
      if (figure) bars.push_back({row, figure->value});
    }
  }
  const std::string shown = goals.empty() ? charted : "measured / goal; left of the line: met";
  return Chart(title, shown, bars, goals.empty() ? goal : 1.0, !goals.empty());
}

bool WriteReport(const Report& report, const std::string& dir, const std::string& name) {
  std::error_code failed;  // then opening the files fails, too
  std::filesystem::create_directories(dir, failed);
  const std::pair<const char*, std::string> files[] = {
      {".md", report.Markdown()}, {".json", report.Json()}, {".svg", report.Svg()}};
  for (const auto& [suffix, text] : files) {
    std::ofstream out(dir + "/" + name + suffix, std::ios::binary);
    out << text;
    out.close();
    if (!out) return false;
  }
  return true;
}

}  // namespace perdure::bench
