import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, it } from 'vitest';
import { checkConformance, conformanceCases, drawnCases } from '../src/testing';

/** What tfjs's own backends cannot do. */
const lacking: Readonly<Record<string, readonly RegExp[]>> = {
  cpu: [/\[2,1,3,4\] × \[1,3,4,6\]/], // it repeats one of two batches alone
  wasm: [
    /\[2,1,3,4\] × \[1,3,4,6\]/,
    /a sum over nothing/,
    /no images at all/,
    /integers times integers/,
    /bias by element/,
    /channels first/,
    /ClipByValue of what is not a number/,
  ],
};

describe('the references keep every law on tfjs’s own backends', () => {
  for (const one of [...conformanceCases(), ...drawnCases()]) {
    const name = `${one.family}: ${one.name}`;
    const canTrain = !one.kernels.includes('Conv2DBackpropFilter');
    const backends = ['cpu', ...(canTrain ? ['wasm'] : [])].filter(
      (backend) => !lacking[backend]?.some((what) => what.test(name)),
    );
    it(name, async () => void (await checkConformance(one, { backends })));
  }
});
