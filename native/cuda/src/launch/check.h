#pragma once

#include <c10/util/StringUtil.h>

#include "runtime/error.h"

namespace autocircuit::kernels {

// Throws an Error native made of the parts where something does not hold that the engine has to see to.
template <class... Parts>
void check(bool holds, const Parts&... message) {
  if (!holds) throw Error(ErrorCode::native, c10::str(message...));
}

}  // namespace autocircuit::kernels
