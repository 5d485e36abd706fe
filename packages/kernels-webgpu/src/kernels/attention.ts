import { Attention, type AttentionAttrs, type AttentionInputs } from '@denoiser/ops';
import { FLAT_GROUP, flat } from '../dispatch';
import {
  addShares,
  chunkOf,
  each,
  forEachHead,
  headGroups,
  headPlan,
  numbered,
  partType,
  readPart,
  sharesOf,
  tileOf,
  writePart,
} from '../wgsl/heads';
import { kernel } from './kernel';

/**
 * Attention in tiles with a running softmax (Milakov and Gimelshein 2018, arXiv:1805.02867; Dao et al. 2022,
 * arXiv:2205.14135, algorithm 1); no N×M matrix. One dispatch.
 *
 * A workgroup has 128 invocations and as many queries, or fewer where a head has more than 32 channels and a team of
 * invocations shares a query. Each has q (times log₂e/√width) and y in registers, at most 64 numbers; keys and values pass
 * by in tiles of 8 KB of workgroup memory, 64 keys at width 16, with 2 KB more for the teams. Keys are taken eight
 * at a time (four where heads have more than 16 channels): their scores, the new largest, one rescaling of y.
 *
 * FLOPs: 4·N·M·C, and an exponential for each pair and head; 1.1·4·N·M·C with rescaling. Bytes: 4·C·(2N + 2M) + 4·N·heads for each
 * image if caches keep what a head has; from the caches, each workgroup reads its head's keys and values once:
 * 8·C·M·N/128. A part of four of a key or value serves four multiply-adds for each read from workgroup memory.
 */
export const attention = kernel<AttentionInputs, AttentionAttrs>(Attention, ({ q, k, v }, { heads }, backend) => {
  const [images, n, channels] = q.shape as [number, number, number];
  const m = k.shape[1] as number;
  const width = channels / heads;
  const plan = headPlan(
    { width, own: n, other: m, slice: 8, chunk: width > 16 ? 4 : 8, shares: 1, facts: 0 },
    backend.capabilities,
  );
  const { slice, tile, chunk } = plan;
  const type = partType(plan);
  const y = backend.make(q.shape);
  const logSumExp = backend.make([images, heads, n]);
  const groups = headGroups(plan, { images, heads, count: n });
  const scores = numbered('s', chunk);
  backend.run({
    key: `attention ${[images, n, m, channels, heads, plan.threads, tile, chunk]}`,
    reads: { q, k, v },
    writes: { y, logSumExp },
    types: { q: type, k: type, v: type, y: type },
    workgroups: flat(groups),
    code: () => `
      ${FLAT_GROUP}
      ${['q', 'k', 'v'].map((name) => readPart(name, plan, heads)).join('\n')}
      ${writePart('y', plan, heads)}
      ${tileOf(plan, ['k', 'v'], m)}
      ${sharesOf(plan, 'f32')}
      const LOWEST = -3.4e38;
      ${forEachHead(
        plan,
        { heads, count: n, groups },
        `
        ${each(slice, (i) => `var q${i} = vec4f(); var y${i} = vec4f();`)}
        if (row < ${n}u) {
          ${each(slice, (i) => `q${i} = ${Math.LOG2E / Math.sqrt(width)} * qAt(image * ${n}u + row, head, part + ${i}u);`)}
        }
        var largest = LOWEST;
        var sum = 0.0;
        for (var start = 0u; start < ${m}u; start += ${tile}u) {
          workgroupBarrier();
          loadTile(image, head, start, local);
          workgroupBarrier();
          let count = min(${tile}u, ${m}u - start);
          for (var j = 0u; j < count; j += ${chunk}u) {
            ${chunkOf('k', plan)}
            ${chunkOf('v', plan)}
            ${scores.map((s, c) => `var ${s} = ${each(slice, (i) => `dot(q${i}, (*kChunk)[${c}][${i}])`, ' + ')};`).join('\n')}
            ${addShares(plan, scores)}
            ${m % chunk === 0 ? '' : scores.map((s, c) => `${s} = select(LOWEST, ${s}, j + ${c}u < count);`).join('\n')}
            let top = ${scores.reduce((text, s) => `max(${text}, ${s})`, 'largest')};
            let fade = exp2(largest - top);
            largest = top;
            ${scores.map((s) => `${s} = exp2(${s} - top);`).join('\n')}
            sum = sum * fade + (${scores.join(' + ')});
            ${each(slice, (i) => `y${i} = y${i} * fade + ${scores.map((s, c) => `${s} * (*vChunk)[${c}][${i}]`).join(' + ')};`)}
          }
        }
        if (row < ${n}u) {
          ${each(slice, (i) => `ySet(image * ${n}u + row, head, part + ${i}u, y${i} / sum);`)}
          if (member == 0u) {
            logSumExp[(image * ${heads}u + head) * ${n}u + row] = (largest + log2(sum)) * ${Math.LN2};
          }
        }`,
      )}`,
  });
  return [y, logSumExp];
});
