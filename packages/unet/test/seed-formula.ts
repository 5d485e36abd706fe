/**
 * The formula by which the golden fixtures make weights, inputs and noise from names, so that nothing large is stored.
 * h = FNV-1a of the name; k = murmur3's finalizer of h + i·0x9E3779B9; u = k/2³²; i the flat index in PyTorch's
 * row-major layout (OIHW, NCHW).
 */

/** A parameter of PyTorch's name and shape, row-major. */
export function seedParameter(name: string, shape: readonly number[]): Float32Array {
  const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
  if (shape.length >= 2) return seeded(name, shape, 0, 1 / Math.sqrt(fanIn));
  return seeded(name, shape, name.endsWith('bias') ? 0 : 1, 0.1);
}

/** Inputs and noise: √3·(2u − 1), which has mean 0 and variance 1. In NCHW order. */
export function seedData(name: string, shape: readonly number[]): Float32Array {
  return seeded(name, shape, 0, Math.sqrt(3));
}

/** middle + scale·(2u − 1) at each index. */
function seeded(name: string, shape: readonly number[], middle: number, scale: number): Float32Array {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) h = Math.imul(h ^ byte, 0x01000193);
  const out = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < out.length; i++) {
    let k = (h + Math.imul(i, 0x9e3779b9)) >>> 0;
    k = Math.imul(k ^ (k >>> 16), 0x85ebca6b);
    k = Math.imul(k ^ (k >>> 13), 0xc2b2ae35);
    const u = ((k ^ (k >>> 16)) >>> 0) / 2 ** 32;
    out[i] = middle + scale * (2 * u - 1);
  }
  return out;
}

/** [B, C, H, W] → [B, H, W, C], or any array of numbers alike. */
export function nchwToNhwc(data: ArrayLike<number>, [b, c, h, w]: readonly number[]): Float32Array {
  const out = new Float32Array(data.length);
  let at = 0;
  for (let image = 0; image < b; image++) {
    for (let pixel = 0; pixel < h * w; pixel++) {
      for (let channel = 0; channel < c; channel++) out[at++] = data[(image * c + channel) * h * w + pixel];
    }
  }
  return out;
}
