#pragma once

#include <string>

#include "runtime/error.h"

namespace autocircuit {

// Throws an Error bad_input.
[[noreturn]] inline void refuse(const std::string& message) { throw Error(ErrorCode::bad_input, message); }

}  // namespace autocircuit
