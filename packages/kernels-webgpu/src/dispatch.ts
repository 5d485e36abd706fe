import type { TensorInfo } from '@tensorflow/tfjs-core';
import { HALVES_OF, halvesOf } from './wgsl/halves';

/** A tensor, or several that lie behind one another in memory, see `Arenas`: they are bound as one. */
export type Bound = TensorInfo | readonly [TensorInfo, ...TensorInfo[]];

/** A number of a shader: an f32, or a u32. */
export type Uniform = number | { readonly u32: number };

/** One dispatch of a compute shader. Tensors are bound in the order in which they are named: reads, writes, scalars. */
export type Dispatch = {
  /** Names the pipeline. Everything that `code`, `types` and the tensors' types depend on must be in it: sizes, variants. */
  readonly key: string;
  /** The shader without its bindings, which are declared by the names below. Called once for each key. */
  readonly code: () => string;
  readonly reads: Readonly<Record<string, Bound>>;
  /** Also what is changed in place. A tensor is in `reads` or in `writes`, not in both. */
  readonly writes: Readonly<Record<string, Bound>>;
  /** Numbers that are on the GPU, float32 tensors of one element, each an f32 of its name: they take no storage buffer. */
  readonly scalars?: Readonly<Record<string, TensorInfo>>;
  /** Element types other than f32 (i32 for int32 tensors): 'vec4f' where the last dimension is a multiple of 4, … */
  readonly types?: Readonly<Record<string, string>>;
  /** Names in `reads` that the code reads by `at_name(i)` alone, never `name[i]`: they may be halves in memory, see `makeHalves`. */
  readonly readable?: readonly string[];
  /** Names in `writes` that the code writes by `put_name(i, value)` alone, never `name[i]`: they may be halves, if elements are vectors. */
  readonly writable?: readonly string[];
  /** Numbers that change from call to call, `uniforms.name` in the shader: f32, or u32. Sizes belong into the code, as constants. */
  readonly uniforms?: Readonly<Record<string, Uniform>>;
  readonly workgroups: readonly [x: number, y?: number, z?: number];
};

/** The tensors of a binding. */
export const membersOf = (bound: Bound): readonly [TensorInfo, ...TensorInfo[]] =>
  Array.isArray(bound) ? (bound as [TensorInfo, ...TensorInfo[]]) : [bound as TensorInfo];

/**
 * The whole WGSL module of a dispatch: declarations of its bindings, then its code.
 *
 * @param halves the names of those that are halves in memory
 */
export function moduleOf(dispatch: Dispatch, halves: readonly string[] = []): string {
  const { code, reads, writes, scalars = {}, types = {}, readable = [], writable = [], uniforms } = dispatch;
  const lines: string[] = [];
  let binding = 0;
  const declare = (access: string, tensors: Readonly<Record<string, Bound>>) => {
    for (const [name, bound] of Object.entries(tensors)) {
      const [{ dtype }] = membersOf(bound);
      const type = types[name] ?? (dtype === 'float32' ? 'f32' : 'i32');
      const stored = halves.includes(name) ? halvesOf(type, name) : undefined;
      lines.push(`@group(0) @binding(${binding++}) var<storage, ${access}> ${name}: array<${stored?.stored ?? type}>;`);
      if (access === 'read' && readable.includes(name)) {
        lines.push(`fn at_${name}(i: u32) -> ${type} { return ${stored?.read ?? `${name}[i]`}; }`);
      }
      if (access !== 'read' && writable.includes(name)) {
        lines.push(`fn put_${name}(i: u32, v: ${type}) { ${stored?.write ?? `${name}[i] = v;`} }`);
      }
    }
  };
  declare('read', reads);
  declare('read_write', writes);
  for (const name of Object.keys(scalars)) lines.push(`@group(0) @binding(${binding++}) var<uniform> ${name}: f32;`);
  if (uniforms) {
    const fields = Object.entries(uniforms).map(
      ([name, value]) => `${name}: ${typeof value === 'number' ? 'f32' : 'u32'}`,
    );
    lines.push(`struct Uniforms { ${fields.join(', ')} }`);
    lines.push(`@group(0) @binding(${binding}) var<uniform> uniforms: Uniforms;`);
  }
  if (halves.some((name) => name in writes)) lines.push(HALVES_OF);
  return [...lines, code()].join('\n');
}

/** The kinds of a dispatch's bindings, in order. */
export function signatureOf({ reads, writes, scalars = {}, uniforms }: Dispatch): GPUBufferBindingType[] {
  return [
    ...Object.keys(reads).map(() => 'read-only-storage' as const),
    ...Object.keys(writes).map(() => 'storage' as const),
    ...Object.keys(scalars).map(() => 'uniform' as const),
    ...(uniforms ? (['uniform'] as const) : []),
  ];
}

/** Returns uniforms as their buffer has them: words in order, of which a whole number of 16 bytes is bound. */
export function uniformWords(uniforms: readonly Uniform[]): ArrayBuffer {
  const words = new ArrayBuffer(Math.ceil(uniforms.length / 4) * 16);
  const [floats, integers] = [new Float32Array(words), new Uint32Array(words)];
  uniforms.forEach((value, i) => {
    if (typeof value === 'number') floats[i] = value;
    else integers[i] = value.u32;
  });
  return words;
}

/** Workgroups for `count` of them in a row, folded where one dimension is not enough; see `FLAT_GROUP`. */
export function flat(count: number, limit = 65535): [x: number, y: number] {
  if (count <= limit) return [count, 1];
  const rows = Math.ceil(count / limit);
  return [Math.ceil(count / rows), rows];
}

/** WGSL: the number of the workgroup in a dispatch that `flat` laid out. May be beyond the last one: check. */
export const FLAT_GROUP = 'fn flatGroup(group: vec3u, groups: vec3u) -> u32 { return group.y * groups.x + group.x; }';

/** Elements in a tensor of that shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
