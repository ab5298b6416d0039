#pragma once

#include "binding/engine/box.h"
#include "engine/transformer.h"

namespace autocircuit {

template <>
struct BoxTag<Transformer> {
  static constexpr napi_type_tag tag{0x8f4e17c2a05b4d91ULL, 0x86b0d3f7c92e1a45ULL};
};

template <>
struct BoxTag<Ablation> {
  static constexpr napi_type_tag tag{0x1b7a90d35ce24f68ULL, 0xa3c85e61f04d9b27ULL};
};

template <>
struct BoxTag<Prefix> {
  static constexpr napi_type_tag tag{0xd2c6483e9fa14b05ULL, 0x94e7b81d3c5f6a20ULL};
};

template <>
struct BoxTag<KeptRun> {
  static constexpr napi_type_tag tag{0x57e3fb0916d84ca2ULL, 0xbd1950a7e86c3f74ULL};
};

template <>
struct BoxTag<const PatchGraph> {
  static constexpr napi_type_tag tag{0xe90d54b87f2c4613ULL, 0x8a6f2e9c41b7d058ULL};
};

}  // namespace autocircuit
