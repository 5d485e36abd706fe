/**
 * `count` standard normals, a pure function of the seed: hashed counters (the finalizer of MurmurHash3) through Box and
 * Muller's transform. The models' own noise is Philox's, in the worker; the page needs none of that to begin.
 */
export function seededNormals(seed: number, count: number): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(uniform(seed, i)));
    const angle = 2 * Math.PI * uniform(seed, i + 1);
    out[i] = radius * Math.cos(angle);
    out[i + 1] = radius * Math.sin(angle); // one past the end is dropped
  }
  return out;
}

/** `count` numbers between 0 and 1, a pure function of the seed. */
export const seededUniforms = (seed: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => uniform(seed, i));

/** In (0, 1). */
function uniform(seed: number, index: number): number {
  let k = Math.imul(seed + 1, 0x85ebca77) + Math.imul(index + 1, 0x9e3779b1);
  k = Math.imul(k ^ (k >>> 16), 0x85ebca6b);
  k = Math.imul(k ^ (k >>> 13), 0xc2b2ae35);
  return (((k ^ (k >>> 16)) >>> 0) + 0.5) * 2 ** -32;
}
