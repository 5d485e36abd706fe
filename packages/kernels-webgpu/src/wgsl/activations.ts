/**
 * WGSL functions: gelu, silu and their derivatives. erf by Abramowitz and Stegun 7.1.26 is good to 1.5e-7; the Gaussian
 * under it is shared with the derivative.
 */
export const ACTIVATIONS = `
fn erfAndGaussian(z: f32) -> vec2f {
  let a = abs(z);
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let gaussian = exp(-a * a);
  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return vec2f(sign(z) * (1.0 - p * gaussian), gaussian);
}
fn gelu(x: f32) -> f32 { return 0.5 * x * (1.0 + erfAndGaussian(x * 0.7071067811865476).x); }
fn geluSlope(x: f32) -> f32 {
  let e = erfAndGaussian(x * 0.7071067811865476);
  return 0.5 * (1.0 + e.x) + x * 0.3989422804014327 * e.y;
}
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }
fn silu(x: f32) -> f32 { return x * sigmoid(x); }
fn siluSlope(x: f32) -> f32 {
  let s = sigmoid(x);
  return s * (1.0 + x * (1.0 - s));
}
`;

/** WGSL: a function of one number, applied to each of four. */
export const eachOfFour = (f: string, v: string): string =>
  `vec4f(${['x', 'y', 'z', 'w'].map((lane) => `${f}(${v}.${lane})`).join(', ')})`;
