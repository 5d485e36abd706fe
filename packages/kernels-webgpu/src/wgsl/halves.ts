/** Whether a shader can write elements of that type as halves: two halves are a word, which no two invocations may write. */
export const canWriteHalves = (type: string): boolean => type === 'vec4f';

/** How bindings of vec4f or f32 are declared where they are halves in memory; WGSL of element i, and, of vec4f, that writes `v` to it. */
export const halvesOf = (type: string, name: string): { stored: string; read: string; write: string } =>
  type === 'vec4f'
    ? {
        stored: 'vec2u',
        read: `vec4f(unpack2x16float(${name}[i].x), unpack2x16float(${name}[i].y))`,
        write: `let h = halvesOf(v); ${name}[i] = h.xz | (h.yw << vec2u(16u));`,
      }
    : { stored: 'u32', read: `unpack2x16float(${name}[i / 2u])[i % 2u]`, write: '' };

/**
 * WGSL: the bits of the nearest float16 numbers, of two that are equally near the one with an even last bit; infinity from 65520 on, NaN
 * stays NaN. (WGSL's `pack2x16float` rounds as the adapter likes, and promises nothing of numbers that are too large.)
 */
export const HALVES_OF = `
  fn halvesOf(v: vec4f) -> vec4u {
    let bits = bitcast<vec4u>(v);
    let size = bits & vec4u(0x7fffffffu);
    let normal = (size + vec4u(0xfffu) + ((size >> vec4u(13u)) & vec4u(1u)) - vec4u(0x38000000u)) >> vec4u(13u);
    let subnormal = vec4u(round(bitcast<vec4f>(min(size, vec4u(0x38800000u))) * 16777216.0));
    let finite = select(normal, subnormal, size < vec4u(0x38800000u));
    let special = select(vec4u(0x7c00u), vec4u(0x7e00u), size > vec4u(0x7f800000u));
    return select(finite, special, size >= vec4u(0x477ff000u)) | ((bits >> vec4u(16u)) & vec4u(0x8000u));
  }`;
