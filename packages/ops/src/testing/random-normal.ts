import { RandomNormal } from '../kernels';
import { philox4x32 } from '../philox';
import { randomNormal } from '../random-normal';
import { type ConformanceCase, expectedOf, sizeOf } from './conformance-case';
import type { Tracked } from './tracked';

const draws = [
  { shape: [3, 8, 8, 4], seed: 7, stream: 0, step: 3, indices: [0, 1, 5] },
  { shape: [2, 5, 5, 3], seed: 1, stream: 2, step: 0, indices: [9, 2] },
  {
    shape: [2, 3],
    seed: Number.MAX_SAFE_INTEGER,
    stream: 2 ** 32 - 1,
    step: 2 ** 32 - 1,
    indices: [2 ** 32 - 1, 2 ** 31],
  },
  { shape: [1, 100_000], seed: 123_456_789_012, stream: 0, step: 1, indices: [0] },
] as const;

export const randomNormalCases: readonly ConformanceCase[] = draws.map(({ shape, seed, stream, step, indices }) => ({
  family: 'random normals',
  name: `of shape [${shape}], seed ${seed}, stream ${stream}, step ${step}`,
  kernels: [RandomNormal],
  inputs: () => [],
  run: () => randomNormal([...shape] as [number, number], { seed, stream, step, indices }),
  expected: () => {
    const size = sizeOf(shape.slice(1));
    return [
      expectedOf(shape, (i) => {
        const [index, place] = [indices[Math.floor(i / size)] as number, i % size];
        const counter = [place >>> 2, step, index, stream];
        return boxMuller(philox4x32(counter, [seed % 2 ** 32, Math.floor(seed / 2 ** 32)]), place & 3);
      }),
    ];
  },
}));

/** Box and Muller's number of one place of a block; float32's sine and cosine are good to 2 roundings of 1 there. */
function boxMuller(words: Uint32Array, place: number): Tracked {
  const [u, v] = [words[place & 2], words[(place & 2) + 1]].map((word) => ((word as number) + 0.5) * 2 ** -32) as [
    number,
    number,
  ];
  const radius = Math.sqrt(-2 * Math.log(u));
  const angle = 2 * Math.PI * v;
  return { value: radius * (place & 1 ? Math.sin(angle) : Math.cos(angle)), error: 4 * radius };
}
