import { GlobalNorm, type GlobalNormInputs } from '@denoiser/ops';
import type { Bound } from '../dispatch';
import { workgroupSum } from '../wgsl/reductions';
import { kernel } from './kernel';
import { runsOf } from './tuples';

/** Invocations in a workgroup, at most. */
const THREADS = 256;
/** Elements, of one or four floats, that an invocation adds up, unless the tensor is too large for `MOST_GROUPS`. */
const DEPTH = 8;
/** Workgroups, and partial sums, for one tensor, or for many that lie behind one another. */
const MOST_GROUPS = 512;

/**
 * Partial sums of squares: so many tensors a dispatch as a shader can see buffers, so many workgroups for each as its size
 * asks for; tensors that lie behind one another are one. Then one dispatch for the sum of those.
 */
const globalNorm = kernel<GlobalNormInputs, object>(GlobalNorm, (inputs, _, backend) => {
  const threads = Math.min(THREADS, backend.capabilities.workgroupSize);
  const tuples = Object.values(inputs).map((x) => ({ x }));
  const tensors = runsOf(backend, tuples)
    .map(({ bound, type, count }) => {
      return {
        tensor: bound.x as Bound,
        type,
        count,
        groups: Math.min(MOST_GROUPS, Math.ceil(count / (threads * DEPTH))),
      };
    })
    .sort((a, b) => a.type.localeCompare(b.type)); // alike beside alike: fewer pipelines
  const total = tensors.reduce((sum, { groups }) => sum + groups, 0);
  const partials = backend.make([total]);
  const most = backend.capabilities.storageBuffers - 1;
  for (let start = 0, first = 0; start < tensors.length; start += most) {
    const part = tensors.slice(start, start + most);
    const sums = part.map(
      (_, k) => `
        if (place < uniforms.groups${k}) {
          for (var i = place * ${threads}u + local; i < uniforms.count${k}; i += uniforms.groups${k} * ${threads}u) {
            let x = x${k}[i];
            sum += ${part[k]?.type === 'f32' ? 'x * x' : 'dot(x, x)'};
          }
        }
        place -= uniforms.groups${k}; // beyond 0 it is larger than any`,
    );
    const sizes = part.flatMap(({ count, groups }, k) => [
      [`count${k}`, { u32: count }] as const,
      [`groups${k}`, { u32: groups }] as const,
    ]);
    const groups = part.reduce((sum, one) => sum + one.groups, 0);
    backend.run({
      key: `squares ${threads} ${part.map(({ type }) => type)}`,
      reads: Object.fromEntries(part.map(({ tensor }, k) => [`x${k}`, tensor])),
      writes: { partials },
      types: Object.fromEntries(part.map(({ type }, k) => [`x${k}`, type])),
      uniforms: { first: { u32: first }, ...Object.fromEntries(sizes) },
      workgroups: [groups],
      code: () => `
        ${workgroupSum(threads)}
        @compute @workgroup_size(${threads})
        fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
          var place = group.x;
          var sum = 0f;
          ${sums.join('\n')}
          let all = workgroupSum(vec2f(sum, 0), local).x;
          if (local == 0u) { partials[uniforms.first + group.x] = all; }
        }`,
    });
    first += groups;
  }
  const y = backend.make([]);
  backend.run({
    key: `rootOfSum ${threads}`,
    reads: { partials },
    writes: { y },
    uniforms: { count: { u32: total } },
    workgroups: [1],
    code: () => `
      ${workgroupSum(threads)}
      @compute @workgroup_size(${threads})
      fn main(@builtin(local_invocation_index) local: u32) {
        var sum = 0f;
        for (var i = local; i < uniforms.count; i += ${threads}u) { sum += partials[i]; }
        let all = workgroupSum(vec2f(sum, 0), local).x;
        if (local == 0u) { y[0] = sqrt(all); }
      }`,
  });
  backend.disposeData(partials.dataId);
  return y;
});

export const globalNormKernels = [globalNorm];
