#pragma once

#include <napi.h>

#include "engine/config.h"
#include "masks/graph.h"

namespace autocircuit {

// From the object that TypeScript calls TransformerConfig. Throws Error bad_input that names the wrong field.
TransformerConfig read_config(const Napi::Value& value);

// From the object that TypeScript calls PatchGraph. Throws Error bad_input when a group reaches outside of the graph.
PatchGraph read_graph(const Napi::Value& value);

}  // namespace autocircuit
