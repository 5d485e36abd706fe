import {
  Embedding,
  EmbeddingGrad,
  type EmbeddingGradAttrs,
  type EmbeddingGradInputs,
  type EmbeddingInputs,
  RandomNormal,
  type RandomNormalAttrs,
} from '@denoiser/ops';
import { jobs } from '../machine/generated/jobs';
import { kernel, sizeOf } from './kernel';
import { SCRATCH } from './scratch';

const randomNormal = kernel<object, RandomNormalAttrs>(RandomNormal, (_inputs, attrs, backend) => {
  const { engine } = backend;
  const { shape, seed, stream, step, indices } = attrs;
  const y = backend.output(shape, 'float32');
  const images = indices.length;
  const values = sizeOf(shape) / Math.max(1, images);
  const table = engine.scratch(SCRATCH.table, Math.max(1, images) * 4);
  engine.write(table, Int32Array.from(indices));
  const blocks = 256; // of four values
  const chunks = Math.ceil(values / (4 * blocks));
  engine.run(jobs.randomNormal, images * chunks, {
    to: backend.address(y),
    values,
    blocks,
    chunks,
    key: [seed % 2 ** 32, Math.floor(seed / 2 ** 32)],
    stream,
    step,
    indices: table,
  });
  return y;
});

const embedding = kernel<EmbeddingInputs, object>(Embedding, ({ table, indices }, _attrs, backend) => {
  const channels = table.shape[1] as number;
  const rows = indices.shape[0] as number;
  const y = backend.output([rows, channels], 'float32');
  backend.engine.run(jobs.embedding, rows, {
    table: backend.address(table),
    indices: backend.address(indices),
    channels,
    to: backend.address(y),
  });
  return y;
});

const embeddingGrad = kernel<EmbeddingGradInputs, EmbeddingGradAttrs>(
  EmbeddingGrad,
  ({ dy, indices }, { rows }, backend) => {
    const channels = dy.shape[1] as number;
    const dtable = backend.output([rows, channels], 'float32');
    backend.engine.run(jobs.embeddingGrad, rows, {
      dy: backend.address(dy),
      indices: backend.address(indices),
      count: indices.shape[0] as number,
      channels,
      to: backend.address(dtable),
    });
    return dtable;
  },
);

export const randomKernels = [randomNormal, embedding, embeddingGrad];
