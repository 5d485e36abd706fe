import { RandomNormal, type RandomNormalAttrs } from '@denoiser/ops';
import { sizeOf } from '../dispatch';
import { perThread } from '../wgsl/per-thread';
import { PHILOX } from '../wgsl/philox';
import { kernel } from './kernel';

/** An invocation makes the four numbers of one block of one image. */
const randomNormal = kernel<object, RandomNormalAttrs>(RandomNormal, (_, attrs, backend) => {
  const { shape, seed, stream, step, indices } = attrs;
  const y = backend.make(shape);
  const images = indices.length;
  const values = sizeOf(shape) / Math.max(1, images);
  const blocks = Math.ceil(values / 4);
  if (images * blocks === 0) return y;
  // As bits: an image's number is a uint32, a tensor's an int32.
  const numbers = backend.makeTensorInfo(
    [images],
    'int32',
    Int32Array.from(indices, (index) => index | 0),
  );
  const isWhole = values % 4 === 0;
  const rest = `
    let start = image * ${values}u + block * 4u;
    for (var k = 0u; k < min(4u, ${values}u - block * 4u); k++) { y[start + k] = four[k]; }`;
  backend.run({
    key: `randomNormal ${images} ${values}`,
    reads: { numbers },
    writes: { y },
    types: { y: isWhole ? 'vec4f' : 'f32' },
    uniforms: {
      low: { u32: seed % 2 ** 32 },
      high: { u32: Math.floor(seed / 2 ** 32) },
      stream: { u32: stream },
      step: { u32: step },
    },
    ...perThread(
      images * blocks,
      `let image = i / ${blocks}u;
       let block = i % ${blocks}u;
       let counter = vec4u(block, uniforms.step, bitcast<u32>(numbers[image]), uniforms.stream);
       var four = normals(philox(counter, vec2u(uniforms.low, uniforms.high)));
       ${isWhole ? 'y[i] = four;' : rest}`,
      PHILOX,
    ),
  });
  backend.disposeData(numbers.dataId);
  return y;
});

export const randomNormalKernels = [randomNormal];
