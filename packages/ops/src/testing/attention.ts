import * as tf from '@tensorflow/tfjs-core';
import { attention, selfAttention } from '../attention';
import { fusedKernels } from '../fused-kernels';
import { Attention, AttentionGrad } from '../kernels';
import {
  type ConformanceCase,
  differentiated,
  draw,
  type Expected,
  expectedOf,
  type Numbers,
  numbers,
  type Values,
} from './conformance-case';
import { add, apply, divide, dot, exact, exp, multiply, subtract, sum, type Tracked } from './tracked';

type Sizes = { batch: number; n: number; m: number; heads: number; width: number; size?: number };

const sizes: readonly Sizes[] = [
  { batch: 1, n: 1, m: 1, heads: 1, width: 1 },
  { batch: 2, n: 9, m: 5, heads: 2, width: 3 },
  { batch: 1, n: 3, m: 70, heads: 4, width: 4 }, // more keys than a tile
  { batch: 1, n: 130, m: 261, heads: 2, width: 4 }, // more queries and keys than a block of any kind
  { batch: 2, n: 70, m: 66, heads: 2, width: 16 },
  { batch: 1, n: 40, m: 41, heads: 2, width: 32 },
  { batch: 2, n: 7, m: 35, heads: 1, width: 64 },
  { batch: 1, n: 6, m: 7, heads: 1, width: 41 },
  { batch: 1, n: 5, m: 6, heads: 1, width: 264 },
  { batch: 1, n: 4, m: 9, heads: 1, width: 512 }, // the one head of diffusers' larger models
  { batch: 1, n: 20, m: 21, heads: 2, width: 4, size: 5 }, // scores far apart
  { batch: 1, n: 20, m: 21, heads: 2, width: 4, size: 40 }, // scores of thousands
];

function attentionCase(one: Sizes): ConformanceCase {
  const { batch, n, m, heads, width, size = 1 } = one;
  const channels = heads * width;
  const { run, hasGradients } = differentiated((...[q, k, v]) =>
    attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D, { heads }),
  );
  return {
    family: 'attention',
    name: `[${[batch, n, channels]}] to ${m} keys, ${heads} heads${size > 1 ? `, times ${size}` : ''}, its gradients and sums`,
    kernels: [Attention, AttentionGrad],
    inputs: () => [
      numbers([batch, n, channels], 1, size),
      numbers([batch, m, channels], 2, size),
      numbers([batch, m, channels], 3),
      numbers([batch, n, channels], 4),
    ],
    hasGradients,
    run: (...inputs) => {
      const [q, k, v] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
      const both = run(...inputs); // and registers the reference
      const [y, logSumExp] = tf.engine().runKernel(Attention, { q, k, v }, { heads }) as unknown as tf.Tensor[];
      y?.dispose();
      return [...both, logSumExp as tf.Tensor]; // of each row, for the gradient
    },
    expected: (...inputs) => attentionExpected(one, inputs),
  };
}

/** Of rows to one another, q, k and v beside one another in one tensor. */
function selfAttentionCase(one: Sizes): ConformanceCase {
  const { batch, n, heads, width } = one;
  const channels = heads * width;
  return {
    family: 'attention',
    name: `[${[batch, n, 3 * channels]}] to itself, ${heads} heads, and its gradient`,
    kernels: [Attention, AttentionGrad],
    fused: [fusedKernels.selfAttention],
    inputs: () => [numbers([batch, n, 3 * channels], 1), numbers([batch, n, channels], 4)],
    ...differentiated((qkv) => selfAttention(qkv as tf.Tensor3D, { heads })),
    expected: (qkv, dy) => {
      const part = (first: number): Numbers => ({
        shape: [batch, n, channels],
        values: Float64Array.from({ length: batch * n * channels }, (_, i) => {
          return qkv.values[3 * channels * Math.floor(i / channels) + first * channels + (i % channels)] as number;
        }),
      });
      const [y, ...gradients] = attentionExpected(one, [part(0), part(1), part(2), dy]);
      return [
        y as Expected,
        expectedOf([batch, n, 3 * channels], (i) => {
          const [row, place] = [Math.floor(i / (3 * channels)), i % (3 * channels)];
          return (gradients[Math.floor(place / channels)] as Expected).values[
            row * channels + (place % channels)
          ] as Tracked;
        }),
      ];
    },
  };
}

export const attentionCases: readonly ConformanceCase[] = [
  ...sizes.map(attentionCase),
  ...sizes
    .filter(({ n, m, size }) => !size && n > 4 && n <= 70 && m !== 41)
    .map((one) => selfAttentionCase({ ...one, m: one.n })),
];

export const drawnAttentionCases: readonly ConformanceCase[] = draw(8, {
  batch: [1, 3],
  n: [1, 50],
  m: [1, 50],
  heads: [1, 3],
  width: [1, 20],
}).map(attentionCase);

function attentionExpected({ batch, n, m, heads, width }: Sizes, inputs: Numbers[]) {
  const channels = heads * width;
  const scale = 1 / Math.sqrt(width);
  const [q, k, v, dy] = inputs.map(({ values }) => values) as [Values, Values, Values, Values];
  const [y, dq]: Tracked[][] = [[], []];
  const [dk, dv]: Tracked[][] = [[], []];
  const logSumExp: Tracked[] = [];
  for (let head = 0; head < batch * heads; head++) {
    const [image, start] = [Math.floor(head / heads), (head % heads) * width];
    const atQuery = (row: number, c: number) => (image * n + row) * channels + start + c;
    const atKey = (key: number, c: number) => (image * m + key) * channels + start + c;
    const p: Tracked[][] = []; // [n][m]
    const dScores: Tracked[][] = []; // [n][m]
    for (let row = 0; row < n; row++) {
      const scores = Array.from({ length: m }, (_, key) => {
        const product = dot(
          width,
          (c) => q[atQuery(row, c)] as number,
          (c) => k[atKey(key, c)] as number,
        );
        return multiply(product, { value: scale, error: scale });
      });
      const largest = scores.reduce((a, b) => (b.value > a.value ? b : a));
      const powers = scores.map((score) => exp(subtract(score, largest)));
      const total = sum(powers);
      // WGSL's logarithm is good to 2⁻²¹ near 1.
      logSumExp.push(add(largest, add(apply(total, Math.log, 1 / total.value, 4), { value: 0, error: 8 })));
      const row_ = powers.map((power) => divide(power, total));
      p.push(row_);
      for (let c = 0; c < width; c++) {
        y[atQuery(row, c)] = sum(row_.map((share, key) => multiply(share, exact(v[atKey(key, c)] as number))));
      }
      const dShares = row_.map((_, key) =>
        dot(
          width,
          (c) => dy[atQuery(row, c)] as number,
          (c) => v[atKey(key, c)] as number,
        ),
      );
      // Σ_key share·dShare, which kernels compute as dy·y.
      const overlap = sum(
        Array.from({ length: width }, (_, c) =>
          multiply(exact(dy[atQuery(row, c)] as number), y[atQuery(row, c)] as Tracked),
        ),
      );
      dScores.push(
        row_.map((share, key) =>
          multiply(multiply(share, subtract(dShares[key] as Tracked, overlap)), { value: scale, error: scale }),
        ),
      );
      for (let c = 0; c < width; c++) {
        const slopes = dScores[row] as Tracked[];
        dq[atQuery(row, c)] = sum(slopes.map((slope, key) => multiply(slope, exact(k[atKey(key, c)] as number))));
      }
    }
    for (let key = 0; key < m; key++) {
      for (let c = 0; c < width; c++) {
        const over = (rows: Tracked[][], x: Values) =>
          sum(rows.map((row, i) => multiply(row[key] as Tracked, exact(x[atQuery(i, c)] as number))));
        dk[atKey(key, c)] = over(dScores, q);
        dv[atKey(key, c)] = over(p, dy);
      }
    }
  }
  const [queries, keys] = [
    [batch, n, channels],
    [batch, m, channels],
  ];
  return [
    expectedOf(queries, (i) => y[i] as Tracked),
    expectedOf(queries, (i) => dq[i] as Tracked),
    expectedOf(keys, (i) => dk[i] as Tracked),
    expectedOf(keys, (i) => add(dv[i] as Tracked, exact(0))),
    expectedOf([batch, heads, n], (i) => logSumExp[i] as Tracked),
  ];
}
