#include "tests/bench/report.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

namespace perdure::bench {
namespace {

std::string Format(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
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
  const auto rows = Distinct(figures, &Figure::row);
  const auto columns = Distinct(figures, &Figure::column);
  std::string out = "# " + title + "\n\n" + method + "\n\n" + machine + ", " + date + ".\n\n|  |";
  for (const auto& column : columns) out += " " + column + " |";
  out += "\n|---|";
  for (size_t i = 0; i < columns.size(); ++i) out += "---|";
  out += "\n";
  for (const auto& row : rows) {
    out += "| " + row + " |";
    for (const auto& column : columns) {
      const Figure* figure = Find(figures, row, column);
      out += figure ? " " + Format("%.3g", figure->value) + " |" : " - |";
    }
    out += "\n";
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
  for (const Figure& figure : figures) {
    json["figures"].push_back(
        {{"row", figure.row}, {"column", figure.column}, {"value", figure.value}});
  }
  return json.dump(2) + "\n";
}

std::string Report::Svg() const {
  constexpr int kLabel = 260, kPlot = 420, kRow = 24, kTop = 56;
  const auto rows = Distinct(figures, &Figure::row);
  double widest = goal * 1.25;
  for (const Figure& figure : figures) {
    if (figure.column == charted) widest = std::max(widest, figure.value);
  }
  const int height = kTop + kRow * static_cast<int>(rows.size()) + 16;
  const double scale = kPlot / widest;
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
                    std::to_string(kLabel + kPlot + 70) + "\" height=\"" + std::to_string(height) +
                    "\" font-family=\"sans-serif\" font-size=\"12\">\n"
                    "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
                    "<text x=\"10\" y=\"20\" font-size=\"15\">" +
                    Escape(title) + "</text>\n" + "<text x=\"10\" y=\"40\" fill=\"#555\">" +
                    Escape(charted) + "</text>\n";
  int y = kTop;
  for (const auto& row : rows) {
    const Figure* figure = Find(figures, row, charted);
    if (!figure) continue;
    const std::string width = Format("%.1f", figure->value * scale);
    out += "<text x=\"10\" y=\"" + std::to_string(y + 15) + "\">" + Escape(row) + "</text>" +
           "<rect x=\"" + std::to_string(kLabel) + "\" y=\"" + std::to_string(y + 3) +
           "\" width=\"" + width + "\" height=\"" + std::to_string(kRow - 8) +
           "\" fill=\"#4878a8\"/>" + "<text x=\"" +
           Format("%.1f", kLabel + figure->value * scale + 6) + "\" y=\"" + std::to_string(y + 15) +
           "\">" + Format("%.2f", figure->value) + "</text>\n";
    y += kRow;
  }
  const std::string x = Format("%.1f", kLabel + goal * scale);
  out += "<line x1=\"" + x + "\" x2=\"" + x + "\" y1=\"" + std::to_string(kTop - 6) + "\" y2=\"" +
         std::to_string(y + 4) + "\" stroke=\"#c03030\" stroke-dasharray=\"4 3\"/>\n</svg>\n";
  return out;
}

bool WriteReport(const Report& report, const std::string& dir, const std::string& name) {
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
