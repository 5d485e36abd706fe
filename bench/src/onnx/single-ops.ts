import { graphBuilder } from './graph';

/** a·b with b a constant, as in a network. Input: a. */
export function matmulOnnx({ rows, inner, columns }: { rows: number; inner: number; columns: number }): Uint8Array {
  const g = graphBuilder();
  const b = g.floats('b', [inner, columns], noise(inner * columns));
  const y = g.node('MatMul', ['a', b]);
  return g.model([{ name: 'a', shape: [rows, inner], type: 'float' }], {
    name: y,
    shape: [rows, columns],
    type: 'float',
  });
}

/** A 3×3 convolution of stride 1 between equal numbers of channels. Input: x, NCHW. */
export function convolutionOnnx({ channels, side }: { channels: number; side: number }): Uint8Array {
  const g = graphBuilder();
  const filter = g.floats('filter', [channels, channels, 3, 3], noise(channels * channels * 9));
  const y = g.node('Conv', ['x', filter], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  const shape = [1, channels, side, side];
  return g.model([{ name: 'x', shape, type: 'float' }], { name: y, shape, type: 'float' });
}

function noise(length: number): Float32Array {
  return Float32Array.from({ length }, () => Math.random() - 0.5);
}
