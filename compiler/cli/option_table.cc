#include "compiler/cli/option_table.h"

namespace perdure {
namespace {

const ExitStatus kOkStatusLine = {0, "success"};
const ExitStatus kUsageStatusLine = {2, "the command line is wrong"};
const ExitStatus kInternalStatusLine = {70, "internal error: please report it"};

std::vector<OptionSpec> BuildOptionSpecs() {
  return {
      {"output", 'o', "FILE", "write FILE (default: the main module's name without .wasm)",
       Completes::kFile},
      {"emit",
       0,
       "KIND",
       "what to write: a program, a library or an object with a C++ header beside it, or a folder "
       "of "
       "sources (default: exe)",
       Completes::kChoices,
       {"exe", "static-lib", "shared-lib", "object", "cpp"}},
      {"name", 0, "NAME",
       "the program's name in messages and in its default state path (default: from FILE)"},
      {"state", 0, "PATH", "the state file the program uses unless told otherwise",
       Completes::kFile},
      {"host",
       0,
       "LIBRARY",
       "an object, archive or shared library with the functions the module imports",
       Completes::kFile,
       {},
       true},
      {"static", 0, "",
       "link the C library statically too: the program needs nothing on its machine"},
      {"no-preempt", 0, "",
       "commands: do not save runs in the middle of a computation, only in host calls; loops cost "
       "nothing then"},
      {"optimize",
       'O',
       "LEVEL",
       "optimisation of the C compiler (default: 3)",
       Completes::kChoices,
       {"0", "1", "2", "3"}},
      {"cc", 0, "PATH", "the C compiler (default: $PERDURE_CC, $CC, clang-19, clang, gcc, cc)",
       Completes::kFile},
      {"target", 0, "TRIPLE",
       "compile for another machine; needs clang and the runtime in lib/TRIPLE"},
      {"jobs", 'j', "N", "run N compilers at a time (default: one per core)"},
      {"keep", 0, "DIR", "keep the generated files in DIR", Completes::kDirectory},
      {"depfile", 0, "FILE", "write what the output depends on, for make and ninja",
       Completes::kFile},
  };
}

VerbSpec BuildVerb() {
  VerbSpec verb;
  verb.name = "build";
  verb.usage = "[NAME=]IN.wasm|IN.wat... [-o OUT] [OPTIONS]";
  verb.summary = "compile a module into a program";
  verb.description =
      "Compiles a WebAssembly module (binary, or text in a .wat file) into a native program. Every "
      "exported function becomes a subcommand; memories, globals and tables persist in one SQLite "
      "file.\n\n"
      "Several modules are linked into one program: each may import what the ones before it "
      "export, under the name of their file without extension, or under NAME. The last one is the "
      "main one, whose exports are the subcommands; the state of all of them commits together.\n\n"
      "The module '-' is standard input; the output needs a name then.\n\n"
      "The same modules with the same options give the same C code, byte for byte.";
  verb.argument = Completes::kModule;
  verb.arguments_min = 1;
  verb.arguments_max = kInputsMax;
  verb.argument_name = "an input module";
  verb.options = BuildOptionSpecs();
  verb.examples = {
      {"perdure build counter.wasm -o counter", "a program; ./counter --help lists its exports"},
      {"perdure build counter.wasm -o counter --static",
       "the same, for a machine with nothing on it"},
      {"perdure build heap.wasm list.wasm -o list",
       "list imports heap's memory and functions; both persist together"},
      {"perdure build app.wasm --host=libclock.a", "app imports functions that libclock.a defines"},
      {"perdure build counter.wasm --emit=static-lib -o libcounter.a",
       "and counter.hpp: a C++ class"},
      {"perdure build counter.wasm --emit=shared-lib -o libcounter.so",
       "the same, with the runtime inside: one such library a program"},
      {"perdure build - -o counter < counter.wasm", "the module may come through a pipe"},
  };
  verb.exit_statuses = {kOkStatusLine,
                        {1, "the module cannot be compiled, or the output cannot be written"},
                        kUsageStatusLine,
                        {3, "wasm2c, the C compiler or the linker failed, is missing or too old"},
                        kInternalStatusLine,
                        {130, "interrupted (143 by SIGTERM, 129 by SIGHUP)"}};
  return verb;
}

VerbSpec InspectVerb() {
  VerbSpec verb;
  verb.name = "inspect";
  verb.usage = "[NAME=]IN.wasm|IN.wat... [--json]";
  verb.summary = "show what a module contains and what of it will persist";
  verb.description =
      "Lists a module's exports with their signatures, its imports and who supplies them, the "
      "features it uses, and all of its state: what persists, and what cannot and why. Imports "
      "that perdure does not supply are taken to come from a host library. Several modules are "
      "shown as 'perdure build' links them, and '-' is standard input.";
  verb.argument = Completes::kModule;
  verb.arguments_min = 1;
  verb.arguments_max = kInputsMax;
  verb.argument_name = "an input module";
  verb.options = {{"json", 0, "", "for programs: docs/reference/json.md"}};
  verb.examples = {{"perdure inspect counter.wasm", "for people"},
                   {"perdure inspect heap.wasm list.wasm", "two modules as one program"},
                   {"perdure inspect --json counter.wasm | jq .exports", "for programs"}};
  verb.exit_statuses = {kOkStatusLine,
                        {1, "the module is not valid, or cannot be built"},
                        kUsageStatusLine,
                        kInternalStatusLine};
  return verb;
}

VerbSpec DoctorVerb() {
  VerbSpec verb;
  verb.name = "doctor";
  verb.usage = "[OPTIONS]";
  verb.summary = "check that programs can be built on this machine";
  verb.description =
      "Looks for wasm2c, a C compiler and the runtime, then builds and runs a small module twice. "
      "Each check says what it found, or what is wrong and the way out.";
  verb.options = {
      {"cc", 0, "PATH", "the C compiler to check (default: as 'perdure build' chooses it)",
       Completes::kFile},
      {"json", 0, "", "for programs"}};
  verb.examples = {{"perdure doctor", "before the first build, or when one fails"}};
  verb.exit_statuses = {
      kOkStatusLine, kUsageStatusLine, {3, "programs cannot be built"}, kInternalStatusLine};
  return verb;
}

VerbSpec VersionVerb() {
  VerbSpec verb;
  verb.name = "version";
  verb.usage = "[--json]";
  verb.summary = "show the version";
  verb.description = "Shows the version of perdure and of the formats it writes.";
  verb.options = {{"json", 0, "", "for programs"}};
  verb.examples = {{"perdure version --json", "for programs"}};
  verb.exit_statuses = {kOkStatusLine, kUsageStatusLine};
  return verb;
}

VerbSpec HelpVerb() {
  VerbSpec verb;
  verb.name = "help";
  verb.usage = "[VERB]";
  verb.summary = "show help for perdure or a verb";
  verb.description = "The same as 'perdure VERB --help'.";
  verb.arguments_max = 1;
  verb.argument_name = "a verb";
  verb.examples = {{"perdure help build", "all options of build"}};
  verb.exit_statuses = {kOkStatusLine, kUsageStatusLine};
  return verb;
}

VerbSpec GenerateVerb() {
  VerbSpec verb;
  verb.name = "generate";
  verb.usage = "man|completion|reference DIR";
  verb.summary = "write man pages, shell completions or the reference page";
  verb.description =
      "Used when perdure is packaged. 'man' writes perdure.1 and a page per verb, 'completion' "
      "writes perdure.bash, _perdure (zsh) and perdure.fish, 'reference' writes cli.md.";
  verb.arguments_min = verb.arguments_max = 2;
  verb.argument_name = "WHAT and DIR";
  verb.examples = {{"perdure generate completion ~/.local/share/perdure", "three files"}};
  verb.exit_statuses = {kOkStatusLine, {1, "a file cannot be written"}, kUsageStatusLine};
  verb.hidden = true;
  return verb;
}

}  // namespace

const std::vector<VerbSpec>& Verbs() {
  static const std::vector<VerbSpec> verbs = {BuildVerb(),   InspectVerb(), DoctorVerb(),
                                              VersionVerb(), HelpVerb(),    GenerateVerb()};
  return verbs;
}

const std::vector<OptionSpec>& GlobalOptions() {
  static const std::vector<OptionSpec> options = {
      {"color",
       0,
       "WHEN",
       "colours in messages (default: auto, on a terminal)",
       Completes::kChoices,
       {"auto", "always", "never"}},
      {"quiet", 'q', "", "no progress and no warnings"},
      {"verbose", 'v', "", "show the commands that are run"},
      {"help", 'h', "", "show help"},
  };
  return options;
}

const std::vector<EnvironmentSpec>& Environment() {
  static const std::vector<EnvironmentSpec> environment = {
      {"PERDURE_WASM2C", "the wasm2c to use (default: from PATH, then beside perdure)"},
      {"PERDURE_CC, CC", "the C compiler, with arguments if need be"},
      {"PERDURE_CFLAGS, CFLAGS",
       "more flags for the C compiler; the ones a program's meaning depends on override them; with "
       "-g "
       "a program keeps the names of its functions"},
      {"PERDURE_LDFLAGS, LDFLAGS", "more flags for linking programs"},
      {"PERDURE_CCACHE", "'off': do not use ccache"},
      {"AR", "the archiver for --emit=static-lib (default: ar)"},
      {"TMPDIR", "where generated files are put while a build runs (default: /tmp)"},
      {"NO_COLOR, CLICOLOR_FORCE", "not empty: colours never, or always"},
  };
  return environment;
}

const VerbSpec* FindVerb(std::string_view name) {
  for (const VerbSpec& verb : Verbs()) {
    if (verb.name == name) return &verb;
  }
  return nullptr;
}

}  // namespace perdure
