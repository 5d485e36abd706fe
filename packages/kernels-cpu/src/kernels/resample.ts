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
import { jobs } from '../machine/generated/jobs';
import { kernel, sizeOf } from './kernel';
import { fill } from './movement';

type Shape4D = [number, number, number, number];

const maxPool = kernel<UnaryInputs, object>(MaxPool2x, ({ x }, _attrs, backend) => {
  const [b, h, w, c] = x.shape as Shape4D;
  const y = backend.output([b, h >> 1, w >> 1, c], 'float32');
  backend.engine.run(jobs.maxPool, b * (h >> 1), {
    x: backend.address(x),
    height: h,
    width: w,
    channels: c,
    y: backend.address(y),
  });
  return y;
});

const maxPoolGrad = kernel<UnaryGradInputs, object>(MaxPool2xGrad, ({ dy, x }, _attrs, backend) => {
  const [b, h, w, c] = x.shape as Shape4D;
  const dx = backend.output(x.shape, 'float32');
  if (h % 2 || w % 2) fill(backend, backend.address(dx), sizeOf(x.shape), 0, 'float32');
  const addresses = { x: backend.address(x), dy: backend.address(dy), dx: backend.address(dx) };
  backend.engine.run(jobs.maxPoolGrad, b * (h >> 1), { ...addresses, height: h, width: w, channels: c });
  return dx;
});

const upsample = kernel<UnaryInputs, Upsample2xAttrs>(Upsample2x, ({ x }, { method }, backend) => {
  const [b, h, w, c] = x.shape as Shape4D;
  const y = backend.output([b, 2 * h, 2 * w, c], 'float32');
  backend.engine.run(jobs.upsample, b * 2 * h, {
    x: backend.address(x),
    height: h,
    width: w,
    channels: c,
    y: backend.address(y),
    bilinear: method === 'bilinear',
    pixelStride: c * 4,
  });
  return y;
});

const upsampleGrad = kernel<Upsample2xGradInputs, Upsample2xAttrs>(Upsample2xGrad, ({ dy }, { method }, backend) => {
  const [b, height, width, c] = dy.shape as Shape4D;
  const [h, w] = [height / 2, width / 2];
  const dx = backend.output([b, h, w, c], 'float32');
  backend.engine.run(jobs.upsampleGrad, b * h, {
    dy: backend.address(dy),
    height: h,
    width: w,
    channels: c,
    dx: backend.address(dx),
    bilinear: method === 'bilinear',
  });
  return dx;
});

export const resampleKernels = [maxPool, maxPoolGrad, upsample, upsampleGrad];
