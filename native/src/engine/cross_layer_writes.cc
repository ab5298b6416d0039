#include "engine/cross_layer_writes.h"

#include <ATen/ATen.h>

#include <utility>

#include "devices/device_index.h"

namespace autocircuit {
namespace {

// Numbers of the transcoders that write to the output of a block.
std::vector<int64_t> writers_to(const Autoencoders& autoencoders, int64_t block) {
  std::vector<int64_t> writers;
  for (int64_t from = 0; from <= block; from++)
    if (autoencoders.of_mlp(from) >= 0) writers.push_back(autoencoders.of_mlp(from));
  return writers;
}

}  // namespace

at::Tensor latents_written(const Autoencoder& autoencoder, int64_t reading_block, const LatentLists& lists) {
  return sum_rows(lists.current.unsqueeze(1), autoencoder.decoder_before(reading_block), lists.row)[0];
}

at::Tensor CrossLayerWrites::write(const Autoencoders& autoencoders, int64_t number, const Lists& lists, const Frame* frame) {
  const int64_t block = autoencoders[number].block;
  at::Tensor now;
  for (const int64_t writer : writers_to(autoencoders, block)) {
    const at::Tensor part = latents_written(autoencoders[writer], block + 1, lists(writer)) + autoencoders[writer].out_bias;
    now = now.defined() ? now + part : part;
  }
  at::Tensor before = std::exchange(written_, now);
  if (!before.defined()) return now;
  if (frame && before.size(0) != now.size(0)) before = at_positions(before, 0, before.size(0) / frame->batch, frame->positions);
  return now - before;
}

void CrossLayerGradients::through(const Autoencoders& autoencoders, int64_t number, const at::Tensor& grad, const Frame& frame,
                                  const AddGradient& add) {
  at::Tensor behind = std::exchange(later_grad_, grad);
  const std::vector<int64_t> positions = std::exchange(positions_, frame.positions);
  if (behind.defined() && behind.size(0) != grad.size(0)) {
    const at::Tensor all = at::zeros_like(grad).view({frame.batch, frame.seq_len(), -1});
    behind = all.index_add(1, index_on(grad.device(), positions), behind.view({frame.batch, -1, grad.size(1)})).view(grad.sizes());
  }
  const at::Tensor step = behind.defined() ? grad - behind : grad;
  const int64_t block = autoencoders[number].block;
  for (const int64_t writer : writers_to(autoencoders, block)) add(writer, step, autoencoders[writer].decoder_before(block + 1));
}

}  // namespace autocircuit
