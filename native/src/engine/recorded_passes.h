#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <list>
#include <memory>
#include <optional>

#include "engine/transformer.h"

namespace autocircuit {

// Small passes take longer to launch than to run. A search asks for the same pass again and again, from one starting point of a
// kept run, with other masks: it is recorded once and repeated with its lists filled anew.
class RecordedPasses {
 public:
  RecordedPasses();
  ~RecordedPasses();

  // The result of a request that starts from a kept run, or nothing where it should run as usual: the device records nothing, the
  // request asks for more than outputs, or it is not known yet that it will come again.
  static std::optional<ForwardResult> forward(const Transformer& model, const ForwardRequest& request);

 private:
  class RepeatedPass;
  std::list<std::unique_ptr<RepeatedPass>> passes_;  // the latest first
  bool gave_up_ = false;                             // the device would not record one
};

}  // namespace autocircuit
