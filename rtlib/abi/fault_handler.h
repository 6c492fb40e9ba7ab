// The half of fault.h that only abi/ uses.
#pragma once

namespace perdure::abi {

// Makes our handler the first one for SIGSEGV and SIGBUS. Cheap when it is already.
void InstallFaultHandler();

}  // namespace perdure::abi
