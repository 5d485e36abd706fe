/**
 * WGSL: mean and squared deviations without the loss of digits that Σx² − (Σx)²/n has when the mean is large. Each
 * invocation includes its elements one by one (Welford 1962); several such results make one by the formula of Chan, Golub
 * and LeVeque (1979) in its flat form: mean = Σ nᵢ·meanᵢ / n, deviations = Σ deviationsᵢ + nᵢ·(meanᵢ − mean)².
 *
 * Needs `Lanes`, and a function `sum(vec2f, local) -> vec2f` over the invocations that share a result.
 */
export const moments = (sum: 'workgroupSum' | 'rowSum'): string => `
  struct Moments { count: f32, mean: Lanes, deviations: Lanes }
  fn include(m: ptr<function, Moments>, x: Lanes) {
    (*m).count += 1.0;
    let d = x - (*m).mean;
    (*m).mean += d * (1.0 / (*m).count);
    (*m).deviations += d * (x - (*m).mean);
  }
  /** (mean, squared deviations) of \`size\` elements that several invocations included. */
  fn merged(m: Moments, size: f32, local: u32) -> vec2f {
    let mean = ${sum}(vec2f(m.count * total(m.mean), 0.0), local).x / size;
    let d = m.mean - mean;
    return vec2f(mean, ${sum}(vec2f(total(m.deviations + m.count * d * d), 0.0), local).x);
  }`;
