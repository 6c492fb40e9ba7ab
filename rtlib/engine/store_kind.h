// perdure_store_kind: a store as the C code of a program names it (perdure/entry.h). Opaque there;
// here, the function that opens one.
#pragma once

#include "perdure/instance.h"

struct perdure_store_kind {
  perdure::StoreOpener open;
};
