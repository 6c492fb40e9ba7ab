#include "compiler/driver/inputs.h"

#include <utility>

#include "compiler/driver/files.h"
#include "compiler/frontend/input.h"

namespace perdure {

InputFile ParseInput(const std::string& argument) {
  const size_t equals = argument.find('=');
  if (equals != std::string::npos && equals > 0 && argument.find('/') > equals) {
    return {argument.substr(0, equals), argument.substr(equals + 1)};
  }
  return {Stem(argument), argument};
}

Status CheckInputs(const std::vector<std::string>& arguments) {
  bool taken = false;
  for (const std::string& argument : arguments) {
    const InputFile file = ParseInput(argument);
    if (file.path != kStandardInput) continue;
    if (taken) {
      return Status(StatusCode::kInvalidArgument, "standard input can be one of the modules only");
    }
    taken = true;
    if (argument == kStandardInput && &argument != &arguments.back()) {
      return Status(StatusCode::kInvalidArgument,
                    "the module from standard input needs a name to import from: NAME=-");
    }
  }
  return OkStatus();
}

std::optional<LinkedModule> ReadInputs(const std::vector<std::string>& arguments,
                                       Diagnostics* diagnostics) {
  std::vector<std::string> names;
  std::vector<Module> modules;
  for (const std::string& argument : arguments) {
    InputFile file = ParseInput(argument);
    std::optional<Module> module = ReadModule(file.path, diagnostics);
    if (!module) continue;
    names.push_back(std::move(file.name));
    modules.push_back(*std::move(module));
  }
  if (modules.size() < arguments.size()) return std::nullopt;
  if (modules.size() == 1) return LinkedModule{std::move(modules[0]), {}, {}};
  std::vector<LinkInput> inputs;
  for (size_t i = 0; i < modules.size(); ++i) inputs.push_back({&modules[i], names[i]});
  return LinkModules(inputs, {}, diagnostics);
}

}  // namespace perdure
