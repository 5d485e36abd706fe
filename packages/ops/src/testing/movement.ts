import * as tf from '@tensorflow/tfjs-core';
import {
  type ConformanceCase,
  draw,
  type Expected,
  exactIntegers,
  exactly,
  type Numbers,
  numbers,
} from './conformance-case';
import { indicesOf, placeOf, sizeOf } from './places';

/** What only moves numbers, or makes them anew: exact. */

const family = 'movement';

/** An output of which every number comes from a place of x; `outside` where there is none. */
function moved(shape: readonly number[], x: Numbers, from: (to: number[]) => number[], outside = 0): Expected {
  const place = (at: number) => {
    const indices = from(indicesOf(at, shape));
    const isInside = indices.every((index, axis) => index >= 0 && index < (x.shape[axis] as number));
    return isInside ? (x.values[placeOf(indices, x.shape)] as number) : outside;
  };
  return exactly(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, at) => place(at)),
  );
}

/** A part of x along an axis. */
const part = (x: Numbers, axis: number, from: number, size: number): Expected =>
  moved(
    x.shape.map((all, i) => (i === axis ? size : all)),
    x,
    (to) => to.map((index, i) => (i === axis ? index + from : index)),
  );

function partsOf(x: Numbers, axis: number, sizes: readonly number[]): Expected[] {
  let from = 0;
  return sizes.map((size) => {
    from += size;
    return part(x, axis, from - size, size);
  });
}

function movementCase(dims: readonly number[], order: readonly number[], axis: number): ConformanceCase {
  const begin = dims.map((size) => Math.floor(size / 3));
  const rest = dims.map((size, i) => size - (begin[i] as number));
  const reps = dims.map((_, i) => 1 + (i % 2));
  const pads = dims.map((_, i) => [i % 2, i % 3] as [number, number]);
  const along = (times: number) => dims.map((size, i) => (i === axis ? times * size : size));
  return {
    family,
    name: `[${dims}] sliced, padded, transposed to ${order}, joined along axis ${axis}, repeated, reshaped`,
    kernels: ['Slice', 'PadV2', 'Transpose', 'Concat', 'Tile', 'Reshape'],
    inputs: () => [numbers(dims, 1), numbers(dims, 2)],
    run: (x, y) => [
      tf.slice(x, begin, rest),
      tf.pad(x, pads, 0.5),
      tf.transpose(x, [...order]),
      tf.concat([x, y, x], axis),
      tf.tile(x, reps),
      tf.reshape(x, [-1]),
    ],
    expected: (x, y) => [
      moved(rest, x, (to) => to.map((index, i) => index + (begin[i] as number))),
      moved(
        dims.map((size, i) => size + (pads[i]?.[0] as number) + (pads[i]?.[1] as number)),
        x,
        (to) => to.map((index, i) => index - (pads[i]?.[0] as number)),
        0.5,
      ),
      moved(
        order.map((from) => dims[from] as number),
        x,
        (to) => dims.map((_, i) => to[order.indexOf(i)] as number),
      ),
      joined(along(3), [x, y, x], axis),
      moved(
        dims.map((size, i) => size * (reps[i] as number)),
        x,
        (to) => to.map((index, i) => index % (dims[i] as number)),
      ),
      exactly([sizeOf(dims)], x.values),
    ],
  };
}

function joined(shape: readonly number[], parts: readonly Numbers[], axis: number): Expected {
  const size = parts[0]?.shape[axis] as number;
  return exactly(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, at) => {
      const indices = indicesOf(at, shape);
      const { shape: own, values } = parts[Math.floor((indices[axis] as number) / size)] as Numbers;
      return values[
        placeOf(
          indices.map((index, i) => (i === axis ? index % size : index)),
          own,
        )
      ] as number;
    }),
  );
}

const splits = (
  [
    [[2, 5, 12], [4, 4, 4], 2],
    [[2, 3, 3, 9], [4, 5], 3],
    [[2, 3, 24], [4, 8, 12], 2],
    [[7, 3], [2, 5], 0],
    [[4, 12, 3], [2, 2, 2, 2, 2, 2], 1],
    [[2, 3], [3], 1], // one part
    [[2, 16], [2, 2, 2, 2, 2, 2, 2, 2], 1], // more parts than a shader sees
    [[2, 3], [3, 0], 1], // an empty part
  ] as const
).map(
  ([shape, sizes, axis]): ConformanceCase => ({
    family,
    name: `[${shape}] split into ${sizes} along axis ${axis}`,
    kernels: ['SplitV'],
    inputs: () => [numbers(shape, 1)],
    run: (x) => tf.split(x, [...sizes], axis),
    expected: (x) => partsOf(x, axis, sizes),
  }),
);

const whole = (size: number): Numbers => ({ shape: [size], values: Float32Array.from({ length: size }, (_, i) => i) });

const others: readonly ConformanceCase[] = [
  {
    family,
    name: 'parts of one size, along the last axis, of integers in fours and in threes',
    kernels: ['SplitV'],
    inputs: () => [whole(24), whole(18)],
    run: (...inputs) => inputs.flatMap((x) => tf.split(tf.reshape(tf.cast(x, 'int32'), [2, -1]), 3, -1)),
    expected: (...inputs) =>
      inputs.flatMap(({ values }) =>
        partsOf({ shape: [2, values.length / 2], values }, 1, Array<number>(3).fill(values.length / 6)).map((part) => ({
          ...part,
          dtype: 'int32' as const,
        })),
      ),
  },
  {
    family,
    name: 'casts',
    kernels: ['Cast'],
    inputs: () => [numbers([37], 1, 10)],
    run: (x) => {
      const integers = tf.cast(x, 'int32');
      const flags = tf.greater(x, 0);
      return [integers, tf.cast(integers, 'float32'), tf.cast(flags, 'float32'), tf.cast(flags, 'int32')];
    },
    expected: ({ values }) => {
      const integers = Array.from(values, Math.trunc);
      const flags = Array.from(values, (x) => (x > 0 ? 1 : 0));
      return [exactIntegers([37], integers), exactly([37], integers), exactly([37], flags), exactIntegers([37], flags)];
    },
  },
  {
    family,
    name: 'fills',
    kernels: ['Fill', 'ZerosLike', 'OnesLike'],
    inputs: () => [numbers([37], 1)],
    run: (x) => [tf.zerosLike(x), tf.onesLike(x), tf.fill([3, 2], 1.5), tf.fill([3], 7, 'int32')],
    expected: () => [
      exactly([37], new Float32Array(37)),
      exactly([37], new Float32Array(37).fill(1)),
      exactly([3, 2], Array(6).fill(1.5)),
      exactIntegers([3], Array(3).fill(7)),
    ],
  },
];

export const movementCases: readonly ConformanceCase[] = [
  movementCase([2, 3, 5, 4], [0, 3, 1, 2], 3),
  movementCase([3, 1, 4, 7], [3, 2, 1, 0], 0),
  movementCase([6, 8], [1, 0], 1),
  ...splits,
  ...others,
];

export const drawnMovementCases: readonly ConformanceCase[] = draw(10, {
  a: [1, 7],
  b: [1, 7],
  c: [1, 7],
  d: [1, 7],
  turn: [0, 23],
  axis: [0, 3],
}).map(({ a, b, c, d, turn, axis }) => {
  // The permutation of number `turn`.
  const [left, order] = [[0, 1, 2, 3], [] as number[]];
  for (let size = 4, rest = turn; size > 0; rest = Math.floor(rest / size), size--) {
    order.push(...left.splice(rest % size, 1));
  }
  return movementCase([a, b, c, d], order, axis);
});
