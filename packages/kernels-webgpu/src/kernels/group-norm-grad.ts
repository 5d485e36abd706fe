import {
  fusedKernels,
  type GroupNormAttrs,
  GroupNormGrad,
  type GroupNormGradInputs,
  type ShiftedGroupNormGradInputs,
} from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { flat } from '../dispatch';
import { columnSumGroups, columnSums } from '../wgsl/column-sums';
import { atEachPlace } from '../wgsl/group-moments';
import { type GroupGeometry, groupPlaces, keyOf } from '../wgsl/group-places';
import { applySlope, computedSlope, groupSums, type Slope, storedSlope, sumsOfPlace } from '../wgsl/group-slopes';
import { sumColumns, sumNothing } from './column-sums';
import { geometryOf, partialMoments } from './group-norm';
import { kernel } from './kernel';
import { sumOfPixels } from './sum';

/**
 * dz = dy·activation′(z), z computed again; dx = (g − mean(g) − x̂·mean(g·x̂))/σ with g = dz·scale and the means over the
 * group; dscale = Σ dz·x̂, dbias = Σ dz; dresidual = dz.
 *
 * Shared out as the forward pass is. Two dispatches where groups are in blocks, of which the forward pass left the moments: the blocks'
 * sums for the group and for the channels, and dresidual; dx, and in further workgroups of the same dispatch dscale and
 * dbias. Groups of one block: one dispatch, and one that adds up the channels' sums over the images if there are several.
 * There is no dz in memory unless it is an output; where there is an activation and no residual, it is computed twice.
 *
 * Per element about 30 FLOPs, 60 with gelu. Bytes in two dispatches: 20 (x and dy read twice, dx written), and 8
 * with a residual (it is read, dz written and read in dy's place). In one: 12, and 8 with a residual. Where the activation is
 * linear, dresidual is dy itself, and neither is touched. 11 KB of workgroup memory.
 */
export const groupNormGradKernels = [
  kernel<GroupNormGradInputs, GroupNormAttrs>(GroupNormGrad, (inputs, attrs, backend) => {
    const { dx, dscale, dbias, dresidual } = gradients(backend, inputs, attrs);
    return dresidual ? [dx, dscale, dbias, dresidual] : [dx, dscale, dbias];
  }),
  /** Of one image, the gradient by what is added to its channels is that by the bias. */
  kernel<ShiftedGroupNormGradInputs, GroupNormAttrs>(fusedKernels.shiftedGroupNormGrad, (inputs, attrs, backend) => {
    const { dx, dscale, dbias } = gradients(backend, inputs, attrs);
    const { shape } = inputs.shift;
    return [dx, dscale, dbias, shape[0] === 1 ? shared(backend, dbias, shape) : sumOfPixels(backend, inputs.dy)];
  }),
];

function gradients(backend: DenoiserWebGPUBackend, inputs: GroupNormGradInputs, attrs: GroupNormAttrs) {
  const { x, scale, bias, residual, dy } = inputs;
  const { groups, activation } = attrs;
  const s = geometryOf(backend, x, scale, groups);
  const isLinear = activation === 'linear';
  const call: Call = {
    inputs,
    attrs,
    s,
    slope: computedSlope(s, activation, Boolean(residual)),
    forSlope: isLinear ? {} : { bias, ...(residual && { residual }) },
    dx: backend.make(x.shape),
    dscale: backend.makeGradient(scale),
    dbias: backend.makeGradient(bias),
    dz: residual && !isLinear ? { dz: backend.make(x.shape) } : {},
    types: Object.fromEntries(['x', 'dy', 'dx', 'dz', 'scale', 'bias', 'residual'].map((name) => [name, s.lanes.type])),
    variant: `${keyOf(s)} ${[attrs.epsilon, activation, Boolean(residual)]}`,
  };
  if (s.images * s.rows === 0) sumNothing(backend, call);
  else if (s.blocks === 1) ownGroups(backend, call);
  else sharedGroups(backend, call);
  const { dx, dscale, dbias } = call;
  return { dx, dscale, dbias, dresidual: residual && (call.dz.dz ?? shared(backend, dy, dy.shape)) };
}

/** The same numbers in another shape. */
function shared(backend: DenoiserWebGPUBackend, { dataId, dtype }: TensorInfo, shape: number[]): TensorInfo {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}

type Call = {
  readonly inputs: GroupNormGradInputs;
  readonly attrs: GroupNormAttrs;
  readonly s: GroupGeometry;
  readonly slope: Slope;
  /** What the slope at z takes besides. */
  readonly forSlope: { readonly bias?: TensorInfo; readonly residual?: TensorInfo };
  readonly dx: TensorInfo;
  readonly dscale: TensorInfo;
  readonly dbias: TensorInfo;
  /** If it is an output. */
  readonly dz: { readonly dz?: TensorInfo };
  readonly types: Readonly<Record<string, string>>;
  readonly variant: string;
};

/** A workgroup has a group to itself. */
function ownGroups(backend: DenoiserWebGPUBackend, call: Call): void {
  const { s, slope, dx, dz, dscale, dbias } = call;
  const { x, dy, scale } = call.inputs;
  const reads = { x, dy, scale, ...call.forSlope };
  // With one image, or of each image, the sums of the channels are there at once, if so many buffers can be bound.
  const buffers = Object.keys({ ...reads, dx, ...dz, dscale, dbias }).length;
  const isDirect = (s.images === 1 || s.ownScales) && buffers <= backend.capabilities.storageBuffers;
  const sums = isDirect ? undefined : backend.make([s.images, s.channels, 2]);
  backend.run({
    key: `groupNormGrad ${call.variant} ${isDirect}`,
    reads,
    writes: { dx, ...dz, ...(sums ? { sums } : { dscale, dbias }) },
    types: { ...call.types, sums: 'vec2f' },
    workgroups: flat(s.places),
    code: () => `
      ${sumsOfPlace(s, {
        ...{ epsilon: call.attrs.epsilon, source: 'x', slope, writesSlope: Boolean(dz.dz) },
        to: isDirect ? 'output' : 0,
      })}
      ${applySlope(dz.dz ? storedSlope : slope)}
      ${atEachPlace(
        s.threads,
        `if (index >= PLACES) { return; }
        let p = placeOf(index, local);
        let m = groupMoments(p);
        applySlope(p, m, sumsOfPlace(p, m) / SIZE);`,
      )}`,
  });
  if (!sums) return;
  sumColumns(backend, { ...rowsOfSums(s), sums, dscale, dbias });
  backend.disposeData(sums.dataId);
}

/** Several workgroups share a group. */
function sharedGroups(backend: DenoiserWebGPUBackend, call: Call): void {
  const { s, slope, dx, dz, dscale, dbias, forSlope } = call;
  const { x, dy, scale } = call.inputs;
  const { moments } = call.inputs;
  const partials = moments ? undefined : partialMoments(backend, x, s);
  /** (Σ g, Σ g·x̂) and (mean, 1/σ) for each place, then the sums for [images·blocks][channels]. */
  const sums = backend.make([2 * s.places + s.images * s.blocks * s.channels, 2]);
  const types = { ...call.types, partials: 'vec2f', moments: 'vec2f', sums: 'vec2f' };
  backend.run({
    key: `groupNormGradSums ${call.variant} ${Boolean(moments)}`,
    reads: { x, dy, scale, ...forSlope, ...(moments && { moments }), ...(partials && { partials }) },
    writes: { ...dz, sums },
    types,
    workgroups: flat(s.places),
    code: () => `
      ${sumsOfPlace(s, {
        ...{
          epsilon: call.attrs.epsilon,
          source: moments ? 'moments' : 'partials',
          slope,
          writesSlope: Boolean(dz.dz),
        },
        to: 2 * s.places,
      })}
      ${atEachPlace(
        s.threads,
        `if (index >= PLACES) { return; }
        let p = placeOf(index, local);
        let m = groupMoments(p);
        let both = sumsOfPlace(p, m);
        if (local == 0u) {
          sums[2u * index] = both;
          sums[2u * index + 1u] = m;
        }`,
      )}`,
  });
  const applied = dz.dz ? storedSlope : slope;
  const channels = { threads: s.threads, ...rowsOfSums(s), offset: 2 * s.places };
  backend.run({
    key: `groupNormGradApply ${call.variant}`,
    reads: { x, ...(dz.dz ? dz : { dy, ...forSlope }), scale, sums },
    writes: { dx, dscale, dbias },
    types,
    workgroups: flat(s.places + columnSumGroups(channels)),
    code: () => `
      ${groupPlaces(s)}
      ${groupSums(s)}
      ${applied.code}
      ${applySlope(applied)}
      ${columnSums(channels)}
      ${atEachPlace(
        s.threads,
        `if (index >= PLACES) {
          columnSums(index - PLACES, local);
          return;
        }
        let p = placeOf(index, local);
        let m = sums[2u * p.slice * BLOCKS + 1u];
        applySlope(p, m, groupSums(p) / SIZE);`,
      )}`,
  });
  if (partials) backend.disposeData(partials.dataId);
  backend.disposeData(sums.dataId);
}

/** The sums that the blocks leave for dscale and dbias: added up over all images, or for each. */
const rowsOfSums = ({ images, blocks, channels, ownScales }: GroupGeometry) => ({
  sets: ownScales ? images : 1,
  rows: ownScales ? blocks : images * blocks,
  columns: channels,
});
