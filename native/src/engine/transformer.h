#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "engine/config.h"
#include "engine/forward_request.h"
#include "engine/placement.h"
#include "runtime/serial.h"

namespace autocircuit {

class Autoencoders;
class Weights;
class Workspace;

// A transformer on LibTorch with patch points. Not thread-safe: all calls come from the executor thread.
class Transformer : public std::enable_shared_from_this<Transformer> {
 public:
  // Weights by TransformerLens name. Throws Error bad_input naming a missing, misshapen or non-finite weight.
  Transformer(TransformerConfig config, const std::unordered_map<std::string, at::Tensor>& weights, const Placement& placement = {});
  ~Transformer();

  // Logits record gradients to the mask when it requires them; where a shared pointer owns the transformer, it lives until they are
  // taken. Throws Error bad_input for what does not belong to this network or not to these tokens.
  ForwardResult forward(const ForwardRequest& request) const;

  const TransformerConfig& config() const { return config_; }
  const Weights& weights() const { return *weights_; }
  // Null where there are none.
  const Autoencoders* autoencoders() const { return autoencoders_.get(); }
  // The same network, whose MLPs and attention write what autoencoders make of them. Shares the weights.
  std::shared_ptr<Transformer> with(std::shared_ptr<const Autoencoders> autoencoders) const;
  uint64_t serial() const { return serial_.value(); }
  Workspace& workspace() const { return *workspace_; }

 private:
  Transformer(const Transformer& of, std::shared_ptr<const Autoencoders> autoencoders);

  Serial serial_;
  TransformerConfig config_;
  Placement placement_;
  std::shared_ptr<const Weights> weights_;
  std::shared_ptr<const Autoencoders> autoencoders_;
  std::shared_ptr<Workspace> workspace_;
};

}  // namespace autocircuit
