#pragma once

#include <functional>

#include "kernels/processor.h"

namespace autocircuit::test {

// `body` with the kernels of every instruction set that this processor has, and with the widest tiles lowered to what it has.
void with_all_kernels(const std::function<void(const Kernels&)>& body);

}  // namespace autocircuit::test
