/**
 * WGSL: sine and cosine good to 2e-7 for |x| < 8000; WGSL's own promise 2⁻¹¹, and only between −π and π. Multiples of π/2
 * are taken off in three exact parts (Cody and Waite 1980), the rest is in Taylor's polynomials.
 */
export const TRIGONOMETRY = `
fn quarterTurns(x: f32) -> f32 { return round(x * 0.6366197723675814); }
fn sineOf(x: f32, quarters: f32, ahead: i32) -> f32 {
  let r = ((x - quarters * 1.5703125) - quarters * 4.837512969970703e-4) - quarters * 7.54978995489188e-8;
  let s = r * r;
  let sine = r + r * s * (-0.16666666666666666 + s * (0.008333333333333333 + s * (-1.984126984126984e-4 + s * 2.7557319223985893e-6)));
  let cosine = 1.0 + s * (-0.5 + s * (0.041666666666666664 + s * (-0.001388888888888889 + s * (2.48015873015873e-5 - s * 2.7557319223985894e-7))));
  let place = i32(quarters) + ahead;
  let value = select(sine, cosine, (place & 1) == 1);
  return select(value, -value, (place & 2) == 2);
}
fn accurateSin(x: f32) -> f32 { return sineOf(x, quarterTurns(x), 0); }
fn accurateCos(x: f32) -> f32 { return sineOf(x, quarterTurns(x), 1); }
`;
