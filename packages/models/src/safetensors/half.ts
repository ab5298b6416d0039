/**
 * 16-bit floats on the host. Node 20 has no Float16Array and JavaScript has no bfloat16, so checkpoints in those types
 * pass through float32: widening is exact, narrowing rounds to the nearest value, ties to even.
 */

const view = new DataView(new ArrayBuffer(4));

function floatBits(value: number): number {
  view.setFloat32(0, value);
  return view.getUint32(0);
}

/** Widens bfloat16 bit patterns: they are the upper halves of float32. */
export function decodeBfloat16(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = bits[i]! << 16;
  return new Float32Array(wide.buffer);
}

/** Narrows to bfloat16 bit patterns. NaN stays NaN. */
export function encodeBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const wide = floatBits(value);
    bits[i] = Number.isNaN(value) ? 0x7fc0 : (wide + 0x7fff + ((wide >>> 16) & 1)) >>> 16;
  }
  return bits;
}

/** Widens IEEE half-precision bit patterns. */
export function decodeFloat16(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i]!;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) values[i] = sign * fraction * 2 ** -24;
    else if (exponent === 31) values[i] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else values[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return values;
}

/** Narrows to IEEE half-precision bit patterns. Values beyond 65504 by half a step or more become infinite. */
export function encodeFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) bits[i] = halfBits(values[i]!);
  return bits;
}

function halfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = (floatBits(value) >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  // Multiples of the step at this size; a carry out of the fraction is a carry into the exponent, as it should be.
  if (size < 2 ** -14) return sign | roundHalfEven(size * 2 ** 24);
  const exponent = ((floatBits(size) >>> 23) & 0xff) - 127;
  return sign | (((exponent + 14) << 10) + roundHalfEven(size * 2 ** (10 - exponent)));
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
