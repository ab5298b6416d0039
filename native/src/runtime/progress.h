#pragma once

#include <functional>

namespace autocircuit {

/// Told by long work how far it is; may be empty. Called on the executor thread and must not throw.
using Progress = std::function<void(double done, double total)>;

}  // namespace autocircuit
