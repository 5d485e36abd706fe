import {
  Embedding,
  EmbeddingGrad,
  type EmbeddingGradAttrs,
  type EmbeddingGradInputs,
  type EmbeddingInputs,
} from '@denoiser/ops';
import { perThread } from '../wgsl/per-thread';
import { kernel } from './kernel';

const embedding = kernel<EmbeddingInputs, object>(Embedding, ({ table, indices }, _, backend) => {
  const [rows, channels] = table.shape as [number, number];
  const [count] = indices.shape as [number];
  const y = backend.make([count, channels]);
  backend.run({
    key: `embedding ${table.shape} ${count}`,
    reads: { table, indices },
    readable: ['table'],
    writes: { y },
    ...perThread(
      count * channels,
      `let index = indices[i / ${channels}u];
       if (index < 0 || index >= ${rows}) { y[i] = 0; return; }
       y[i] = at_table(u32(index) * ${channels}u + i % ${channels}u);`,
    ),
  });
  return y;
});

/** Each element of the table looks for itself among the indices, so that sums have one order. */
const embeddingGrad = kernel<EmbeddingGradInputs, EmbeddingGradAttrs>(
  EmbeddingGrad,
  ({ dy, indices }, { rows }, backend) => {
    const [count, channels] = dy.shape as [number, number];
    const dtable = backend.make([rows, channels]);
    backend.run({
      key: `embeddingGrad ${dy.shape} ${rows}`,
      reads: { dy, indices },
      writes: { dtable },
      ...perThread(
        rows * channels,
        `let row = i32(i / ${channels}u);
         let c = i % ${channels}u;
         var sum = 0f;
         for (var n = 0u; n < ${count}u; n++) {
           if (indices[n] == row) { sum += dy[n * ${channels}u + c]; }
         }
         dtable[i] = sum;`,
      ),
    });
    return dtable;
  },
);

export const embeddingKernels = [embedding, embeddingGrad];
