// One function per verb: arguments in, exit code out.
#pragma once

#include "compiler/cli/arguments.h"
#include "compiler/cli/console.h"
#include "compiler/driver/exit_code.h"

namespace perdure {

ExitCode BuildCommand(const Arguments& arguments, Console* console);
ExitCode InspectCommand(const Arguments& arguments, Console* console);
ExitCode DoctorCommand(const Arguments& arguments, Console* console);
ExitCode VersionCommand(const Arguments& arguments, Console* console);
ExitCode HelpCommand(const Arguments& arguments, Console* console);
ExitCode GenerateCommand(const Arguments& arguments, Console* console);

// Reports a mistake on the command line.
ExitCode FailUsage(const UsageError& error, Console* console);
// Prints data; a standard output that cannot be written is an error.
ExitCode PrintData(std::string_view text, Console* console);

}  // namespace perdure
