/**
 * WGSL: Philox4x32-10 (Salmon et al. 2011) and Box–Muller; what the counter's words mean is told in docs/architecture.md.
 *
 * The reference computes in float64. Here every word is reduced in integers first, so that float32 loses nothing where it
 * matters: angles to an eighth of a turn around the nearest quarter, the logarithm near 1 by the distance to 1. The series
 * are our own because WGSL promises little of log, sin and cos. Relative error of a normal: about 5e-7.
 */
export const PHILOX = `
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let left = ah * bl + ((al * bl) >> 16u); // at most 2^32 − 2^16
  let right = al * bh + (left & 0xffffu);
  return ah * bh + (left >> 16u) + (right >> 16u);
}
fn philox(start: vec4u, seed: vec2u) -> vec4u {
  var c = start;
  var k = seed;
  for (var round = 0; round < 10; round++) {
    c = vec4u(
      multiplyHigh(0xcd9e8d57u, c.z) ^ c.y ^ k.x,
      0xcd9e8d57u * c.z,
      multiplyHigh(0xd2511f53u, c.x) ^ c.w ^ k.y,
      0xd2511f53u * c.x,
    );
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

/** −ln((word + ½)·2⁻³²) */
fn minusLog(word: u32) -> f32 {
  // 2·atanh(s) = ln((1 + s)/(1 − s)), |s| < 0.172
  var s: f32;
  var whole = 0f;
  if (word > 3037000499u) { // above √½: by the distance to 1
    let v = (f32(~word) + 0.5) * 0x1p-32f;
    s = v / (2 - v);
  } else {
    let bits = bitcast<u32>(f32(word) + 0.5);
    var exponent = f32(bits >> 23u) - 159; // of the word's share of 2³²
    var m = bitcast<f32>((bits & 0x7fffffu) | 0x3f800000u);
    if (m > 1.41421356) {
      m *= 0.5;
      exponent += 1;
    }
    s = (1 - m) / (1 + m);
    whole = -exponent * 0.6931471806;
  }
  let t = s * s;
  return whole + 2 * s * (1 + t * (0.3333333333 + t * (0.2 + t * (0.1428571429 + t * 0.1111111111))));
}

/** Cosine and sine of (word + ½)·2⁻³² turns. */
fn turn(word: u32) -> vec2f {
  let quarter = (word + 0x20000000u) >> 30u; // the nearest; beyond the last one it is the first again
  let angle = (f32(bitcast<i32>(word - (quarter << 30u))) + 0.5) * 1.462918079e-9; // 2π·2⁻³²; within ±π/4
  let t = angle * angle;
  let c = 1 - t * (0.5 - t * (0.0416666667 - t * (0.00138888889 - t * (2.48015873e-5 - t * 2.75573192e-7))));
  let s = angle * (1 - t * (0.166666667 - t * (0.00833333333 - t * (0.000198412698 - t * 2.75573192e-6))));
  if (quarter == 0u) { return vec2f(c, s); }
  if (quarter == 1u) { return vec2f(-s, c); }
  if (quarter == 2u) { return vec2f(-c, -s); }
  return vec2f(s, -c);
}

/** Four standard normal numbers from four words. */
fn normals(words: vec4u) -> vec4f {
  return vec4f(
    sqrt(2 * minusLog(words.x)) * turn(words.y),
    sqrt(2 * minusLog(words.z)) * turn(words.w),
  );
}
`;
