#include "engine/latent_tape.h"

namespace autocircuit {

LatentLists LatentTape::in_frame(int64_t number, const Frame& frame) const {
  const LatentLists& all = lists[number];
  if (all.n() == frame.n()) return all;
  const auto here = [&](const at::Tensor& x) {
    return x.defined() ? at_positions(x, 0, all.n() / frame.batch, frame.positions) : at::Tensor();
  };
  return {here(all.row), here(all.column), here(all.current), here(all.delta), here(all.direction)};
}

}  // namespace autocircuit
