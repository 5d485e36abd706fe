import {
  MaxPool2x,
  MaxPool2xGrad,
  type UnaryGradInputs,
  type UnaryInputs,
  Upsample2x,
  type Upsample2xAttrs,
  Upsample2xGrad,
  type Upsample2xGradInputs,
} from '@denoiser/ops';
import { kernel, sizeOf } from './kernel';
import { fill } from './movement';

type Shape4D = [number, number, number, number];

const maxPool = kernel<UnaryInputs, object>(MaxPool2x, ({ x }, _attrs, backend) => {
  const [b, h, w, c] = x.shape as Shape4D;
  const y = backend.output([b, h >> 1, w >> 1, c], 'float32');
  backend.engine.run('maxPoolJob', b * (h >> 1), [backend.address(x), h, w, c, backend.address(y)]);
  return y;
});

const maxPoolGrad = kernel<UnaryGradInputs, object>(MaxPool2xGrad, ({ dy, x }, _attrs, backend) => {
  const [b, h, w, c] = x.shape as Shape4D;
  const dx = backend.output(x.shape, 'float32');
  if (h % 2 || w % 2) fill(backend, backend.address(dx), sizeOf(x.shape), 0, 'float32');
  const addresses = [backend.address(dy), backend.address(dx)];
  backend.engine.run('maxPoolGradJob', b * (h >> 1), [backend.address(x), h, w, c, ...addresses]);
  return dx;
});

const upsample = kernel<UnaryInputs, Upsample2xAttrs>(Upsample2x, ({ x }, { method }, backend) => {
  const [b, h, w, c] = x.shape as Shape4D;
  const y = backend.output([b, 2 * h, 2 * w, c], 'float32');
  const bilinear = method === 'bilinear' ? 1 : 0;
  backend.engine.run('upsampleJob', b * 2 * h, [backend.address(x), h, w, c, backend.address(y), bilinear, c * 4]);
  return y;
});

const upsampleGrad = kernel<Upsample2xGradInputs, Upsample2xAttrs>(Upsample2xGrad, ({ dy }, { method }, backend) => {
  const [b, height, width, c] = dy.shape as Shape4D;
  const [h, w] = [height / 2, width / 2];
  const dx = backend.output([b, h, w, c], 'float32');
  const bilinear = method === 'bilinear' ? 1 : 0;
  backend.engine.run('upsampleGradJob', b * h, [backend.address(dy), h, w, c, backend.address(dx), bilinear]);
  return dx;
});

export const resampleKernels = [maxPool, maxPoolGrad, upsample, upsampleGrad];
