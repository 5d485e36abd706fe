import { checkConformance, conformanceCases, drawnCases } from '@denoiser/ops/testing';
import '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { library, registerVariants } from './engines';

const backends = [...registerVariants().keys()];

describe.runIf(library)(
  'the native machine keeps every law of the ops, bit for bit in every run, on every level',
  () => {
    for (const one of [...conformanceCases(), ...drawnCases()])
      it(`${one.family}: ${one.name}`, () => checkConformance(one, { backends, repeatable: true }));
  },
);
