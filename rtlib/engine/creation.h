// Writing a new state: the instantiated module as the base at event 0.
#pragma once

#include "perdure/status.h"
#include "rtlib/engine/committed_image.h"
#include "rtlib/engine/guest.h"
#include "rtlib/engine/pre_images.h"
#include "rtlib/engine/store.h"

namespace perdure {

// Writes sections, every chunk that is not all zeros, and global mirrors into the store's open
// transaction, makes *image equal to the guest as far as *pre_images wants it, and fills in the
// base fields of *header (which is not written). kInvalidArgument if the module's initial state
// cannot be stored.
Status WriteInitialBase(Guest* guest, Store* store, CommittedImage* image, PreImages* pre_images,
                        StateHeader* header);

}  // namespace perdure
