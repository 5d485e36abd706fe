import { Cos, Sin, type TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../dispatch';
import { perThread } from '../wgsl/per-thread';
import { TRIGONOMETRY } from '../wgsl/trigonometry';
import { kernel } from './kernel';

/** In place of tfjs's, which are off by 2e-4: the time embedding needs better ones. */
const elementwise = (name: string, f: string) =>
  kernel<{ x: TensorInfo }, object>(name, ({ x }, _, backend) => {
    const y = backend.make(x.shape);
    const size = sizeOf(x.shape);
    backend.run({
      key: `${f} ${size}`,
      reads: { x },
      writes: { y },
      ...perThread(size, `y[i] = ${f}(x[i]);`, TRIGONOMETRY),
    });
    return y;
  });

export const trigonometryKernels = [elementwise(Sin, 'accurateSin'), elementwise(Cos, 'accurateCos')];
