import {
  Attention,
  type AttentionAttrs,
  AttentionGrad,
  type AttentionGradInputs,
  type AttentionInputs,
} from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Engine } from '../machine/engine';
import { jobs } from '../machine/generated/jobs';
import { ceil, up } from './blocks';
import { type Matrix, pack, packedBytes } from './gemm';
import { kernel } from './kernel';
import { SCRATCH } from './scratch';

type Sizes = { images: number; rows: number; channels: number; heads: number };

/** Packs the heads of x, [images·heads] of x_h (k = rows) or x_hᵀ (k = channels of a head). Returns the bytes of one. */
function packHeads(engine: Engine, x: number, s: Sizes, transposed: boolean, to: number): number {
  const d = s.channels / s.heads;
  const stride = s.channels * 4;
  const bytes = transposed ? packedBytes(engine, d, s.rows) : packedBytes(engine, s.rows, d);
  for (let image = 0; image < s.images; image++) {
    const address = x + image * s.rows * stride;
    const at = to + image * s.heads * bytes;
    const matrix: Matrix = transposed
      ? { address, rowStride: 4, columnStride: stride }
      : { address, rowStride: stride, columnStride: 4 };
    if (transposed) pack(engine, matrix, d, s.rows, at, s.heads, d * 4);
    else pack(engine, matrix, s.rows, d, at, s.heads, d * 4);
  }
  return bytes;
}

function packed(engine: Engine, slot: number, x: number, s: Sizes, transposed: boolean) {
  const d = s.channels / s.heads;
  const one = transposed ? packedBytes(engine, d, s.rows) : packedBytes(engine, s.rows, d);
  const address = engine.scratch(slot, one * s.images * s.heads);
  return { address, bytes: packHeads(engine, x, s, transposed, address) };
}

const attention = kernel<AttentionInputs, AttentionAttrs>(Attention, ({ q, k, v }, { heads }, backend) => {
  const { engine } = backend;
  const [images, n, channels] = q.shape as [number, number, number];
  const m = k.shape[1] as number;
  const d = channels / heads;
  const y = backend.output(q.shape, 'float32');
  const logSumExp = backend.output([images, heads, n], 'float32');
  const sizes = { images, rows: m, channels, heads };
  const kT = packed(engine, SCRATCH.qT, backend.address(k), sizes, true);
  const vs = packed(engine, SCRATCH.kPacked, backend.address(v), sizes, false);
  // AMX splits keys and values anew for each block of queries.
  const most = engine.simd === 'amx' ? 512 : engine.rows * 8;
  const enough = ceil(n * images * heads, engine.threads * 4);
  const queryBlock = Math.min(most, up(Math.max(enough, engine.rows * 8), 32));
  const keyBlock = Math.min(up(m, engine.columns), 256);
  // Of each query its sums and scores, and where queries lie in the lanes, the query and what it sums up.
  const bytes = queryBlock * 4 * (4 + keyBlock + 2 * up(d, engine.columns));
  const largestKey = engine.scratch(SCRATCH.moments, images * heads * 4);
  engine.run(jobs.largestKey, images * heads, { kT: kT.address, bytesPerHead: kT.bytes, d, keys: m, to: largestKey });
  engine.run(jobs.attention, images * heads * ceil(n, queryBlock), {
    q: backend.address(q),
    kT: kT.address,
    v: vs.address,
    y: backend.address(y),
    logSumExp: backend.address(logSumExp),
    heads,
    n,
    m,
    channels,
    queryBlock,
    keyBlock,
    scale: Math.LOG2E / Math.sqrt(d),
    memory: engine.scratch(SCRATCH.threads, bytes * engine.threads),
    bytesPerThread: bytes,
    kTBytes: kT.bytes,
    vBytes: vs.bytes,
    largestKey,
  });
  return [y, logSumExp];
});

const attentionGrad = kernel<AttentionGradInputs, AttentionAttrs>(AttentionGrad, (inputs, { heads }, backend) => {
  const { engine } = backend;
  const { q, k, v, y, dy, logSumExp } = inputs;
  const [images, n, channels] = q.shape as [number, number, number];
  const m = k.shape[1] as number;
  const d = channels / heads;
  const [dq, dk, dv] = [q, k, v].map(({ shape }) => backend.output(shape, 'float32')) as [
    TensorInfo,
    TensorInfo,
    TensorInfo,
  ];
  const at = (t: TensorInfo) => backend.address(t);
  const sizesN = { images, rows: n, channels, heads };
  const qT = packed(engine, SCRATCH.qT, at(q), sizesN, true);
  const dyT = packed(engine, SCRATCH.dyT, at(dy), sizesN, true);
  const qs = packed(engine, SCRATCH.qPacked, at(q), sizesN, false);
  const dys = packed(engine, SCRATCH.dyPacked, at(dy), sizesN, false);
  const ks = packed(engine, SCRATCH.kPacked, at(k), { images, rows: m, channels, heads }, false);
  const keyBlock = Math.min(up(m, engine.rows), engine.rows * 16);
  const { columns } = engine;
  const queryBlock = Math.min(up(n, columns), Math.floor(120 / columns) * columns);
  const bytes = (2 * up(n, columns) + 2 * keyBlock * queryBlock) * 4;
  const scale = 1 / Math.sqrt(d);
  engine.run(jobs.attentionGrad, images * heads, {
    q: at(q),
    k: at(k),
    v: at(v),
    y: at(y),
    dy: at(dy),
    logSumExp: at(logSumExp),
    dq: at(dq),
    dk: at(dk),
    dv: at(dv),
    heads,
    n,
    m,
    channels,
    keyBlock,
    queryBlock,
    scoreScale: scale * Math.LOG2E,
    scale,
    memory: engine.scratch(SCRATCH.threads, bytes * engine.threads),
    bytesPerThread: bytes,
    qT: qT.address,
    dyT: dyT.address,
    qPacked: qs.address,
    dyPacked: dys.address,
    kPacked: ks.address,
    transposedBytes: qT.bytes,
    queryBytes: qs.bytes,
    keyBytes: ks.bytes,
  });
  return [dq, dk, dv];
});

export const attentionKernels = [attention, attentionGrad];
