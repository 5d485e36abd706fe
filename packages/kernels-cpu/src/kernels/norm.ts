import {
  GroupNorm,
  type GroupNormAttrs,
  GroupNormGrad,
  type GroupNormGradInputs,
  type GroupNormInputs,
  LayerNorm,
  type LayerNormAttrs,
  LayerNormGrad,
  type LayerNormGradInputs,
  type LayerNormInputs,
} from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { CpuEngineBackend } from '../backend';
import { kernel, sizeOf } from './kernel';
import { SCRATCH } from './scratch';

const ACTIVATION = { linear: 0, gelu: 1, silu: 2 } as const;

/** [images][rows][channels] in blocks of rows: about 8192 elements, at most 64 blocks an image. */
function geometryOf(x: TensorInfo) {
  const images = x.shape[0] as number;
  const channels = x.shape[3] as number;
  const rows = (x.shape[1] as number) * (x.shape[2] as number);
  const block = Math.max(1, Math.ceil(8192 / channels), Math.ceil(rows / 64));
  return { images, channels, rows, block, blocks: Math.max(1, Math.ceil(rows / block)) };
}

type Geometry = ReturnType<typeof geometryOf>;

/** Leaves (mean, 1/σ) of each image and group in scratch memory. */
function moments(backend: CpuEngineBackend, x: number, s: Geometry, { groups, epsilon }: GroupNormAttrs): number {
  const { engine } = backend;
  const partial = engine.scratch(SCRATCH.partial, s.images * s.blocks * groups * 8);
  const to = engine.scratch(SCRATCH.moments, s.images * groups * 8);
  engine.run('groupStatisticsJob', s.images * s.blocks, [x, s.rows, s.channels, groups, s.block, s.blocks, partial]);
  const width = s.channels / groups;
  engine.run('groupMomentsJob', 1, [partial, s.images, s.blocks, groups, s.rows, s.block, width, to], [epsilon]);
  return to;
}

const groupNorm = kernel<GroupNormInputs, GroupNormAttrs>(GroupNorm, (inputs, attrs, backend) => {
  const { x, scale, bias, residual } = inputs;
  const { engine } = backend;
  const s = geometryOf(x);
  const y = backend.output(x.shape, 'float32');
  if (sizeOf(x.shape) === 0) return y;
  const from = backend.address(x);
  const m = moments(backend, from, s, attrs);
  engine.run('groupNormJob', s.images * s.blocks, [
    from,
    s.rows,
    s.channels,
    attrs.groups,
    s.block,
    s.blocks,
    m,
    backend.address(scale),
    backend.address(bias),
    residual ? backend.address(residual) : 0,
    ACTIVATION[attrs.activation],
    backend.address(y),
    engine.scratch(SCRATCH.threads, engine.threads * s.channels * 8),
  ]);
  return y;
});

const groupNormGrad = kernel<GroupNormGradInputs, GroupNormAttrs>(GroupNormGrad, (inputs, attrs, backend) => {
  const { x, scale, bias, residual, dy } = inputs;
  const { engine } = backend;
  const s = geometryOf(x);
  const size = sizeOf(x.shape);
  const dx = backend.output(x.shape, 'float32');
  const dscale = backend.output(scale.shape, 'float32');
  const dbias = backend.output(bias.shape, 'float32');
  const from = backend.address(x);
  const m = moments(backend, from, s, attrs);
  const linear = attrs.activation === 'linear';
  // The gradient by the residual is dz itself.
  const dresidual = residual && !linear ? backend.output(x.shape, 'float32') : undefined;
  const at = backend.address(dy);
  const dz = linear ? at : dresidual ? backend.address(dresidual) : engine.scratch(SCRATCH.dz, size * 4);
  const partial = engine.scratch(SCRATCH.partial, s.images * s.blocks * s.channels * 8);
  engine.run('groupNormGradSumsJob', s.images * s.blocks, [
    from,
    s.rows,
    s.channels,
    attrs.groups,
    s.block,
    s.blocks,
    m,
    backend.address(scale),
    backend.address(bias),
    residual ? backend.address(residual) : 0,
    ACTIVATION[attrs.activation],
    dz,
    engine.scratch(SCRATCH.threads, engine.threads * s.channels * 8),
    at,
    partial,
  ]);
  const factors = engine.scratch(SCRATCH.factors, s.images * 3 * s.channels * 4);
  engine.run('groupNormGradFactorsJob', 1, [
    partial,
    s.images,
    s.blocks,
    attrs.groups,
    s.channels,
    s.rows,
    m,
    backend.address(scale),
    backend.address(dscale),
    backend.address(dbias),
    factors,
  ]);
  engine.run('groupNormGradJob', s.images * s.blocks, [
    from,
    s.rows,
    s.channels,
    attrs.groups,
    s.block,
    s.blocks,
    dz,
    factors,
    backend.address(dx),
  ]);
  if (!residual) return [dx, dscale, dbias];
  if (dresidual) return [dx, dscale, dbias, dresidual];
  backend.incRef(dy.dataId);
  return [dx, dscale, dbias, { dataId: dy.dataId, shape: dy.shape, dtype: dy.dtype }];
});

const rowsOf = (x: TensorInfo) => {
  const channels = x.shape.at(-1) as number;
  return { channels, rows: sizeOf(x.shape.slice(0, -1)), block: Math.max(1, Math.ceil(8192 / Math.max(1, channels))) };
};

const layerNorm = kernel<LayerNormInputs, LayerNormAttrs>(LayerNorm, ({ x, scale, bias }, { epsilon }, backend) => {
  const { channels, rows, block } = rowsOf(x);
  const y = backend.output(x.shape, 'float32');
  const at = [backend.address(scale), backend.address(bias), backend.address(y)];
  const integers = [backend.address(x), rows, channels, block, ...at];
  backend.engine.run('layerNormJob', Math.ceil(rows / block), integers, [epsilon]);
  return y;
});

const layerNormGrad = kernel<LayerNormGradInputs, LayerNormAttrs>(LayerNormGrad, (inputs, { epsilon }, backend) => {
  const { x, scale, bias, dy } = inputs;
  const { engine } = backend;
  const { channels, rows } = rowsOf(x);
  const block = Math.max(1, Math.ceil(rows / 64), Math.ceil(8192 / channels));
  const chunks = Math.ceil(rows / block);
  const dx = backend.output(x.shape, 'float32');
  const dscale = backend.output(scale.shape, 'float32');
  const dbias = backend.output(bias.shape, 'float32');
  const partial = engine.scratch(SCRATCH.partial, Math.max(1, chunks) * channels * 8);
  const at = [backend.address(scale), backend.address(dy), backend.address(dx)];
  engine.runWith('layerNormGradJob', chunks, [backend.address(x), rows, channels, block, ...at, 0, partial], 7, [
    epsilon,
  ]);
  const sums = engine.scratch(SCRATCH.factors, channels * 8);
  engine.run('sumPartialsJob', 1, [partial, chunks, 2 * channels, sums], [1]);
  engine.float32(backend.address(dscale), channels).set(engine.float32(sums, channels));
  engine.float32(backend.address(dbias), channels).set(engine.float32(sums + channels * 4, channels));
  return [dx, dscale, dbias];
});

export const normKernels = [groupNorm, groupNormGrad, layerNorm, layerNormGrad];
