#pragma once

#include "kernels/kernels.h"
#include "kernels/set/exponential.h"
#include "kernels/set/vectors.h"

// Activations that are x * sigmoid(p), p = x (linear + cubic * x^2), see SigmoidUnit.

namespace autocircuit {
namespace {

// Beyond it sigmoid(p) is 0 or 1 in float32, whichever unit it is of, and nothing is squared that could overflow.
constexpr float kSaturated = 1000.0f;

struct OpenGate {
  Vector<float> clipped;     // x
  Vector<float> open, shut;  // sigmoid(p), 1 - sigmoid(p): either as exact as p, however near 0
};

AUTOCIRCUIT_INLINE void gate_of(OpenGate& gate, const SigmoidUnit& unit, const Vector<float>& x) {
  const Vector<float> most = kSaturated + Vector<float>{}, least = -most;
  gate.clipped = x < least ? least : x > most ? most : x;
  const Vector<float> p = gate.clipped * (unit.linear + unit.cubic * (gate.clipped * gate.clipped));
  Vector<float> e;
  exp_of(e, p < 0 ? p : -p);
  const Vector<float> above_half = 1.0f / (1.0f + e), below_half = e * above_half;
  gate.open = p < 0 ? below_half : above_half;
  gate.shut = p < 0 ? above_half : below_half;
}

// Whole registers and what is left of one are of the same arithmetic, so that a number's place does not matter.
AUTOCIRCUIT_INLINE void load_up_to(Vector<float>& into, const float* from, int64_t count) {
  if (count >= kWidth<float>) return load(into, from);
  load_some(into, from, count);
}
AUTOCIRCUIT_INLINE void store_up_to(float* to, const Vector<float>& from, int64_t count) {
  if (count >= kWidth<float>) return store(to, from);
  store_some(to, from, count);
}

void sigmoid_units(const SigmoidUnit& unit, int64_t count, const float* x, const float* by, float* out) {
  for (int64_t i = 0; i < count; i += kWidth<float>) {
    Vector<float> in, factor;
    load_up_to(in, x + i, count - i);
    OpenGate gate;
    gate_of(gate, unit, in);
    Vector<float> made = in * gate.open;
    if (by) {
      load_up_to(factor, by + i, count - i);
      made *= factor;
    }
    store_up_to(out + i, made, count - i);
  }
}

void sigmoid_units_backward(const SigmoidUnit& unit, const SigmoidUnitGrads& of, int64_t count) {
  for (int64_t i = 0; i < count; i += kWidth<float>) {
    Vector<float> in, grad, factor;
    load_up_to(in, of.x + i, count - i);
    load_up_to(grad, of.grad + i, count - i);
    OpenGate gate;
    gate_of(gate, unit, in);
    const Vector<float> turn = gate.clipped * (unit.linear + 3 * unit.cubic * (gate.clipped * gate.clipped));
    Vector<float> slope = gate.open + turn * gate.open * gate.shut;
    if (of.by) {
      load_up_to(factor, of.by + i, count - i);
      store_up_to(of.by_grad + i, grad * (in * gate.open), count - i);
      slope *= factor;
    }
    store_up_to(of.x_grad + i, grad * slope, count - i);
  }
}

}  // namespace
}  // namespace autocircuit
