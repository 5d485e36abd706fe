import {
  type AttentionAttrs,
  AttentionGrad,
  type AttentionGradInputs,
  fusedKernels,
  type SelfAttentionGradInputs,
} from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { FLAT_GROUP, flat } from '../dispatch';
import {
  addShares,
  chunkOf,
  each,
  forEachHead,
  type HeadPlan,
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
import type { AttentionSizes } from './attention';
import { apart, only, type Three, together } from './attention-tensors';
import { kernel } from './kernel';

/**
 * The gradient of attention with the probabilities computed again from logSumExp (Dao et al. 2022, arXiv:2205.14135,
 * algorithm 4), as two dispatches without atomics: P = exp(s − logSumExp), dS = P·(dy·vᵀ − Σ dy·y)/√width;
 * by query dq = dS·k, then by key dk = dSᵀ·q and dv = Pᵀ·dy. The first leaves each query's Σ dy·y for the second.
 *
 * FLOPs: 6·N·M·C by query, 8·N·M·C by key, an exponential each for each pair and head. Bytes for each image:
 * 4·C·(4N + 2M) by query (q, dy, y, k, v; dq), 4·C·(2N + 4M) by key (q, dy, k, v; dk, dv), 8·N·heads between them.
 */
export const attentionGradKernels = [
  kernel<AttentionGradInputs, AttentionAttrs>(AttentionGrad, (inputs, { heads }, backend) => {
    const { q, k, v } = inputs;
    const [images, n, channels] = q.shape as [number, number, number];
    const [dq, dk, dv] = [q, k, v].map(({ shape }) => backend.make(shape)) as [TensorInfo, TensorInfo, TensorInfo];
    gradients(backend, {
      ...{ ...inputs, images, n, m: k.shape[1] as number, channels, heads },
      qkv: apart('', inputs, heads),
      dqkv: apart('d', { q: dq, k: dk, v: dv }, heads),
    });
    return [dq, dk, dv];
  }),
  kernel<SelfAttentionGradInputs, AttentionAttrs>(fusedKernels.selfAttentionGrad, (inputs, { heads }, backend) => {
    const [images, n, threefold] = inputs.qkv.shape as [number, number, number];
    const dqkv = backend.make(inputs.qkv.shape);
    gradients(backend, {
      ...{ ...inputs, images, n, m: n, channels: threefold / 3, heads },
      qkv: together('', inputs.qkv, heads),
      dqkv: together('d', dqkv, heads),
    });
    return [dqkv];
  }),
];

type Call = AttentionSizes & {
  readonly qkv: Three;
  readonly dqkv: Three;
  readonly y: TensorInfo;
  readonly dy: TensorInfo;
  readonly logSumExp: TensorInfo;
};

function gradients(backend: DenoiserWebGPUBackend, call: Call): void {
  const overlap = backend.make(call.logSumExp.shape); // Σ dy·y
  byQuery(backend, call, overlap);
  byKey(backend, call, overlap);
  backend.disposeData(overlap.dataId);
}

/** Types of all bindings that have parts. */
const partTypes = (type: 'vec4f' | 'f32') =>
  Object.fromEntries(['q', 'k', 'v', 'qkv', 'dq', 'dk', 'dv', 'dqkv', 'y', 'dy'].map((name) => [name, type]));

/**
 * dq, and Σ dy·y. q, dy and dq of two queries, 16 channels of each, are in an invocation's registers, 96 numbers; keys and
 * values pass by in tiles of 4 KB, with 4 KB more for the teams. A read of four numbers from workgroup memory serves eight
 * multiply-adds.
 */
function byQuery(backend: DenoiserWebGPUBackend, call: Call, overlap: TensorInfo): void {
  const { qkv, dqkv, y, dy, logSumExp, images, n, m, channels, heads } = call;
  const width = channels / heads;
  const plan = headPlan({ width, own: n, other: m, slice: 4, shares: 2, facts: 0 }, backend.capabilities);
  const { slice, hold, tile, chunk } = plan;
  const type = partType(plan);
  const groups = headGroups(plan, { images, heads, count: n });
  backend.run({
    key: `attentionGradQueries ${[images, n, m, channels, heads, plan.threads, tile, chunk]} ${Object.keys(qkv.tensors)}`,
    reads: { ...qkv.tensors, y, dy, logSumExp },
    writes: { ...only(dqkv, ['q']), overlap },
    types: partTypes(type),
    workgroups: flat(groups),
    code: () => `
      ${FLAT_GROUP}
      ${(['q', 'k', 'v'] as const).map((name) => readPart(name, plan, qkv.rows[name])).join('\n')}
      ${['y', 'dy'].map((name) => readPart(name, plan, ownRows(name, heads))).join('\n')}
      ${writePart('dq', plan, dqkv.rows.q)}
      ${tileOf(plan, ['k', 'v'], m)}
      ${sharesOf(plan, 'vec2f')}
      ${forEachHead(
        plan,
        { heads, count: n, groups },
        `
        ${each(
          hold,
          (r) => `
          ${each(slice, (i) => `var q${r}_${i} = vec4f(); var dy${r}_${i} = vec4f(); var dq${r}_${i} = vec4f();`)}
          var base${r} = 0.0; // logSumExp to base 2
          var shift${r} = vec2f(); // Σ dy·y
          let fact${r} = (image * ${heads}u + head) * ${n}u + row${r};
          if (row${r} < ${n}u) {
            let origin = image * ${n}u + row${r};
            ${each(
              slice,
              (i) => `
              q${r}_${i} = ${Math.LOG2E / Math.sqrt(width)} * qAt(origin, head, part + ${i}u);
              dy${r}_${i} = dyAt(origin, head, part + ${i}u);
              shift${r}.x += dot(dy${r}_${i}, yAt(origin, head, part + ${i}u));`,
            )}
            base${r} = logSumExp[fact${r}] * ${Math.LOG2E};
          }`,
        )}
        ${addShares(plan, names('shift', hold))}
        ${each(hold, (r) => `if (row${r} < ${n}u && member == 0u) { overlap[fact${r}] = shift${r}.x; }`)}
        for (var start = 0u; start < ${m}u; start += ${tile}u) {
          workgroupBarrier();
          loadTile(image, head, start, local);
          workgroupBarrier();
          let count = min(${tile}u, ${m}u - start);
          for (var j = 0u; j < count; j += ${chunk}u) {
            ${chunkOf('k', plan)}
            ${chunkOf('v', plan)}
            ${scoresOf(plan, { first: ['q', 'k'], second: ['dy', 'v'] })}
            ${each(hold, (r) => each(chunk, (c) => `var d${r}_${c} = exp2(b${r}_${c}.x - base${r}) * (b${r}_${c}.y - shift${r}.x);`))}
            ${m % chunk === 0 ? '' : each(hold, (r) => each(chunk, (c) => `d${r}_${c} = select(0.0, d${r}_${c}, j + ${c}u < count);`))}
            ${addProducts(plan, { to: 'dq', weight: 'd', tile: 'k' })}
          }
        }
        ${each(
          hold,
          (r) => `
          if (row${r} < ${n}u) {
            ${each(slice, (i) => `dqSet(image * ${n}u + row${r}, head, part + ${i}u, ${1 / Math.sqrt(width)} * dq${r}_${i});`)}
          }`,
        )}`,
      )}`,
  });
}

/**
 * dk and dv. k, v, dk and dv of two keys, 8 channels of each, are in an invocation's registers, 64 numbers; queries and dy
 * pass by in tiles of 4 KB with each query's logSumExp and Σ dy·y, with 4 KB more for the teams. A read of four numbers
 * from workgroup memory serves eight multiply-adds.
 */
function byKey(backend: DenoiserWebGPUBackend, call: Call, overlap: TensorInfo): void {
  const { qkv, dqkv, dy, logSumExp, images, n, m, channels, heads } = call;
  const width = channels / heads;
  const plan = headPlan({ width, own: m, other: n, slice: 2, shares: 2, facts: 8 }, backend.capabilities);
  const { slice, hold, tile, chunk } = plan;
  const type = partType(plan);
  const groups = headGroups(plan, { images, heads, count: m });
  backend.run({
    key: `attentionGradKeys ${[images, n, m, channels, heads, plan.threads, tile, chunk]} ${Object.keys(qkv.tensors)}`,
    reads: { ...qkv.tensors, dy, logSumExp, overlap },
    writes: only(dqkv, ['k', 'v']),
    types: partTypes(type),
    workgroups: flat(groups),
    code: () => `
      ${FLAT_GROUP}
      ${(['q', 'k', 'v'] as const).map((name) => readPart(name, plan, qkv.rows[name])).join('\n')}
      ${readPart('dy', plan, ownRows('dy', heads))}
      ${(['k', 'v'] as const).map((name) => writePart(`d${name}`, plan, dqkv.rows[name])).join('\n')}
      ${tileOf(plan, ['q', 'dy'], n)}
      var<workgroup> facts: array<vec2f, ${tile}>; // logSumExp to base 2, Σ dy·y
      ${sharesOf(plan, 'vec2f')}
      ${forEachHead(
        plan,
        { heads, count: m, groups },
        `
        ${each(
          hold,
          (r) => `
          ${each(slice, (i) => `var k${r}_${i} = vec4f(); var v${r}_${i} = vec4f(); var dk${r}_${i} = vec4f(); var dv${r}_${i} = vec4f();`)}
          if (row${r} < ${m}u) {
            let origin = image * ${m}u + row${r};
            ${each(
              slice,
              (i) => `
              k${r}_${i} = ${Math.LOG2E / Math.sqrt(width)} * kAt(origin, head, part + ${i}u);
              v${r}_${i} = vAt(origin, head, part + ${i}u);`,
            )}
          }`,
        )}
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
            ${scoresOf(plan, { first: ['k', 'q'], second: ['v', 'dy'] })}
            ${each(
              chunk,
              (c) => `
              let fact${c} = facts[j + ${c}u];
              ${each(
                hold,
                (r) => `
                let p${r}_${c} = exp2(b${r}_${c}.x - fact${c}.x);
                let d${r}_${c} = p${r}_${c} * (b${r}_${c}.y - fact${c}.y);`,
              )}`,
            )}
            ${addProducts(plan, { to: 'dk', weight: 'd', tile: 'q' })}
            ${addProducts(plan, { to: 'dv', weight: 'p', tile: 'dy' })}
          }
        }
        ${each(
          hold,
          (r) => `
          if (row${r} < ${m}u) {
            let to = image * ${m}u + row${r};
            ${each(
              slice,
              (i) => `
              dkSet(to, head, part + ${i}u, ${1 / Math.sqrt(width)} * dk${r}_${i});
              dvSet(to, head, part + ${i}u, dv${r}_${i});`,
            )}
          }`,
        )}`,
      )}`,
  });
}

const names = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`);

/** WGSL: `b`, own row's and chunk's number behind it: the products of two own rows' parts with those of two tiles. */
function scoresOf(
  plan: HeadPlan,
  { first, second }: { first: readonly [own: string, tile: string]; second: readonly [own: string, tile: string] },
): string {
  const { slice, hold, chunk } = plan;
  const product = ([own]: readonly [string, string], side: string, r: number, c: number) =>
    sumOf(slice, (i) => `dot(${own}${r}_${i}, ${side}${c}_${i})`);
  return `
    ${each(
      chunk,
      (c) => `
      ${each(slice, (i) => `let one${c}_${i} = (*${first[1]}Chunk)[${c}][${i}]; let two${c}_${i} = (*${second[1]}Chunk)[${c}][${i}];`)}
      ${each(hold, (r) => `var b${r}_${c} = vec2f(${product(first, 'one', r, c)}, ${product(second, 'two', r, c)});`)}`,
    )}
    ${addShares(
      plan,
      names('b', hold).flatMap((b) => names(`${b}_`, chunk)),
    )}`;
}

/** WGSL: adds to `to` of each own row the chunk's rows of a tile times their weights. */
const addProducts = (
  { slice, hold, chunk }: HeadPlan,
  { to, weight, tile }: { to: string; weight: string; tile: string },
): string =>
  each(
    slice,
    (i) => `
    ${each(chunk, (c) => `let ${to}Row${c}_${i} = (*${tile}Chunk)[${c}][${i}];`)}
    ${each(hold, (r) => `${to}${r}_${i} += ${sumOf(chunk, (c) => `${weight}${r}_${c} * ${to}Row${c}_${i}`)};`)}`,
  );
