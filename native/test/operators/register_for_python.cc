#include "operators/register.h"

// A library that Python loads with torch.ops.load_library: registers when it is loaded.
namespace {
const bool registered = [] {
  autocircuit::register_operators();
  return true;
}();
}  // namespace
