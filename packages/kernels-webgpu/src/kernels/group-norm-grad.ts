import { type GroupNormAttrs, GroupNormGrad, type GroupNormGradInputs } from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { flat } from '../dispatch';
import { columnSumGroups, columnSums } from '../wgsl/column-sums';
import { atEachPlace } from '../wgsl/group-moments';
import { groupGeometry, groupPlaces, keyOf } from '../wgsl/group-places';
import { applySlope, computedSlope, groupSums, storedSlope, sumsOfPlace } from '../wgsl/group-slopes';
import { sumColumns } from './column-sums';
import { partialMoments } from './group-norm';
import { kernel } from './kernel';

/**
 * dz = dy·activation′(z), z computed again; dx = (g − mean(g) − x̂·mean(g·x̂))/σ with g = dz·scale and the means over the
 * group; dscale = Σ dz·x̂, dbias = Σ dz; dresidual = dz.
 *
 * Shared out as the forward pass is. Three dispatches where groups are in blocks: the moments of the blocks; the blocks'
 * sums for the group and for the channels, and dresidual; dx, and in further workgroups of the same dispatch dscale and
 * dbias. Groups of one block: one dispatch, and one that adds up the channels' sums over the images if there are several.
 * There is no dz in memory unless it is an output; where there is an activation and no residual, it is computed twice.
 *
 * Per element about 30 FLOPs, 60 with gelu. Bytes in three dispatches: 24 (x read three times, dy twice, dx written), and 8
 * with a residual (it is read, dz written and read in dy's place). In one: 12, and 8 with a residual. Where the activation is
 * linear, dresidual is dy itself, and neither is touched. 11 KB of workgroup memory.
 */
export const groupNormGrad = kernel<GroupNormGradInputs, GroupNormAttrs>(GroupNormGrad, (inputs, attrs, backend) => {
  const { x, scale, bias, residual, dy } = inputs;
  const { groups, epsilon, activation } = attrs;
  const { workgroupSize, storageBuffers } = backend.capabilities;
  const s = groupGeometry(x.shape as [number, number, number, number], groups, workgroupSize);
  const { type } = s.lanes;
  const dx = backend.make(x.shape);
  const dscale = backend.make(scale.shape);
  const dbias = backend.make(bias.shape);
  const isLinear = activation === 'linear';
  const dz = residual && !isLinear ? backend.make(x.shape) : undefined;
  /** What the slope at z takes. */
  const forSlope = isLinear ? undefined : { bias, ...(residual && { residual }) };
  const types = { x: type, dy: type, dx: type, dz: type, scale: type, bias: type, residual: type };
  const variant = `${keyOf(s)} ${[epsilon, activation, Boolean(residual)]}`;
  const slope = computedSlope(s, activation, Boolean(residual));
  const applied = dz ? storedSlope : slope;
  const done: TensorInfo[] = [];

  if (s.blocks === 1) {
    const reads = { x, dy, scale, ...forSlope };
    const inPlace = { dx, ...(dz && { dz }) };
    // With one image, the sums of the channels are there at once, if so many buffers can be bound.
    const isDirect = s.images === 1 && Object.keys({ ...reads, ...inPlace }).length + 2 <= storageBuffers;
    const sums = isDirect ? undefined : backend.make([s.images, s.channels, 2]);
    backend.run({
      key: `groupNormGrad ${variant} ${isDirect}`,
      reads,
      writes: { ...inPlace, ...(sums ? { sums } : { dscale, dbias }) },
      types: { ...types, sums: 'vec2f' },
      workgroups: flat(s.places),
      code: () => `
        ${sumsOfPlace(s, { epsilon, slope, writesSlope: Boolean(dz), to: isDirect ? 'output' : 0 })}
        ${applySlope(applied)}
        ${atEachPlace(
          s.threads,
          `if (index >= PLACES) { return; }
          let p = placeOf(index, local);
          let m = groupMoments(p);
          applySlope(p, m, sumsOfPlace(p, m) / SIZE);`,
        )}`,
    });
    if (sums) {
      sumColumns(backend, { rows: s.images, sums, dscale, dbias });
      done.push(sums);
    }
  } else {
    const partials = partialMoments(backend, x, s) as TensorInfo;
    /** (Σ g, Σ g·x̂) and (mean, 1/σ) for each place, then the sums of [images·blocks][channels]. */
    const sums = backend.make([2 * s.places + s.images * s.blocks * s.channels, 2]);
    backend.run({
      key: `groupNormGradSums ${variant}`,
      reads: { x, dy, scale, ...forSlope, partials },
      writes: { ...(dz && { dz }), sums },
      types: { ...types, partials: 'vec2f', sums: 'vec2f' },
      workgroups: flat(s.places),
      code: () => `
        ${sumsOfPlace(s, { epsilon, slope, writesSlope: Boolean(dz), to: 2 * s.places })}
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
    const channels = { threads: s.threads, rows: s.images * s.blocks, columns: s.channels, offset: 2 * s.places };
    backend.run({
      key: `groupNormGradApply ${variant}`,
      reads: { x, ...(dz ? { dz } : { dy, ...forSlope }), scale, sums },
      writes: { dx, dscale, dbias },
      types: { ...types, sums: 'vec2f' },
      workgroups: flat(s.places + columnSumGroups(s.channels, s.threads)),
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
    done.push(partials, sums);
  }
  for (const { dataId } of done) backend.disposeData(dataId);
  if (!residual) return [dx, dscale, dbias];
  if (dz) return [dx, dscale, dbias, dz];
  backend.incRef(dy.dataId);
  return [dx, dscale, dbias, { dataId: dy.dataId, shape: dy.shape, dtype: dy.dtype }];
});
