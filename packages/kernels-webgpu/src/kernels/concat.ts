import type { TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../dispatch';
import { perThread } from '../wgsl/per-thread';
import { kernel } from './kernel';

/** Beside one another along the last axis, of numbers that stay halves; all else is tfjs's, which knows float32 alone. */
const concat = kernel<Readonly<Record<string, TensorInfo>>, { axis: number }>(
  'Concat',
  (inputs, { axis }, backend, stock) => {
    const tensors = Object.values(inputs).filter(({ shape }) => sizeOf(shape) > 0);
    const [first] = tensors;
    if (!first || !backend.begetsHalves(first)) return stock();
    const last = first.shape.length - 1;
    const channels = tensors.map(({ shape }) => shape[last] as number);
    const isOurs = tensors.every(({ dtype }) => dtype === 'float32') && channels.every((count) => count % 4 === 0);
    const isLast = axis === last || axis === -1;
    if (!isOurs || !isLast || tensors.length >= backend.capabilities.storageBuffers) return stock();

    const lengths = channels.map((count) => count / 4);
    const row = lengths.reduce((a, b) => a + b, 0);
    const rows = sizeOf(first.shape.slice(0, -1));
    const y = backend.makeFor(first, [...first.shape.slice(0, -1), 4 * row], 'vec4f');
    const reads = Object.fromEntries(tensors.map((tensor, k) => [`x${k}`, tensor]));
    backend.run({
      key: `concat ${rows} ${lengths}`,
      reads,
      readable: Object.keys(reads),
      writes: { y },
      writable: ['y'],
      types: Object.fromEntries([...Object.keys(reads), 'y'].map((name) => [name, 'vec4f'])),
      ...perThread(
        rows * row,
        `let row = i / ${row}u;
         var place = i % ${row}u;
         ${lengths
           .map(
             (length, k) =>
               `if (place < ${length}u) { put_y(i, at_x${k}(row * ${length}u + place)); return; } place -= ${length}u;`,
           )
           .join('\n')}`,
      ),
    });
    return y;
  },
);

export const concatKernels = [concat];
