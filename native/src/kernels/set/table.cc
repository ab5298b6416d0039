// Compiled once for every instruction set: AUTOCIRCUIT_SET is its name, AUTOCIRCUIT_TABLE that of the function that gives its kernels.
#include "kernels/set/attention.h"
#include "kernels/set/divergence_shares.h"
#include "kernels/set/norms.h"
#include "kernels/set/panels.h"
#include "kernels/set/product_tiles.h"
#include "kernels/set/row_sums.h"
#include "kernels/set/sigmoid_units.h"
#include "kernels/set/widened.h"

namespace autocircuit {
namespace {

template <class T>
constexpr KernelsOf<T> kernels_of{
    kBlock<T>, build_tile<T>,      normalize<T>, norm_backward<T>, absorb<T>, measure_norm<T>, plain_backward<T>, measure_divergence<T>,
    attend<T>, attend_backward<T>, kProductRows, kProductDeltas,   kWidth<T>, add_products<T>,
};

constexpr Kernels table{AUTOCIRCUIT_SET, kernels_of<float>, kernels_of<double>, multiply_panel,
                        widen_bfloat16,  widen_float16,     sigmoid_units,      sigmoid_units_backward};

}  // namespace

const Kernels& AUTOCIRCUIT_TABLE() { return table; }

}  // namespace autocircuit
