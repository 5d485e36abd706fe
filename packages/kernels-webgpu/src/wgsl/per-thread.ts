import { type Dispatch, FLAT_GROUP, flat } from '../dispatch';

/** Invocations in a workgroup where nothing is shared: every adapter has as many. */
const GROUP = 64;

/** A shader that runs `body` once for each `i` from 0 to `count` − 1, each by itself. `functions` is WGSL beside it. */
export function perThread(count: number, body: string, functions = ''): Pick<Dispatch, 'workgroups' | 'code'> {
  return {
    workgroups: flat(Math.ceil(count / GROUP)),
    code: () => `
      ${functions}
      ${FLAT_GROUP}
      @compute @workgroup_size(${GROUP})
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
              @builtin(local_invocation_index) local: u32) {
        let i = flatGroup(group, groups) * ${GROUP}u + local;
        if (i >= ${count}u) { return; }
        ${body}
      }`,
  };
}

/** How many floats one invocation takes at once: 4 where rows of `size` floats allow it. */
export function lanes(size: number): { width: 1 | 4; type: 'f32' | 'vec4f' } {
  return size % 4 === 0 ? { width: 4, type: 'vec4f' } : { width: 1, type: 'f32' };
}
