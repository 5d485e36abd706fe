import {
  Attention,
  type AttentionAttrs,
  type AttentionInputs,
  fusedKernels,
  type SelfAttentionInputs,
} from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { FLAT_GROUP, flat } from '../dispatch';
import {
  addShares,
  chunkOf,
  each,
  forEachHead,
  headGroups,
  headPlan,
  ownRows,
  partType,
  readPart,
  sharesOf,
  sumOf,
  tileOf,
  writePart,
} from '../wgsl/heads';
import { apart, type Three, together } from './attention-tensors';
import { kernel } from './kernel';

/**
 * Attention in tiles with a running softmax (Milakov and Gimelshein 2018, arXiv:1805.02867; Dao et al. 2022,
 * arXiv:2205.14135, algorithm 1); no N×M matrix. One dispatch.
 *
 * A workgroup has 64 invocations and, where a head has up to 16 channels, 128 queries; a team of invocations shares the
 * queries of a wider one, 16 channels each. q (times log₂e/√width) and y of two queries are in registers, at most 64
 * numbers; keys and values pass by in tiles of 4 KB of workgroup memory, 32 keys at width 16, with 2 KB more for the teams.
 * Keys are taken four at a time: their scores, the new largest, one rescaling of y. A read of four numbers from workgroup
 * memory serves eight multiply-adds.
 *
 * FLOPs: 4·N·M·C, C·N·M/4 more for rescaling, and an exponential and a quarter for each pair and head. Bytes for each image:
 * 4·C·(2N + 2M) + 4·N·heads if caches keep what a head has; from the caches, each workgroup reads its head's keys and values
 * once: 8·C·M·N/128, times the size of a team.
 */
export const attentionKernels = [
  kernel<AttentionInputs, AttentionAttrs>(Attention, (inputs, { heads }, backend) => {
    const [images, n, channels] = inputs.q.shape as [number, number, number];
    return attend(backend, apart('', inputs, heads), { images, n, m: inputs.k.shape[1] as number, channels, heads });
  }),
  kernel<SelfAttentionInputs, AttentionAttrs>(fusedKernels.selfAttention, ({ qkv }, { heads }, backend) => {
    const [images, n, threefold] = qkv.shape as [number, number, number];
    return attend(backend, together('', qkv, heads), { images, n, m: n, channels: threefold / 3, heads });
  }),
];

/** Sizes of attention: n queries and m keys an image. */
export type AttentionSizes = {
  readonly images: number;
  readonly n: number;
  readonly m: number;
  readonly channels: number;
  readonly heads: number;
};

function attend(
  backend: DenoiserWebGPUBackend,
  qkv: Three,
  sizes: AttentionSizes,
): [y: TensorInfo, logSumExp: TensorInfo] {
  const { images, n, m, channels, heads } = sizes;
  const width = channels / heads;
  const plan = headPlan({ width, own: n, other: m, slice: 4, shares: 1, facts: 0 }, backend.capabilities);
  const { slice, hold, tile, chunk } = plan;
  const type = partType(plan);
  const y = backend.makeFor(Object.values(qkv.tensors)[0] as TensorInfo, [images, n, channels], type);
  const logSumExp = backend.make([images, heads, n]);
  const groups = headGroups(plan, { images, heads, count: n });
  const scores = Array.from({ length: hold * chunk }, (_, i) => `s${Math.floor(i / chunk)}_${i % chunk}`);
  backend.run({
    key: `attention ${[images, n, m, channels, heads, plan.threads, tile, chunk]} ${Object.keys(qkv.tensors)}`,
    reads: qkv.tensors,
    readable: Object.keys(qkv.tensors),
    writes: { y, logSumExp },
    writable: type === 'vec4f' ? ['y'] : [],
    types: { q: type, k: type, v: type, qkv: type, y: type },
    workgroups: flat(groups),
    code: () => `
      ${FLAT_GROUP}
      ${(['q', 'k', 'v'] as const).map((name) => readPart(name, plan, qkv.rows[name], { isReadable: true })).join('\n')}
      ${writePart('y', plan, ownRows('y', heads), { isWritable: true })}
      ${tileOf(plan, ['k', 'v'], m)}
      ${sharesOf(plan, 'f32')}
      const LOWEST = -3.4e38;
      ${forEachHead(
        plan,
        { heads, count: n, groups },
        `
        ${each(
          hold,
          (r) => `
          ${each(slice, (i) => `var q${r}_${i} = vec4f(); var y${r}_${i} = vec4f();`)}
          var largest${r} = LOWEST;
          var sum${r} = 0.0;
          if (row${r} < ${n}u) {
            let origin = image * ${n}u + row${r};
            ${each(slice, (i) => `q${r}_${i} = ${Math.LOG2E / Math.sqrt(width)} * qAt(origin, head, part + ${i}u);`)}
          }`,
        )}
        for (var start = 0u; start < ${m}u; start += ${tile}u) {
          workgroupBarrier();
          loadTile(image, head, start, local);
          workgroupBarrier();
          let count = min(${tile}u, ${m}u - start);
          for (var j = 0u; j < count; j += ${chunk}u) {
            ${chunkOf('k', plan)}
            ${chunkOf('v', plan)}
            ${each(
              chunk,
              (c) => `
              ${each(slice, (i) => `let k${c}_${i} = (*kChunk)[${c}][${i}];`)}
              ${each(hold, (r) => `var s${r}_${c} = ${sumOf(slice, (i) => `dot(q${r}_${i}, k${c}_${i})`)};`)}`,
            )}
            ${addShares(plan, scores)}
            ${m % chunk === 0 ? '' : scores.map((s, i) => `${s} = select(LOWEST, ${s}, j + ${i % chunk}u < count);`).join('\n')}
            ${each(
              hold,
              (r) => `
              let top${r} = max(largest${r}, ${each(chunk - 1, (c) => `max(s${r}_${c}, `, '')}s${r}_${chunk - 1}${')'.repeat(chunk)};
              let fade${r} = exp2(largest${r} - top${r});
              largest${r} = top${r};
              ${each(chunk, (c) => `s${r}_${c} = exp2(s${r}_${c} - top${r});`)}
              sum${r} = sum${r} * fade${r} + (${sumOf(chunk, (c) => `s${r}_${c}`)});`,
            )}
            ${each(
              slice,
              (i) => `
              ${each(chunk, (c) => `let v${c}_${i} = (*vChunk)[${c}][${i}];`)}
              ${each(hold, (r) => `y${r}_${i} = y${r}_${i} * fade${r} + ${sumOf(chunk, (c) => `s${r}_${c} * v${c}_${i}`)};`)}`,
            )}
          }
        }
        ${each(
          hold,
          (r) => `
          if (row${r} < ${n}u) {
            ${each(slice, (i) => `ySet(image * ${n}u + row${r}, head, part + ${i}u, y${r}_${i} / sum${r});`)}
            if (member == 0u) {
              logSumExp[(image * ${heads}u + head) * ${n}u + row${r}] = (largest${r} + log2(sum${r})) * ${Math.LN2};
            }
          }`,
        )}`,
      )}`,
  });
  return [y, logSumExp];
}
