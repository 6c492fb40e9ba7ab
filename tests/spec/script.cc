#include "tests/spec/script.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/process.h"

namespace perdure::spec {
namespace {

using nlohmann::json;

// What wasm2c translates; a file that needs more says so by a module that is refused.
constexpr const char* kFeatures[] = {"--enable-exceptions",   "--enable-threads",
                                     "--enable-tail-call",    "--enable-memory64",
                                     "--enable-multi-memory", "--enable-extended-const"};

std::string Text(const json& object, const char* key) { return object.value(key, std::string()); }

Value ReadValue(const json& object) {
  Value value;
  value.type = Text(object, "type");
  value.lane_type = Text(object, "lane_type");
  const auto found = object.find("value");
  if (found == object.end()) return value;
  if (found->is_array()) {
    for (const json& lane : *found) value.parts.push_back(lane.get<std::string>());
  } else {
    value.parts.push_back(found->get<std::string>());
  }
  return value;
}

std::vector<Value> ReadValues(const json& object, const char* key) {
  std::vector<Value> values;
  const auto found = object.find(key);
  if (found == object.end()) return values;
  for (const json& value : *found) values.push_back(ReadValue(value));
  return values;
}

Action ReadAction(const json& object) {
  Action action;
  action.is_get = Text(object, "type") == "get";
  action.module = Text(object, "module");
  action.field = Text(object, "field");
  action.args = ReadValues(object, "args");
  return action;
}

Step ReadStep(const json& object, const std::string& folder) {
  Step step;
  step.kind = Text(object, "type");
  step.line = object.value("line", 0);
  step.name = Text(object, "name");
  step.as = Text(object, "as");
  if (object.contains("filename")) step.file = folder + "/" + Text(object, "filename");
  step.is_text = Text(object, "module_type") == "text";
  step.text = Text(object, "text");
  if (object.contains("action")) step.action = ReadAction(object["action"]);
  // Of an action by itself wast2json lists the results, which nothing asserts.
  if (step.kind != "action") step.expected = ReadValues(object, "expected");
  return step;
}

}  // namespace

std::string Step::Label() const {
  std::string label = "line " + std::to_string(line) + ", " + kind;
  if (action) label += ", " + action->field;
  if (!action && !text.empty()) label += ", " + text;
  return label;
}

bool ReadScript(const std::string& wast2json, const std::string& wast, const std::string& folder,
                Script* script, std::string* problem) {
  script->name = std::filesystem::path(wast).filename().string();
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/script.json";
  test::Command command = {.argv = {wast2json, wast, "-o", path}};
  command.argv.insert(command.argv.end(), std::begin(kFeatures), std::end(kFeatures));
  const test::Finished finished = test::Run(command);
  if (finished.status != 0) {
    *problem = "wast2json: " + finished.err.substr(0, finished.err.find('\n'));
    return false;
  }
  std::ifstream stream(path);
  const json document = json::parse(stream, nullptr, false);
  if (document.is_discarded() || !document.contains("commands")) {
    *problem = "wast2json wrote no list of commands";
    return false;
  }
  for (const json& command_object : document["commands"]) {
    script->steps.push_back(ReadStep(command_object, folder));
  }
  return true;
}

}  // namespace perdure::spec
