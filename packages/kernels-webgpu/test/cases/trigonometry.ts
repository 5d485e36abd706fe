import * as tf from '@tensorflow/tfjs';
import type { KernelCase } from './case';

const phases = () =>
  tf.tensor1d([
    0,
    ...Array.from({ length: 1001 }, (_, i) => i / 64 - 8),
    ...Array.from({ length: 2003 }, (_, i) => 4.1 * i - 1200),
  ]);

export const trigonometryCases: readonly KernelCase[] = [
  { name: 'sine', kernels: ['Sin'], tolerance: 4e-7, compute: () => tf.sin(phases()) },
  { name: 'cosine', kernels: ['Cos'], tolerance: 4e-7, compute: () => tf.cos(phases()) },
];
