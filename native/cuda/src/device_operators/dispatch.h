#pragma once

#include <ATen/Dispatch.h>

// Runs the body with `scalar_t` one of the four dtypes that the kernels are made for.
#define AUTOCIRCUIT_DISPATCH(DTYPE, NAME, ...) \
  AT_DISPATCH_FLOATING_TYPES_AND2(at::ScalarType::Half, at::ScalarType::BFloat16, DTYPE, NAME, __VA_ARGS__)
