import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { type Bound, type Dispatch, FLAT_GROUP, flat, sizeOf } from '../dispatch';
import { lanes } from '../wgsl/per-thread';

const GROUP = 64;

/** Tensors that belong together, by name. */
export type Tuple = Readonly<Record<string, TensorInfo>>;
/** As many elements of each of its bindings, of one or four floats. */
type Run = {
  readonly bound: Readonly<Record<string, Bound>>;
  readonly type: 'f32' | 'vec4f';
  readonly count: number;
};

/**
 * Does the same to every element of many tuples of tensors, whose sizes may differ from tuple to tuple: as many tuples in a
 * dispatch as a shader can see buffers, tuples that lie behind one another (see `Arenas`) being one. Sizes are uniforms here, so that a
 * network's many shapes share two pipelines.
 *
 * @param o reads, writes: names of a tuple's tensors; body: WGSL for element `i`, where `name$` is that tensor of the tuple
 *   and `T` is f32 or vec4f
 */
export function forEachOfTuples(
  backend: DenoiserWebGPUBackend,
  o: {
    readonly name: string;
    readonly reads: readonly string[];
    readonly writes: readonly string[];
    readonly tuples: readonly Tuple[];
    /** Numbers on the GPU for all bodies, under their own names. */
    readonly scalars?: Readonly<Record<string, TensorInfo>>;
    readonly uniforms: Readonly<Record<string, number>>;
    readonly body: string;
  },
): void {
  const { name, reads, writes, scalars, uniforms, body } = o;
  const members = [...reads, ...writes];
  const most = Math.max(1, Math.floor(backend.capabilities.storageBuffers / members.length));
  const runs = runsOf(backend, o.tuples);
  for (const type of ['vec4f', 'f32'] as const) {
    const alike = runs.filter((run) => run.type === type && run.count > 0);
    for (let start = 0; start < alike.length; start += most) {
      const part = alike.slice(start, start + most);
      const counts = part.map(({ count }) => count);
      const named = (names: readonly string[]) =>
        Object.fromEntries(part.flatMap(({ bound }, k) => names.map((one) => [one + k, bound[one] as Bound])));
      const dispatch: Dispatch = {
        key: `${name} ${part.length} ${type}`,
        reads: named(reads),
        writes: named(writes),
        ...(scalars && { scalars }),
        types: Object.fromEntries(part.flatMap((_, k) => members.map((one) => [one + k, type]))),
        uniforms: { ...uniforms, ...Object.fromEntries(counts.map((count, k) => [`count${k}`, { u32: count }])) },
        workgroups: flat(Math.ceil(counts.reduce((a, b) => a + b, 0) / GROUP)),
        code: () => `
          alias T = ${type};
          ${FLAT_GROUP}
          @compute @workgroup_size(${GROUP})
          fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
                  @builtin(local_invocation_index) local: u32) {
            var i = flatGroup(group, groups) * ${GROUP}u + local;
            ${part
              .map((_, k) => `if (i < uniforms.count${k}) { ${body.replaceAll('$', String(k))} return; }`)
              .map((line, k) => `${k > 0 ? `i -= uniforms.count${k - 1};` : ''} ${line}`)
              .join('\n')}
          }`,
      };
      backend.run(dispatch);
    }
  }
}

/** The tuples, those that lie behind one another put together. */
export function runsOf(backend: DenoiserWebGPUBackend, tuples: readonly Tuple[]): Run[] {
  const groups: [Tuple, ...Tuple[]][] = [];
  for (const tuple of tuples) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const isNext =
      last && Object.entries(tuple).every(([name, one]) => backend.areNeighbours(last[name] as TensorInfo, one));
    if (isNext) group?.push(tuple);
    else groups.push([tuple]);
  }
  return groups.map(([first, ...others]) => {
    const names = Object.keys(first);
    const [one] = Object.values(first) as [TensorInfo];
    if (others.length === 0) {
      const { width, type } = lanes(sizeOf(one.shape));
      return { bound: first, type, count: sizeOf(one.shape) / width };
    }
    const bound = Object.fromEntries(
      names.map((name): [string, Bound] => [
        name,
        [first[name] as TensorInfo, ...others.map((other) => other[name] as TensorInfo)],
      ]),
    );
    return { bound, type: 'vec4f', count: backend.placeOf(bound[names[0] as string] as Bound).size / 16 };
  });
}
