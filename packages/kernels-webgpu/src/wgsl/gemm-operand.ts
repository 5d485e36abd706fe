import type { Activation } from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { eachOfFour } from './activations';

/** What the four elements of a vector differ in: the index that is summed over, or the row of A or column of B. */
export type Packing = 'inner' | 'outer';

/** A or B of a product, and how it is read from its tensor, four elements at a time. */
export type Operand = {
  readonly tensor: TensorInfo;
  readonly packing: Packing;
  /** Element type of the binding: 'vec4f' where four neighbours can be read at once. */
  readonly type: 'vec4f' | 'f32';
  /** Whatever the code depends on. */
  readonly key: string;
  /**
   * WGSL of two functions that read the binding `name`, element i by `at_name(i)`. `place_name(batch: u32, outer: u32) -> <type>`: what does not change
   * along the inner sum. `load_name(place, k: u32) -> vec4f`: elements k … k+3, or `outer` … `outer`+3, of which those with
   * k ≥ the length of the inner sum are 0. An `outer` beyond the matrix may give anything.
   */
  readonly code: (name: string) => string;
  /** What else it binds, under these names, and reads in the same way. */
  readonly beside?: {
    readonly reads: Readonly<Record<string, TensorInfo>>;
    readonly writes?: Readonly<Record<string, TensorInfo>>;
    readonly types: Readonly<Record<string, string>>;
  };
  /** WGSL statements before anything is loaded, for a tile of so many rows and invocations; see `gemmFunction` for what is there. */
  readonly prepare?: (name: string) => string;
};

/** An operand whose elements go through an activation as they are loaded: of 0, which fills up, each makes 0. Needs `ACTIVATIONS`. */
export function activated(operand: Operand, activation: Activation): Operand {
  if (activation === 'linear') return operand;
  return {
    ...operand,
    key: `${activation} of ${operand.key}`,
    code: (name) => `
      fn ${name}_activated(v: vec4f) -> vec4f { return ${eachOfFour(activation, 'v')}; }
      ${operand.code(name).replace(/fn load_(\w+)\(place: (\w+), k: u32\)/, (_, binding, place) => {
        return `fn load_${binding}(place: ${place}, k: u32) -> vec4f { return ${name}_activated(plain_${binding}(place, k)); }
      fn plain_${binding}(place: ${place}, k: u32)`;
      })}`,
  };
}

/** Matrices that stand in memory row by row. 'inner': [batch, outer, inner]; 'outer': [batch, inner, outer]. */
export function dense(o: {
  tensor: TensorInfo;
  packing: Packing;
  outer: number;
  inner: number;
  /** WGSL: which matrix `batch` means. Default: there is one. */
  matrix?: string | undefined;
}): Operand {
  const { tensor, packing, outer, inner, matrix = '0u' } = o;
  const row = packing === 'inner' ? inner : outer;
  const isVector = row % 4 === 0 && row > 0;
  const [perOuter, perK] = packing === 'inner' ? [inner, 1] : [1, outer];
  return {
    tensor,
    packing,
    type: isVector ? 'vec4f' : 'f32',
    key: `dense ${packing} ${outer} ${inner} ${matrix}`,
    code: (name) => `
      fn place_${name}(batch: u32, outer: u32) -> u32 { return ${matrix} * ${outer * inner}u + outer * ${perOuter}u; }
      fn load_${name}(place: u32, k: u32) -> vec4f {
        let i = place + k * ${perK}u;
        ${
          isVector
            ? `return at_${name}(i / 4u);`
            : `return ${four((j) => (packing === 'inner' ? orZero(`at_${name}(i + ${j}u)`, j, inner) : `at_${name}(i + ${j}u)`))};`
        }
      }`,
  };
}

/** WGSL: a vector of four expressions. */
export const four = (element: (j: number) => string): string => `vec4f(${[0, 1, 2, 3].map(element).join(', ')})`;

/** WGSL: element k+j, or 0 where that is beyond the inner sum. */
export const orZero = (element: string, j: number, inner: number): string =>
  inner % 4 === 0 || j === 0 ? element : `select(0.0, ${element}, k + ${j}u < ${inner}u)`;

/** WGSL: which of an operand's matrices belongs to matrix `batch` of the result, by tfjs's rules of broadcasting. */
export function broadcastMatrix(own: readonly number[], result: readonly number[]): string {
  const padded = [...Array<number>(result.length - own.length).fill(1), ...own];
  if (padded.every((size) => size === 1)) return '0u';
  if (padded.every((size, axis) => size === result[axis])) return 'batch';
  const terms: string[] = [];
  let stride = 1;
  let ownStride = 1;
  for (let axis = result.length - 1; axis >= 0; axis--) {
    const size = result[axis] as number;
    if (padded[axis] !== 1) terms.push(`batch / ${stride}u % ${size}u * ${ownStride}u`);
    stride *= size;
    ownStride *= padded[axis] as number;
  }
  return `(${terms.join(' + ')})`;
}
