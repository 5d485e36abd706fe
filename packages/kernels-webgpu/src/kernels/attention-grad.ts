import { type AttentionAttrs, AttentionGrad, type AttentionGradInputs } from '@denoiser/ops';
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
  numbered,
  partType,
  readPart,
  sharesOf,
  tileOf,
  writePart,
} from '../wgsl/heads';
import { kernel } from './kernel';

/**
 * The gradient of attention with the probabilities computed again from logSumExp (Dao et al. 2022, arXiv:2205.14135,
 * algorithm 4), as two dispatches without atomics: P = exp(s − logSumExp), dS = P·(dy·vᵀ − Σ dy·y)/√width;
 * by query dq = dS·k, then by key dk = dSᵀ·q and dv = Pᵀ·dy. The first leaves each query's Σ dy·y for the second.
 *
 * FLOPs: 6·N·M·C by query, 8·N·M·C by key, an exponential each for each pair and head. Bytes for each image:
 * 4·C·(4N + 2M) by query (q, dy, y, k, v; dq), 4·C·(2N + 4M) by key (q, dy, k, v; dk, dv), 8·N·heads between them.
 */
export const attentionGrad = kernel<AttentionGradInputs, AttentionAttrs>(
  AttentionGrad,
  (inputs, { heads }, backend) => {
    const overlap = backend.make(inputs.logSumExp.shape); // Σ dy·y
    const dq = byQuery(backend, { ...inputs, overlap }, heads);
    const [dk, dv] = byKey(backend, { ...inputs, overlap }, heads);
    backend.disposeData(overlap.dataId);
    return [dq, dk, dv];
  },
);

type Tensors = AttentionGradInputs & { overlap: TensorInfo };

/**
 * dq, and Σ dy·y. An invocation has q, dy and dq of a query, or of up to 32 channels of it, in registers, at most 96
 * numbers; keys and values pass by in tiles of 8 KB, with 4 KB more for the teams. Three reads of four numbers from
 * workgroup memory for twelve multiply-adds.
 */
function byQuery(backend: DenoiserWebGPUBackend, { q, k, v, y, dy, logSumExp, overlap }: Tensors, heads: number) {
  const [images, n, channels] = q.shape as [number, number, number];
  const m = k.shape[1] as number;
  const width = channels / heads;
  const plan = headPlan({ width, own: n, other: m, slice: 8, chunk: 4, shares: 2, facts: 0 }, backend.capabilities);
  const { slice, tile, chunk } = plan;
  const type = partType(plan);
  const dq = backend.make(q.shape);
  const groups = headGroups(plan, { images, heads, count: n });
  const both = numbered('b', chunk); // (score, dy·v) of each key of a chunk
  const slopes = numbered('d', chunk);
  backend.run({
    key: `attentionGradQueries ${[images, n, m, channels, heads, plan.threads, tile, chunk]}`,
    reads: { q, k, v, y, dy, logSumExp },
    writes: { dq, overlap },
    types: { q: type, k: type, v: type, y: type, dy: type, dq: type },
    workgroups: flat(groups),
    code: () => `
      ${FLAT_GROUP}
      ${['q', 'k', 'v', 'y', 'dy'].map((name) => readPart(name, plan, heads)).join('\n')}
      ${writePart('dq', plan, heads)}
      ${tileOf(plan, ['k', 'v'], m)}
      ${sharesOf(plan, 'vec2f')}
      ${forEachHead(
        plan,
        { heads, count: n, groups },
        `
        ${each(slice, (i) => `var q${i} = vec4f(); var dy${i} = vec4f(); var dq${i} = vec4f();`)}
        var base = 0.0;
        var b0 = vec2f();
        let fact = (image * ${heads}u + head) * ${n}u + row;
        if (row < ${n}u) {
          let origin = image * ${n}u + row;
          ${each(
            slice,
            (i) => `
            q${i} = ${Math.LOG2E / Math.sqrt(width)} * qAt(origin, head, part + ${i}u);
            dy${i} = dyAt(origin, head, part + ${i}u);
            b0.x += dot(dy${i}, yAt(origin, head, part + ${i}u));`,
          )}
          base = logSumExp[fact] * ${Math.LOG2E};
        }
        ${addShares(plan, ['b0'])}
        let shift = b0.x;
        if (row < ${n}u && member == 0u) { overlap[fact] = shift; }
        for (var start = 0u; start < ${m}u; start += ${tile}u) {
          workgroupBarrier();
          loadTile(image, head, start, local);
          workgroupBarrier();
          let count = min(${tile}u, ${m}u - start);
          for (var j = 0u; j < count; j += ${chunk}u) {
            ${chunkOf('k', plan)}
            ${chunkOf('v', plan)}
            ${both.map((b, c) => `var ${b} = vec2f(${each(slice, (i) => `dot(q${i}, (*kChunk)[${c}][${i}])`, ' + ')}, ${each(slice, (i) => `dot(dy${i}, (*vChunk)[${c}][${i}])`, ' + ')});`).join('\n')}
            ${addShares(plan, both)}
            ${each(chunk, (c) => `var ${slopes[c]} = exp2(${both[c]}.x - base) * (${both[c]}.y - shift);`)}
            ${m % chunk === 0 ? '' : slopes.map((one, c) => `${one} = select(0.0, ${one}, j + ${c}u < count);`).join('\n')}
            ${each(slice, (i) => `dq${i} += ${slopes.map((one, c) => `${one} * (*kChunk)[${c}][${i}]`).join(' + ')};`)}
          }
        }
        if (row < ${n}u) {
          ${each(slice, (i) => `dqSet(image * ${n}u + row, head, part + ${i}u, ${1 / Math.sqrt(width)} * dq${i});`)}
        }`,
      )}`,
  });
  return dq;
}

/**
 * dk and dv. An invocation has k, v, dk and dv of a key, or of up to 16 channels of it, in registers, at most 64 numbers;
 * queries and dy pass by in tiles of 8 KB with each query's logSumExp and Σ dy·y, with 4 KB more for the teams. Four reads
 * of four numbers from workgroup memory for sixteen multiply-adds.
 */
function byKey(
  backend: DenoiserWebGPUBackend,
  { q, k, v, dy, logSumExp, overlap }: Tensors,
  heads: number,
): [dk: TensorInfo, dv: TensorInfo] {
  const [images, n, channels] = q.shape as [number, number, number];
  const m = k.shape[1] as number;
  const width = channels / heads;
  const plan = headPlan({ width, own: m, other: n, slice: 4, chunk: 4, shares: 2, facts: 8 }, backend.capabilities);
  const { slice, tile, chunk } = plan;
  const type = partType(plan);
  const dk = backend.make(k.shape);
  const dv = backend.make(v.shape);
  const groups = headGroups(plan, { images, heads, count: m });
  const both = numbered('b', chunk); // (score, dy·v) of each query of a chunk
  const probabilities = numbered('p', chunk);
  const slopes = numbered('d', chunk);
  backend.run({
    key: `attentionGradKeys ${[images, n, m, channels, heads, plan.threads, tile, chunk]}`,
    reads: { q, k, v, dy, logSumExp, overlap },
    writes: { dk, dv },
    types: { q: type, k: type, v: type, dy: type, dk: type, dv: type },
    workgroups: flat(groups),
    code: () => `
      ${FLAT_GROUP}
      ${['q', 'k', 'v', 'dy'].map((name) => readPart(name, plan, heads)).join('\n')}
      ${['dk', 'dv'].map((name) => writePart(name, plan, heads)).join('\n')}
      ${tileOf(plan, ['q', 'dy'], n)}
      var<workgroup> facts: array<vec2f, ${tile}>; // logSumExp to base 2, Σ dy·y
      ${sharesOf(plan, 'vec2f')}
      ${forEachHead(
        plan,
        { heads, count: m, groups },
        `
        ${each(slice, (i) => `var k${i} = vec4f(); var v${i} = vec4f(); var dk${i} = vec4f(); var dv${i} = vec4f();`)}
        if (row < ${m}u) {
          let origin = image * ${m}u + row;
          ${each(
            slice,
            (i) => `
            k${i} = ${Math.LOG2E / Math.sqrt(width)} * kAt(origin, head, part + ${i}u);
            v${i} = vAt(origin, head, part + ${i}u);`,
          )}
        }
        for (var start = 0u; start < ${n}u; start += ${tile}u) {
          workgroupBarrier();
          loadTile(image, head, start, local);
          for (var i = local; i < ${tile}u; i += ${plan.threads}u) {
            var fact = vec2f(3.4e38, 0.0); // beyond the last query: probability 0
            if (start + i < ${n}u) {
              let at = (image * ${heads}u + head) * ${n}u + start + i;
              fact = vec2f(logSumExp[at] * ${Math.LOG2E}, overlap[at]);
            }
            facts[i] = fact;
          }
          workgroupBarrier();
          let count = min(${tile}u, ${n}u - start);
          for (var j = 0u; j < count; j += ${chunk}u) {
            ${chunkOf('q', plan)}
            ${chunkOf('dy', plan)}
            ${both.map((b, c) => `var ${b} = vec2f(${each(slice, (i) => `dot(k${i}, (*qChunk)[${c}][${i}])`, ' + ')}, ${each(slice, (i) => `dot(v${i}, (*dyChunk)[${c}][${i}])`, ' + ')});`).join('\n')}
            ${addShares(plan, both)}
            ${each(
              chunk,
              (c) => `
              let ${probabilities[c]} = exp2(${both[c]}.x - facts[j + ${c}u].x);
              let ${slopes[c]} = ${probabilities[c]} * (${both[c]}.y - facts[j + ${c}u].y);`,
            )}
            ${each(slice, (i) => `dk${i} += ${slopes.map((d, c) => `${d} * (*qChunk)[${c}][${i}]`).join(' + ')};`)}
            ${each(slice, (i) => `dv${i} += ${probabilities.map((p, c) => `${p} * (*dyChunk)[${c}][${i}]`).join(' + ')};`)}
          }
        }
        if (row < ${m}u) {
          let to = image * ${m}u + row;
          ${each(
            slice,
            (i) => `
            dkSet(to, head, part + ${i}u, ${1 / Math.sqrt(width)} * dk${i});
            dvSet(to, head, part + ${i}u, dv${i});`,
          )}
        }`,
      )}`,
  });
  return [dk, dv];
}
