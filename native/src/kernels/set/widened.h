#pragma once

#include <cstdint>
#include <cstring>

// float16 and bfloat16 as float32: every number of these is one of float32.

namespace autocircuit {
namespace {

inline float float_of(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}
inline uint32_t bits_of(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

void widen_bfloat16(int64_t count, const uint16_t* from, float* to) {
  for (int64_t i = 0; i < count; i++) to[i] = float_of(uint32_t{from[i]} << 16);
}

// Exponent and digits stand 13 places further left, the exponent counts from 15 instead of 127: a product with 2^112 mends that, of numbers
// below the smallest normal one too. Only infinity and NaN need an exponent of their own. Plain arithmetic, which is done for whole
// registers: instructions for it are not in every set, and compilers use them one number at a time.
void widen_float16(int64_t count, const uint16_t* from, float* to) {
  for (int64_t i = 0; i < count; i++) {
    const uint32_t bits = from[i], size = (bits & 0x7fff) << 13;
    const uint32_t finite = bits_of(float_of(size) * 0x1p112f);
    to[i] = float_of((bits & 0x8000) << 16 | (size < 0x0f800000 ? finite : size | 0x7f800000));
  }
}

}  // namespace
}  // namespace autocircuit
