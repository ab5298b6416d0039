#include "engine/autoencoders.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "devices/device_index.h"
#include "engine/weight_processing.h"
#include "kernels/cpu/products.h"
#include "runtime/error.h"

namespace autocircuit {
namespace {

std::string name_of(int64_t block, AutoencoderInput input) {
  const std::string of_block = "block " + std::to_string(block);
  if (is_of_stream(input)) return "the autoencoder of the residual stream behind " + of_block;
  return "the autoencoder of " + of_block + (is_of_attention(input) ? "'s attention" : "");
}

[[noreturn]] void refuse(const GivenAutoencoder& given, const std::string& what) {
  throw Error(ErrorCode::bad_input, name_of(given.block, given.input) + " " + what);
}

std::string shape_text(at::IntArrayRef sizes) {
  std::string text;
  for (const int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

void check_part(const GivenAutoencoder& of, const char* name, const at::Tensor& given, at::IntArrayRef wanted) {
  if (given.sizes() != wanted)
    refuse(of, "has " + std::string(name) + " of shape " + shape_text(given.sizes()) + ", it must be " + shape_text(wanted));
  if (!at::isfinite(given).all().item<bool>()) refuse(of, "has " + std::string(name) + " with numbers that are not finite");
}

// Attention writes before the MLP of its block, and the stream behind them is read last.
int64_t place_in_block(AutoencoderInput input) { return is_of_attention(input) ? 0 : is_of_mlp(input) ? 1 : 2; }

int64_t width_of(const TransformerConfig& config, AutoencoderInput input) {
  if (input == AutoencoderInput::mlp_post) return config.d_mlp;
  return input == AutoencoderInput::z ? config.heads * config.d_head : config.d_model;
}

// The norm that what latents write goes through behind the output matrix, where the block has one. What reads behind the norm has none.
const NormWeights& norm_behind(const BlockWeights& block, AutoencoderInput input) {
  static const NormWeights none{};
  if (input == AutoencoderInput::z) return block.ln1_post;
  return input == AutoencoderInput::mlp_post ? block.ln2_post : none;
}

// Whether there is such a place, and what is written there is a sum over latents.
void check_place(const TransformerConfig& config, const Weights& weights, bool errors, const GivenAutoencoder& given) {
  if (given.block < 0 || given.block >= config.layers)
    refuse(given, "is of no block of this model, whose blocks are 0 to " + std::to_string(config.layers - 1));
  const BlockWeights& block = weights.blocks[given.block];
  if (is_of_mlp(given.input) && config.attn_only) refuse(given, "has no place: this model has no MLPs");
  if (given.norm_weights && *given.norm_weights != block.ln2.scale.defined())
    refuse(given,
           *given.norm_weights
               ? "reads what the norm before the MLP gives with its weights, which are folded into the MLP's matrices here: load the model "
                 "without that (foldLn: false, --processing none)"
               : "reads what the norm before the MLP gives before its weights, but the MLP of this model reads it with them: load it with "
                 "them folded into the MLP's matrices (foldLn: true, --processing fold-ln)");
  if (!errors && norm_behind(block, given.input).scale.defined())
    refuse(given, std::string("writes through the norm that this model has behind its ") +
                      (is_of_attention(given.input) ? "attention" : "MLPs") +
                      ", which multiplies the bias of its output by another factor in each run: only the error can hold that. Keep errors "
                      "(errors: true, on the command line --autoencoder-errors)");
}

// Whether what is read has another mean where writing weights are centred. What a LayerNorm gives has none, neurons and heads have theirs.
bool reads_means(const TransformerConfig& config, AutoencoderInput input) {
  return config.norm == NormKind::layer_norm && input != AutoencoderInput::mlp_in && input != AutoencoderInput::mlp_post &&
         input != AutoencoderInput::z;
}

bool asks_for_means(const TransformerConfig& config, const GivenAutoencoder& given) {
  return given.centered_writes && reads_means(config, given.input);
}

// An autoencoder that was made for the same network with its weights processed otherwise: what was taken away from its inputs there can be
// taken away here by what encodes them, but what these weights have lost is gone. `centered`: of a network where somebody asks for it.
GivenAutoencoder made_for(const TransformerConfig& config, const Weights& weights, bool centered, const GivenAutoencoder& given) {
  GivenAutoencoder made = given;
  if (asks_for_means(config, given)) {
    if (centered && !*given.centered_writes)
      refuse(given,
             "was made for activations as the checkpoint's weights write them, but this model's writing weights are centred, which takes "
             "the mean out of what it reads: load the model without that (centerWritingWeights: false, --processing "
             "fold-ln,center-unembed,fold-value-biases)");
    if (!centered && *given.centered_writes) {
      // In the stream there is what other autoencoders write too, and no weights of a model centre that.
      if (given.input == AutoencoderInput::resid_post || given.input == AutoencoderInput::mlp_resid)
        refuse(given,
               "reads the stream of a model whose writing weights are centred, and those of this model are not: load it with them centred "
               "(centerWritingWeights: true, --processing fold-ln,center-writing-weights,center-unembed,fold-value-biases)");
      made.encode = given.encode - given.encode.mean(-1, true);
      if (given.rivals.encode.defined()) made.rivals.encode = given.rivals.encode - given.rivals.encode.mean(-1, true);
    }
  }
  if (given.value_biases && given.input == AutoencoderInput::z) {
    const BlockWeights& block = weights.blocks[given.block];
    if (*given.value_biases && value_biases_folded(block))
      refuse(given,
             "was made for heads whose values have their biases, but here these were moved into the bias of attention's output: load the "
             "model without that (foldValueBiases: false, --processing fold-ln,center-writing-weights,center-unembed)");
    const at::Tensor bias = value_bias_of_heads(config, block);
    if (bias.defined() && !*given.value_biases) {
      const at::Tensor missing = bias.to(given.encode.options());
      made.bias = given.bias - at::matmul(given.encode, missing);
      if (given.rivals.encode.defined()) made.rivals.bias = given.rivals.bias - at::matmul(given.rivals.encode, missing);
      made.out_bias = given.out_bias + missing;
    }
  }
  return made;
}

void check_parts(const TransformerConfig& config, const GivenAutoencoder& given) {
  const int64_t width = width_of(config, given.input);
  if (given.encode.dim() != 2 && given.encode.dim() != 3) refuse(given, "needs an encoder [latents, width] or [positions, latents, width]");
  const int64_t latents = given.encode.size(-2);
  if (given.encode.size(0) == 0 || latents == 0) refuse(given, "has no latents");
  // [.., n] behind the positions, where each has latents of its own.
  const auto shape = [&](std::vector<int64_t> of_one) {
    if (given.encode.dim() == 3) of_one.insert(of_one.begin(), given.encode.size(0));
    return of_one;
  };
  check_part(given, "an encoder", given.encode, shape({latents, width}));
  check_part(given, "a bias of latents", given.bias, shape({latents}));
  check_part(given, "a decoder", given.decode, shape({latents, width}));
  for (const at::Tensor& later : given.decode_later) check_part(given, "a decoder of later blocks", later, shape({latents, width}));
  check_part(given, "a bias of its output", given.out_bias, {width});
  if (given.threshold.defined()) check_part(given, "thresholds", given.threshold, shape({latents}));
  int64_t among = latents;
  if (const Rivals& rivals = given.rivals; rivals.encode.defined()) {
    if (rivals.encode.dim() != 2) refuse(given, "needs an encoder of all its latents [all, width]");
    among = rivals.encode.size(0);
    check_part(given, "an encoder of all its latents", rivals.encode, {among, width});
    check_part(given, "a bias of all its latents", rivals.bias, {among});
    if (rivals.places.scalar_type() != at::kLong || rivals.places.sizes() != at::IntArrayRef(shape({latents})) ||
        rivals.places.min().item<int64_t>() < 0 || rivals.places.max().item<int64_t>() >= among)
      refuse(given, "needs the place of each latent among the " + std::to_string(among) + " that there were, int64");
  }
  if (given.top < 0 || given.top > among)
    refuse(given, "keeps " + std::to_string(given.top) + " of its " + std::to_string(among) + " latents");
}

Autoencoder placed(const TransformerConfig& config, const Weights& weights, bool errors, bool centered, const GivenAutoencoder& as_given) {
  check_place(config, weights, errors, as_given);
  check_parts(config, as_given);
  const GivenAutoencoder given = made_for(config, weights, centered, as_given);
  const auto here = [&](const at::Tensor& x) { return x.detach().to(weights.options).contiguous(); };
  const auto by_position = [&](const at::Tensor& x) { return here(given.encode.dim() == 3 ? x : x.unsqueeze(0)); };
  const auto rows = [&](const at::Tensor& decoder) { return here(decoder.reshape({-1, decoder.size(-1)})); };
  Autoencoder made{given.block,
                   given.input,
                   by_position(given.encode),
                   by_position(given.bias),
                   {rows(given.decode)},
                   here(given.out_bias),
                   given.threshold.defined() ? by_position(given.threshold) : at::Tensor(),
                   given.top,
                   {}};
  if (given.top > 0 && given.rivals.encode.defined()) {
    const at::Tensor& places = given.rivals.places;
    made.rivals = {here(given.rivals.encode), here(given.rivals.bias),
                   (places.dim() == 1 ? places.unsqueeze(0) : places).to(weights.options.device()).contiguous()};
  }
  for (const at::Tensor& later : given.decode_later) made.decoders.push_back(made.decoders.back() + rows(later));
  const BlockWeights& of = weights.blocks[given.block];
  const auto through = [&](const at::Tensor& matrix, const at::Tensor& bias_of_output) {
    made.decoders[0] = product(made.decoders[0], matrix).contiguous();
    made.out_bias = product(made.out_bias.unsqueeze(0), matrix, bias_of_output)[0];
  };
  if (given.input == AutoencoderInput::mlp_post) through(of.w_out, of.b_out);
  if (given.input == AutoencoderInput::z) through(of.w_o, of.b_o);
  if (const NormWeights& norm = norm_behind(of, given.input); norm.scale.defined()) {
    made.decoders[0] = made.decoders[0] * norm.scale;
    made.out_bias = at::zeros_like(made.out_bias);
  }
  return made;
}

}  // namespace

std::string name_of(const Autoencoder& autoencoder) { return name_of(autoencoder.block, autoencoder.input); }

const at::Tensor& Autoencoder::decoder_before(int64_t reading_block) const {
  const int64_t blocks_behind = reading_block - 1 - block, last = static_cast<int64_t>(decoders.size()) - 1;
  return decoders[std::clamp<int64_t>(blocks_behind, 0, last)];
}

at::Tensor Autoencoder::encoded(const at::Tensor& x, const std::vector<int64_t>& at) const {
  at::Tensor pre, least = threshold.defined() ? threshold.clamp_min(0) : at::zeros({1}, x.options());
  if (positions() == 1) {
    pre = product(x, encode[0].t(), bias[0]);
  } else {
    const at::Tensor index = index_on(x.device(), at);
    const int64_t seq_len = static_cast<int64_t>(at.size());
    if (threshold.defined()) least = least.index_select(0, index).repeat({x.size(0) / seq_len, 1});
    const at::Tensor by_position = x.view({-1, seq_len, x.size(1)}).transpose(0, 1);
    const at::Tensor made = at::bmm(by_position, encode.index_select(0, index).transpose(1, 2)) + bias.index_select(0, index).unsqueeze(1);
    pre = made.transpose(0, 1).reshape({-1, latents()});
  }
  at::Tensor active = pre > least;
  const at::Tensor all = rivals.encode.defined() ? product(x, rivals.encode.t(), rivals.bias) : pre;
  if (top > 0 && top < all.size(1)) {
    const at::Tensor strongest = std::get<1>(all.topk(top, -1));
    at::Tensor among = at::zeros_like(all, all.options().dtype(at::kBool)).scatter_(-1, strongest, true);
    if (rivals.encode.defined()) {
      at::Tensor places = rivals.places;
      if (positions() > 1)
        places = places.index_select(0, index_on(x.device(), at)).repeat({x.size(0) / static_cast<int64_t>(at.size()), 1});
      among = among.gather(-1, places.expand({x.size(0), -1}));
    }
    active = active & among;
  }
  return at::where(active, pre, at::zeros({1}, pre.options()));
}

at::Tensor Autoencoder::on_decoder(const at::Tensor& all, const std::vector<int64_t>& at) const {
  if (positions() == 1) return all;
  const int64_t seq_len = static_cast<int64_t>(at.size());
  const at::Tensor own = at::one_hot(index_on(all.device(), at), positions()).to(all.options());  // [seq_len, P]
  return (all.view({-1, seq_len, 1, latents()}) * own.view({1, seq_len, positions(), 1})).reshape({all.size(0), -1});
}

Autoencoders::Autoencoders(const TransformerConfig& config, const Weights& weights, bool errors, std::vector<GivenAutoencoder> given)
    : errors_(errors), d_model_(config.d_model), of_attention_(config.layers, -1), of_mlp_(config.layers, -1),
      of_stream_(config.layers, -1), first_{0} {
  if (given.empty()) throw Error(ErrorCode::bad_input, "there are no autoencoders");
  const at::ScalarType type = weights.options.dtype().toScalarType();
  if (type != at::kFloat && type != at::kDouble)
    throw Error(ErrorCode::bad_input, "a model with autoencoders computes in float32 or float64");
  std::stable_sort(given.begin(), given.end(), [](const GivenAutoencoder& a, const GivenAutoencoder& b) {
    return std::pair(a.block, place_in_block(a.input)) < std::pair(b.block, place_in_block(b.input));
  });
  const bool asked = std::any_of(given.begin(), given.end(), [&](const GivenAutoencoder& one) { return asks_for_means(config, one); });
  const bool centered = asked && writes_centered(weights);
  for (const GivenAutoencoder& one : given) {
    Autoencoder made = placed(config, weights, errors, centered, one);
    int64_t& number = numbers_of(one.input)[one.block];
    if (number >= 0) refuse(one, "is there twice");
    number = count();
    first_.push_back(first_.back() + made.latents());
    all_.push_back(std::move(made));
    cross_layers_ = cross_layers_ || !one.decode_later.empty();
  }
  if (cross_layers_) check_cross_layer_writes(given, config.layers);
}

std::vector<int64_t>& Autoencoders::numbers_of(AutoencoderInput input) {
  if (is_of_stream(input)) return of_stream_;
  return is_of_attention(input) ? of_attention_ : of_mlp_;
}

// What latents write to a later block's output stands in the place of that block's MLP too.
void Autoencoders::check_cross_layer_writes(const std::vector<GivenAutoencoder>& given, int64_t layers) const {
  int64_t first = layers;
  for (const GivenAutoencoder& one : given) {
    if (is_of_attention(one.input)) continue;
    if (is_of_stream(one.input))
      refuse(one,
             "starts the stream anew, but cross-layer transcoders stand beside it, whose latents write on both sides of it: take one "
             "kind or the other");
    if (!is_transcoder(one.input)) refuse(one, "is no transcoder, but stands beside cross-layer transcoders");
    first = std::min(first, one.block);
    const int64_t wanted = layers - 1 - one.block, found = static_cast<int64_t>(one.decode_later.size());
    if (found != wanted)
      refuse(one, "writes to " + std::to_string(found) + " later blocks, but there are " + std::to_string(wanted) + " behind it");
  }
  for (int64_t block = first; block < layers; block++)
    if (of_mlp_[block] < 0)
      throw Error(ErrorCode::bad_input,
                  "block " + std::to_string(block) + " has no transcoder, but those of earlier blocks write to its output");
}

at::Tensor Autoencoders::decoder_means() const {
  int64_t positions = 1;
  for (const Autoencoder& one : all_) positions = std::max(positions, one.positions());
  std::vector<at::Tensor> means;
  for (const Autoencoder& one : all_)
    means.push_back(one.decoders.back().mean(1).view({one.positions(), one.latents()}).expand({positions, -1}));
  return at::cat(means, 1);
}

at::Tensor Autoencoders::unpacked(const at::Tensor& rows, int64_t number) const {
  const int64_t d = rows.size(3), first = first_[number], count = all_[number].latents();
  const int64_t from = first / d, to = (first + count + d - 1) / d;
  return rows.narrow(0, from, to - from)
      .permute({1, 2, 0, 3})
      .reshape({rows.size(1) * rows.size(2), -1})
      .narrow(1, first - from * d, count);
}

at::Tensor Autoencoders::packed(const std::vector<at::Tensor>& latents, const at::Tensor& sources) const {
  const int64_t rows = packed_rows(), d = sources.size(3);
  at::Tensor all = at::cat(latents, 1);
  all = at::constant_pad_nd(all, {0, rows * d - all.size(1)});
  return all.view({sources.size(1), sources.size(2), rows, d}).permute({2, 0, 1, 3});
}

std::vector<int64_t> Autoencoders::counts(const std::vector<int64_t>& of_block) const {
  std::vector<int64_t> counts;
  for (const int64_t number : of_block) counts.push_back(number < 0 ? 0 : all_[number].latents());
  const bool any = std::any_of(counts.begin(), counts.end(), [](int64_t count) { return count > 0; });
  return any ? counts : std::vector<int64_t>();
}

}  // namespace autocircuit
