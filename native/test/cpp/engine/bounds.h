#pragma once

#include <c10/core/ScalarType.h>

#include <cmath>
#include <stdexcept>

namespace autocircuit::test {

// How far numbers may be from the right ones, by number type. A number is rounded to half a unit of its last digit, `unit` of its
// size, some ten times in a block (norm, projection, scores, weighted values, output, sum into the stream, and the same for the MLP);
// what is rounded early is carried on by all that follows. Errors are measured over all outputs of a pass together, where most of
// them average out: a bound is `roundings` units for each block. Where patched edges take most of a stream away what is left of it
// has fewer digits; float64 and float32 have room for that, two hundred times.
struct Bound {
  c10::ScalarType type;
  double unit;
  double roundings;
};

constexpr Bound kBounds[] = {
    {c10::ScalarType::Double, 0x1p-53, 4000},
    {c10::ScalarType::Float, 0x1p-24, 4000},
    {c10::ScalarType::BFloat16, 0x1p-8, 20},
    {c10::ScalarType::Half, 0x1p-11, 20},
};

inline const Bound& bound_for(c10::ScalarType type) {
  for (const Bound& bound : kBounds)
    if (bound.type == type) return bound;
  throw std::logic_error("no bound for this number type");
}

inline double unit_of(c10::ScalarType type) { return bound_for(type).unit; }
inline double bound_of(c10::ScalarType type, int64_t layers) {
  return unit_of(type) * bound_for(type).roundings * static_cast<double>(layers);
}

}  // namespace autocircuit::test
