import {
  type BatchShape,
  fusedKernels,
  GroupNorm,
  type GroupNormAttrs,
  type GroupNormInputs,
  type ShiftedGroupNormInputs,
} from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { flat } from '../dispatch';
import { ACTIVATIONS } from '../wgsl/activations';
import { atEachPlace, groupMoments, type MomentsSource } from '../wgsl/group-moments';
import { type GroupGeometry, groupGeometry, groupPlaces, keyOf } from '../wgsl/group-places';
import { lanewise } from '../wgsl/lanes';
import { kernel } from './kernel';

/**
 * Two dispatches, or one. Where a group has many elements and there are few groups (groups = 1 at 64×64), it is shared out
 * in blocks of about 4096 elements: the first dispatch leaves each block's moments, the second puts them together (each
 * workgroup for itself: 8 bytes a block, at most 256 blocks), normalizes and does all the rest. Small groups, and groups so
 * many that they fill a GPU, take one workgroup and one dispatch each; so does what a convolution has left the moments of.
 * The group's mean and 1/σ are kept for the gradient.
 *
 * Per element about 13 FLOPs, 30 with gelu; 12 bytes (x read twice, y written) or, in one dispatch, 8, and 4 for a
 * residual. 2 KB of workgroup memory.
 */
export const groupNormKernels = [
  kernel<GroupNormInputs, GroupNormAttrs>(GroupNorm, (inputs, attrs, backend) => normalize(backend, inputs, attrs)),
  kernel<ShiftedGroupNormInputs, GroupNormAttrs>(fusedKernels.shiftedGroupNorm, (inputs, attrs, backend) =>
    normalize(backend, inputs, attrs),
  ),
];

function normalize(
  backend: DenoiserWebGPUBackend,
  inputs: GroupNormInputs & { shift?: TensorInfo },
  { groups, epsilon, activation }: GroupNormAttrs,
): [y: TensorInfo, moments: TensorInfo] {
  const { x, scale, bias, residual, shift } = inputs;
  const s = geometryOf(backend, x, scale, groups);
  const { type } = s.lanes;
  const y = backend.makeFor(x, x.shape, type);
  const moments = backend.make([s.images, groups, 2]); // mean, 1/σ
  const found = groups === 1 ? backend.momentsOf(x) : undefined;
  const left = found?.shape[0] === s.images ? found : undefined;
  const own = left ? undefined : partialMoments(backend, x, s);
  const partials = left ?? own;
  const source: MomentsSource = left ? { parts: left.shape[1] as number } : own ? 'partials' : 'x';
  const value = `((at_x(i) - m.x) * factor + offset${residual ? ' + at_residual(i)' : ''})`;
  const result = activation === 'linear' ? value : lanewise(s.lanes, activation, value);
  const shiftOf = `shift[(p.image * ${groups}u + p.group) * COLUMNS + column]`;
  backend.run({
    key: `groupNorm ${keyOf(s)} ${[epsilon, activation, Boolean(residual), Boolean(shift), left?.shape]}`,
    reads: { x, scale, bias, ...(residual && { residual }), ...(shift && { shift }), ...(partials && { partials }) },
    readable: ['x', 'residual'],
    writes: { y, moments },
    writable: ['y'],
    types: {
      ...Object.fromEntries(['x', 'scale', 'bias', 'residual', 'shift', 'y'].map((name) => [name, type])),
      ...{ partials: 'vec2f', moments: 'vec2f' },
    },
    workgroups: flat(s.places),
    code: () => `
      ${ACTIVATIONS}
      ${groupPlaces(s)}
      ${groupMoments(s, epsilon, source, elementOfX)}
      ${atEachPlace(
        s.threads,
        `if (index >= PLACES) { return; }
        let p = placeOf(index, local);
        let m = groupMoments(p);
        if (p.block == 0u && local == 0u) { moments[p.slice] = m; }
        for (var column = p.column; column < COLUMNS; column += WIDE) {
          let factor = scale[scaleAt(p, column)] * m.y;
          let offset = bias[scaleAt(p, column)]${shift ? ` + ${shiftOf}` : ''};
          for (var row = p.first; row < p.last; row += HIGH) {
            let i = at(p, row, column);
            put_y(i, ${result});
          }
        }`,
      )}`,
  });
  if (own) backend.disposeData(own.dataId);
  return [y, moments];
}

/** WGSL of an element of x, which may be halves in memory. */
const elementOfX = (i: string) => `at_x(${i})`;

/** How the work on x is shared out. */
export const geometryOf = (
  backend: DenoiserWebGPUBackend,
  x: TensorInfo,
  scale: TensorInfo,
  groups: number,
): GroupGeometry =>
  groupGeometry(x.shape as unknown as BatchShape, groups, {
    workgroupSize: backend.capabilities.workgroupSize,
    ownScales: scale.shape.length === 2,
  });

/** The moments of each block: [places] of (mean, squared deviations); none if each group is one block. One dispatch. */
export function partialMoments(
  backend: DenoiserWebGPUBackend,
  x: TensorInfo,
  s: GroupGeometry,
): TensorInfo | undefined {
  if (s.blocks === 1) return undefined;
  const partials = backend.make([s.places, 2]);
  backend.run({
    key: `groupMoments ${keyOf(s)}`,
    reads: { x },
    readable: ['x'],
    writes: { partials },
    types: { x: s.lanes.type, partials: 'vec2f' },
    workgroups: flat(s.places),
    code: () => `
      ${groupPlaces(s)}
      ${groupMoments(s, 0, 'x', elementOfX)}
      ${atEachPlace(
        s.threads,
        `if (index >= PLACES) { return; }
        let m = blockMoments(placeOf(index, local));
        if (local == 0u) { partials[index] = m; }`,
      )}`,
  });
  return partials;
}
