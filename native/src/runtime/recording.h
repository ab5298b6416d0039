#pragma once

#include <ATen/core/LegacyTypeDispatch.h>
#include <c10/core/GradMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace autocircuit {

// What is computed in its scope is not recorded for gradients, and LibTorch does not even look whether it is to be: that costs an operator
// on a small tensor, and above all a view, as much as its arithmetic.
class Unrecorded {
  const c10::AutoGradMode mode_{false};
  const at::AutoDispatchBelowADInplaceOrView below_;
};

// What is computed in its scope is recorded, also where that lies in the scope of an `Unrecorded`.
class Recorded {
  static c10::impl::LocalDispatchKeySet recording() {
    c10::impl::LocalDispatchKeySet keys = c10::impl::tls_local_dispatch_key_set();
    keys.excluded_ = keys.excluded_ - c10::autograd_dispatch_keyset_with_ADInplaceOrView;
    return keys;
  }

  const c10::AutoGradMode mode_{true};
  const c10::impl::ForceDispatchKeyGuard keys_{recording()};
};

}  // namespace autocircuit
