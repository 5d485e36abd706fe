import { RandomNormal } from '../kernels';
import { philox4x32 } from '../philox';
import { randomNormal } from '../random-normal';
import { type ConformanceCase, draw, expectedOf } from './conformance-case';
import { sizeOf } from './places';
import type { Tracked } from './tracked';

type Draw = {
  readonly shape: readonly number[];
  readonly seed: number;
  readonly stream: number;
  readonly step: number;
  readonly indices: readonly number[];
};

const draws: readonly Draw[] = [
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
];

const drawCase = ({ shape, seed, stream, step, indices }: Draw): ConformanceCase => ({
  family: 'random normals',
  name: `of shape [${shape}], seed ${seed}, stream ${stream}, step ${step}`,
  kernels: [RandomNormal],
  inputs: () => [],
  run: () => randomNormal([...shape] as [number, number], { seed, stream, step, indices: [...indices] }),
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
});

export const randomNormalCases: readonly ConformanceCase[] = draws.map(drawCase);

export const drawnRandomNormalCases: readonly ConformanceCase[] = draw(8, {
  low: [0, 2 ** 32 - 1],
  high: [0, 2 ** 21 - 1],
  step: [0, 2 ** 31],
  size: [1, 3000],
}).map(({ low, high, step, size }) =>
  drawCase({ shape: [2, size], seed: high * 2 ** 32 + low, stream: 2, step, indices: [7, 4_000_000_000] }),
);

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
