import { fusedKernels, type SinusoidsAttrs, type SinusoidsInputs } from '@denoiser/ops';
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

const sinusoids = kernel<SinusoidsInputs, SinusoidsAttrs>(
  fusedKernels.sinusoids,
  ({ time, frequencies }, { cosinesFirst }, backend) => {
    const [rows, count] = [sizeOf(time.shape), sizeOf(frequencies.shape)];
    const y = backend.make([rows, 2 * count]);
    backend.run({
      key: `sinusoids ${rows} ${count} ${cosinesFirst}`,
      reads: { time, frequencies },
      writes: { y },
      ...perThread(
        2 * rows * count,
        `let place = i % ${2 * count}u;
         let phase = time[i / ${2 * count}u] * frequencies[place % ${count}u];
         y[i] = sineOf(phase, quarterTurns(phase), select(0, 1, ${cosinesFirst ? `place < ${count}u` : `place >= ${count}u`}));`,
        TRIGONOMETRY,
      ),
    });
    return y;
  },
);

export const trigonometryKernels = [elementwise(Sin, 'accurateSin'), elementwise(Cos, 'accurateCos'), sinusoids];
