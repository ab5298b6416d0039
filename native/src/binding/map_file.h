#pragma once

#include <napi.h>

namespace autocircuit {

// mapFile(path, offset, shape, dtype) -> tensor whose memory is that part of the file, read when it is first touched.
// What the process writes to it stays its own. Throws Error not_found or bad_file.
Napi::Value map_file(const Napi::CallbackInfo& info);

}  // namespace autocircuit
