import { MaxPool2x, MaxPool2xGrad, maxPool2x, Upsample2x, Upsample2xGrad, upsample2x } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';
import { values } from './values';

type Shape4D = [batch: number, height: number, width: number, channels: number];

const shapes: Shape4D[] = [
  [1, 2, 2, 1],
  [2, 5, 7, 3],
  [1, 4, 6, 8],
  [3, 3, 2, 4],
];
const pool = (x: tf.Tensor) => maxPool2x(x as tf.Tensor4D);

const pooling: KernelCase[] = shapes.flatMap((shape) => {
  const [b, h, w, c] = shape;
  const dyShape = [b, h >> 1, w >> 1, c];
  return [
    { name: `maxPool2x of [${shape}]`, kernels: [MaxPool2x], compute: () => pool(values(shape, 1)) },
    {
      name: `the gradient of maxPool2x of [${shape}]`,
      kernels: [MaxPool2xGrad],
      compute: () => tf.grad(pool)(values(shape, 1), values(dyShape, 2)),
    },
    {
      name: `the gradient of maxPool2x of [${shape}] where values are equal`,
      kernels: [MaxPool2xGrad],
      compute: () => tf.grad(pool)(tf.round(values(shape, 3)), values(dyShape, 4)),
    },
  ];
});

const methods = ['bilinear', 'nearest'] as const;
const upsampling: KernelCase[] = methods.flatMap((method) =>
  [...shapes, [1, 1, 1, 3] as Shape4D, [2, 1, 3, 4] as Shape4D, [1, 9, 8, 2] as Shape4D].flatMap((shape) => {
    const up = (x: tf.Tensor) => upsample2x(x as tf.Tensor4D, { method });
    const [b, h, w, c] = shape;
    return [
      { name: `upsample2x, ${method}, of [${shape}]`, kernels: [Upsample2x], compute: () => up(values(shape, 1)) },
      {
        name: `the gradient of upsample2x, ${method}, of [${shape}]`,
        kernels: [Upsample2xGrad],
        compute: () => tf.grad(up)(values(shape, 1), values([b, 2 * h, 2 * w, c], 2)),
      },
    ];
  }),
);

export const resampleCases: readonly KernelCase[] = [...pooling, ...upsampling];
