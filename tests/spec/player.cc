#include "tests/spec/player.h"

#include <csignal>

#include "rtlib/base/text.h"
#include "tests/spec/values.h"

namespace perdure::spec {
namespace {

constexpr size_t kKillEvery = 8;
constexpr auto kAnswerTimeout = std::chrono::seconds(120);

bool SplitAnswer(const std::string& answer, std::string_view verb, std::string* rest) {
  if (!answer.starts_with(verb)) return false;
  *rest = answer.size() > verb.size() ? answer.substr(verb.size() + 1) : "";
  return true;
}

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find(' ', begin);
    if (end == std::string::npos) end = text.size();
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace

bool Player::Refuses(const Step& step) {
  return step.kind == "assert_invalid" || step.kind == "assert_malformed";
}

std::vector<StepResult> Player::Play() {
  std::vector<StepResult> results;
  for (const Step& step : script_.steps) {
    if (Refuses(step)) continue;
    if (kill_) Interrupt();
    StepResult result = {step.line, step.kind, step.Label(), Verdict::kPassed, PlayStep(step)};
    if (!result.why.empty()) result.verdict = Verdict::kFailed;
    results.push_back(std::move(result));
  }
  return results;
}

std::string Player::PlayStep(const Step& step) {
  if (Instantiates(step)) {
    const size_t number = next_++;
    return step.kind == "module" ? Instantiate(step, number) : FailToInstantiate(step, number);
  }
  if (step.kind == "register") return Register(step);
  if (!step.action) return StrCat("unknown kind of step: ", step.kind);
  return Assert(step);
}

std::string Player::Instantiate(const Step& step, size_t number) {
  LeaveBehind();
  newest_ = number;
  if (!step.name.empty()) names_[step.name] = number;
  instances_[number].is_kept = !step.name.empty();
  const std::string answer = Start(number);
  if (answer != "opened") return answer;
  instances_[number].exists = true;
  return {};
}

// An instance nobody can name any more: unnamed, and not the newest.
void Player::LeaveBehind() {
  if (!newest_ || instances_[*newest_].is_kept || linkage_.placements[*newest_].is_linked) return;
  const size_t slot = linkage_.placements[*newest_].slot;
  if (open_slots_.erase(slot) > 0) Ask(StrCat("close ", slot));
  instances_.erase(*newest_);
}

// A linked module is instantiated by calls, in its turn.
std::string Player::Start(size_t number) {
  const Placement& placement = linkage_.placements[number];
  if (!placement.problem.empty()) return placement.problem;
  std::string answer = OpenSlot(number);
  for (uint32_t i = 0; i < placement.steps && answer == "opened"; ++i) {
    const std::string field = Hex(StrCat(placement.name, ":", i));
    const std::string step = Ask(StrCat("invoke ", placement.slot, ' ', field));
    if (step != "returned") answer = step;
  }
  return answer;
}

std::string Player::FailToInstantiate(const Step& step, size_t number) {
  const std::string answer = Start(number);
  std::string why = answer;
  bool right = false;
  if (!linkage_.placements[number].problem.empty()) {
    right = step.kind == "assert_unlinkable" && IsLinkFailure(step.text, why);
  } else if (SplitAnswer(answer, "trapped", &why)) {
    // What is too small is found out when the module is instantiated, by a trap.
    right = step.kind == "assert_unlinkable" || IsTrap(step.text, why);
  }
  return right ? "" : StrCat("expected '", step.text, "', got '", why, "'");
}

std::string Player::Register(const Step& step) {
  const auto found = step.name.empty() ? names_.end() : names_.find(step.name);
  if (!step.name.empty() && found == names_.end()) return "no such module";
  const size_t number = found != names_.end() ? found->second : newest_.value_or(0);
  instances_[number].is_kept = true;
  return instances_[number].exists ? "" : "the module was not instantiated";
}

std::string Player::Assert(const Step& step) {
  const std::string answer = Perform(*step.action);
  std::string rest;
  if (step.kind == "assert_return" || step.kind == "action") {
    if (!SplitAnswer(answer, "returned", &rest)) return answer;
    if (step.kind == "action") return {};
    const std::vector<std::string> words = Words(rest);
    bool matches = words.size() == step.expected.size();
    for (size_t i = 0; matches && i < words.size(); ++i) {
      matches = Matches(step.expected[i], words[i]);
    }
    if (matches) return {};
    std::string wanted;
    for (const Value& value : step.expected) StrAppend(&wanted, ' ', ToText(value));
    return StrCat("expected", wanted, ", got ", rest);
  }
  std::string text = step.text;
  if (step.kind == "assert_exception") {
    text = "uncaught exception";
  } else if (step.kind != "assert_trap" && step.kind != "assert_exhaustion") {
    return StrCat("unknown kind of step: ", step.kind);
  }
  if (!SplitAnswer(answer, "trapped", &rest)) return StrCat("expected a trap, got ", answer);
  return IsTrap(text, rest) ? "" : StrCat("expected '", text, "', got '", rest, "'");
}

std::string Player::Perform(const Action& action) {
  size_t number = newest_.value_or(0);
  if (!action.module.empty()) {
    const auto found = names_.find(action.module);
    if (found == names_.end()) return "no such module";
    number = found->second;
  }
  const auto instance = instances_.find(number);
  if (instance == instances_.end() || !instance->second.exists) {
    return "the module was not instantiated";
  }
  const std::string opened = OpenSlot(number);
  if (opened != "opened") return opened;
  const Placement& placement = linkage_.placements[number];
  const std::string name = placement.prefix + action.field;
  // "-" stands for the empty name, which is no word. Globals of linked modules are functions.
  const bool is_get = action.is_get && !placement.is_linked;
  std::string command =
      StrCat(is_get ? "get " : "invoke ", placement.slot, ' ', name.empty() ? "-" : Hex(name));
  for (const Value& value : action.args) StrAppend(&command, ' ', ToWire(value));
  return Ask(command);
}

std::string Player::OpenSlot(size_t number) {
  const Placement& placement = linkage_.placements[number];
  if (open_slots_.contains(placement.slot)) return "opened";
  const BuiltModule& program = programs_[placement.program];
  if (program.object.empty()) return program.problem;
  const std::string state = states_ / StrCat(placement.slot, ".db");
  std::string answer = Ask(StrCat("open ", placement.slot, ' ', placement.program, ' ', state));
  if (answer == "opened") open_slots_.insert(placement.slot);
  return answer;
}

std::string Player::Ask(const std::string& command) {
  if (process_ == nullptr) {
    process_ = std::make_unique<test::Process>(
        test::Command{.argv = {driver_}, .timeout = std::chrono::hours(1)});
  }
  process_->Write(command + "\n");
  std::optional<std::string> answer = process_->ReadLine(kAnswerTimeout);
  if (answer) return *answer;
  process_->Signal(SIGABRT);  // if it hangs
  process_->CloseInput();
  const test::Finished finished = process_->Wait();
  ForgetProcess();
  return StrCat("the driver died or hung: ", finished.Text().substr(0, 200));
}

void Player::ForgetProcess() {
  process_.reset();
  open_slots_.clear();
}

void Player::Interrupt() {
  if (process_ == nullptr) return;
  if (++interruptions_ % kKillEvery == 0) {
    process_->Signal(SIGKILL);
    process_->Wait();
    ForgetProcess();
    return;
  }
  Ask("discard");
  open_slots_.clear();
}

}  // namespace perdure::spec
