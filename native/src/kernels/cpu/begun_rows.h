#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "operators/operators.h"

namespace autocircuit {

// patched_rows (operators.h) in two steps, for rows some of whose sources have not written yet: deltas that other rows read too then come
// from memory once for both. On the CPU, where sources and stream are float32 or float64. Bit for bit what one step gives, of
// finite deltas.

// All rows that are listed [rows, N, D]; of the last `begun` of them only the sums of their sources until now, without base and norm.
at::Tensor begun_rows(const PatchedRows& rows, const Norm& norm, int64_t begun);

// Rows whose lists name the rest of their sources, and whose sums [rows, N, D] were begun.
at::Tensor finished_rows(const PatchedRows& rows, const Norm& norm, const at::Tensor& sums);

}  // namespace autocircuit
