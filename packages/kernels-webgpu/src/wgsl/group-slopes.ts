import type { Activation } from '@denoiser/ops';
import { ACTIVATIONS } from './activations';
import { groupMoments, type MomentsSource } from './group-moments';
import { type GroupGeometry, groupPlaces } from './group-places';
import { lanewise } from './lanes';
import { sumOverRows, workgroupSum } from './reductions';

/** What the gradient of group normalization is made of; `m` is (mean, 1/σ) of the group in all of it. */
export type Slope = {
  /** What `value` needs. */
  readonly code: string;
  /** Statement before the rows of a column. */
  readonly shift: string;
  /** dz of element i. */
  readonly value: string;
};

/** dz = dy·activation′(z), computed. */
export function computedSlope(s: GroupGeometry, activation: Activation, hasResidual: boolean): Slope {
  if (activation === 'linear') return { code: '', shift: '', value: 'dy[i]' };
  return {
    code: `
      ${ACTIVATIONS}
      fn slopeAt(z: Lanes) -> Lanes { return ${lanewise(s.lanes, `${activation}Slope`, 'z')}; }`,
    shift: 'let shift = bias[scaleAt(p, column)];',
    value: `dy[i] * slopeAt(normal * weight + shift${hasResidual ? ' + residual[i]' : ''})`,
  };
}

/** dz as it was written before. */
export const storedSlope: Slope = { code: '', shift: '', value: 'dz[i]' };

/**
 * WGSL: `sumsOfPlace(p, m)` gives (Σ g, Σ g·x̂) over a block, g = dz·scale, to each invocation; it writes the block's sums for
 * each channel, to `sums` after `to` others or, if `to` is 'output', to dbias and dscale; and dz, if that is an output.
 */
export function sumsOfPlace(
  s: GroupGeometry,
  o: { epsilon: number; source: MomentsSource; slope: Slope; writesSlope: boolean; to: 'output' | number },
): string {
  const { width } = s.lanes;
  const store = Array.from({ length: width }, (_, lane) => {
    const at = width === 1 ? '' : `[${lane}]`;
    const channel = `(p.group * COLUMNS + column) * ${width}u + ${lane}u`;
    const own = `scaleAt(p, column) * ${width}u + ${lane}u`;
    return o.to === 'output'
      ? `dbias[${own}] = all.first${at}; dscale[${own}] = all.second${at};`
      : `sums[${o.to}u + (p.image * BLOCKS + p.block) * ${s.channels}u + ${channel}] = vec2f(all.first${at}, all.second${at});`;
  });
  return `
    ${groupPlaces(s)}
    ${groupMoments(s, o.epsilon, o.source)}
    ${sumOverRows(s.threads, s.wide, s.high)}
    ${o.slope.code}
    fn sumsOfPlace(p: Place, m: vec2f) -> vec2f {
      var both = vec2f();
      for (var tile = 0u; tile < COLUMNS; tile += WIDE) {
        let column = tile + p.column;
        var toBias = Lanes();
        var toScale = Lanes();
        if (column < COLUMNS) {
          let weight = scale[scaleAt(p, column)];
          ${o.slope.shift}
          for (var row = p.first; row < p.last; row += HIGH) {
            let i = at(p, row, column);
            let normal = (x[i] - m.x) * m.y;
            let slope = ${o.slope.value};
            ${o.writesSlope ? 'dz[i] = slope;' : ''}
            toBias += slope;
            toScale += slope * normal;
          }
          both += vec2f(total(weight * toBias), total(weight * toScale));
        }
        let all = sumOverRows(toBias, toScale, p.local);
        if (column < COLUMNS && p.local < WIDE) { ${store.join(' ')} }
      }
      return workgroupSum(both, p.local);
    }`;
}

/** WGSL: `groupSums(p)` puts together what \`sumsOfPlace\` gave for each block of a group: the first of two in \`sums\`. */
export const groupSums = ({ threads }: GroupGeometry): string => `
  ${workgroupSum(threads)}
  fn groupSums(p: Place) -> vec2f {
    var part = vec2f();
    for (var b = p.local; b < BLOCKS; b += ${threads}u) { part += sums[2u * (p.slice * BLOCKS + b)]; }
    return workgroupSum(part, p.local);
  }`;

/** WGSL: `applySlope(p, m, means)` writes dx of a block; means: of g and g·x̂ over the group. */
export const applySlope = ({ shift, value }: Slope): string => `
  fn applySlope(p: Place, m: vec2f, means: vec2f) {
    for (var column = p.column; column < COLUMNS; column += WIDE) {
      let weight = scale[scaleAt(p, column)];
      ${shift}
      for (var row = p.first; row < p.last; row += HIGH) {
        let i = at(p, row, column);
        let normal = (x[i] - m.x) * m.y;
        dx[i] = (${value} * weight - means.x - normal * means.y) * m.y;
      }
    }
  }`;
