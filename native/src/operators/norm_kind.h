#pragma once

#include <cstdint>

namespace autocircuit {

// What a reading point does to the residual stream before it reads; as a number, an argument of the operators.
enum class NormKind : uint8_t { none, layer_norm, rms_norm };

}  // namespace autocircuit
