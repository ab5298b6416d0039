#include <torch/library.h>

#include "device_operators/operators.h"

namespace autocircuit::kernels {

void implement(torch::Library& library) {
#define IMPLEMENT_OPERATOR(name, schema, type) library.impl(#name, name);
  AUTOCIRCUIT_OPERATORS(IMPLEMENT_OPERATOR)
#undef IMPLEMENT_OPERATOR
}

}  // namespace autocircuit::kernels
