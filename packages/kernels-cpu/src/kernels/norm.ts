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
import { Activation, jobs } from '../machine/generated/jobs';
import { kernel, sizeOf } from './kernel';
import { SCRATCH } from './scratch';

/** Cuts [images][rows][channels] into blocks of rows: of about 8192 elements, at most 64 blocks an image. */
function cut(x: TensorInfo, groups: number) {
  const images = x.shape[0] as number;
  const channels = x.shape[3] as number;
  const rows = (x.shape[1] as number) * (x.shape[2] as number);
  const block = Math.max(1, Math.ceil(8192 / channels), Math.ceil(rows / 64));
  return { images, channels, rows, groups, block, blocks: Math.max(1, Math.ceil(rows / block)) };
}

type Cut = ReturnType<typeof cut>;

/** Computes (mean, 1/σ) of each image and group, in scratch memory. */
function moments(backend: CpuEngineBackend, x: number, s: Cut, epsilon: number): number {
  const { engine } = backend;
  const { images, rows, channels, groups, block, blocks } = s;
  const partial = engine.scratch(SCRATCH.partial, images * blocks * groups * 8);
  const to = engine.scratch(SCRATCH.moments, images * groups * 8);
  engine.run(jobs.groupStatistics, images * blocks, { x, rows, channels, groups, block, blocks, partial });
  const width = channels / groups;
  engine.run(jobs.groupMoments, 1, { partial, images, blocks, groups, rows, block, width, epsilon, to });
  return to;
}

/** Whether each image has a scale of its own: [B, C], not [C]. */
const hasOwn = ({ shape }: TensorInfo) => shape.length === 2;

const groupNorm = kernel<GroupNormInputs, GroupNormAttrs>(GroupNorm, (inputs, attrs, backend) => {
  const { x, scale, bias, residual } = inputs;
  const { engine } = backend;
  const s = cut(x, attrs.groups);
  const y = backend.output(x.shape, 'float32');
  if (sizeOf(x.shape) === 0) return y;
  const from = backend.address(x);
  const m = moments(backend, from, s, attrs.epsilon);
  const { images, rows, channels, groups, block, blocks } = s;
  engine.run(jobs.groupNorm, images * blocks, {
    x: from,
    rows,
    channels,
    groups,
    block,
    blocks,
    moments: m,
    scale: backend.address(scale),
    bias: backend.address(bias),
    ownScales: hasOwn(scale),
    residual: residual ? backend.address(residual) : 0,
    activation: Activation[attrs.activation],
    to: backend.address(y),
    memory: engine.scratch(SCRATCH.threads, engine.threads * channels * 8),
  });
  return y;
});

const groupNormGrad = kernel<GroupNormGradInputs, GroupNormAttrs>(GroupNormGrad, (inputs, attrs, backend) => {
  const { x, scale, bias, residual, dy } = inputs;
  const { engine } = backend;
  const s = cut(x, attrs.groups);
  const { images, rows, channels, groups, block, blocks } = s;
  const dx = backend.output(x.shape, 'float32');
  const dscale = backend.output(scale.shape, 'float32');
  const dbias = backend.output(bias.shape, 'float32');
  const from = backend.address(x);
  const m = moments(backend, from, s, attrs.epsilon);
  const linear = attrs.activation === 'linear';
  // The gradient by the residual is dz itself.
  const dresidual = residual && !linear ? backend.output(x.shape, 'float32') : undefined;
  const at = backend.address(dy);
  const dz = linear ? at : dresidual ? backend.address(dresidual) : engine.scratch(SCRATCH.dz, sizeOf(x.shape) * 4);
  const partial = engine.scratch(SCRATCH.partial, images * blocks * channels * 8);
  engine.run(jobs.groupNormGradSums, images * blocks, {
    x: from,
    rows,
    channels,
    groups,
    block,
    blocks,
    moments: m,
    scale: backend.address(scale),
    bias: backend.address(bias),
    ownScales: hasOwn(scale),
    residual: residual ? backend.address(residual) : 0,
    activation: Activation[attrs.activation],
    dy: at,
    dz,
    memory: engine.scratch(SCRATCH.threads, engine.threads * channels * 8),
    partial,
  });
  const factors = engine.scratch(SCRATCH.factors, images * 3 * channels * 4);
  engine.run(jobs.groupNormGradFactors, 1, {
    partial,
    images,
    blocks,
    groups,
    channels,
    rows,
    moments: m,
    scale: backend.address(scale),
    ownScales: hasOwn(scale),
    dscale: backend.address(dscale),
    dbias: backend.address(dbias),
    factors,
  });
  engine.run(jobs.groupNormGrad, images * blocks, {
    x: from,
    rows,
    channels,
    groups,
    block,
    blocks,
    dz,
    factors,
    to: backend.address(dx),
  });
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
  backend.engine.run(jobs.layerNorm, Math.ceil(rows / block), {
    x: backend.address(x),
    rows,
    channels,
    block,
    scale: backend.address(scale),
    epsilon,
    bias: backend.address(bias),
    to: backend.address(y),
  });
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
  engine.run(jobs.layerNormGrad, chunks, {
    x: backend.address(x),
    rows,
    channels,
    block,
    scale: backend.address(scale),
    epsilon,
    dy: backend.address(dy),
    dx: backend.address(dx),
    partial,
  });
  const sums = engine.scratch(SCRATCH.factors, channels * 8);
  engine.run(jobs.sumPartials, 1, { partial, blocks: chunks, n: 2 * channels, factor: 1, to: sums });
  engine.float32(backend.address(dscale), channels).set(engine.float32(sums, channels));
  engine.float32(backend.address(dbias), channels).set(engine.float32(sums + channels * 4, channels));
  return [dx, dscale, dbias];
});

export const normKernels = [groupNorm, groupNormGrad, layerNorm, layerNormGrad];
