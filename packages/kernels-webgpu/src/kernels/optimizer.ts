import { AdamWStep, type AdamWStepAttrs, EmaStep, type EmaStepAttrs } from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernel } from './kernel';
import { forEachOfTuples } from './tuples';

type Named = { readonly [name: string]: TensorInfo };

/** All tensors of one name, in order. */
const listOf = (inputs: Named, name: string, count: number) =>
  Array.from({ length: count }, (_, i) => inputs[`${name}${i}`] as TensorInfo);

/** The tensors that are named 'parameter0', 'gradient0', … as one tuple for each number. */
const tuplesOf = (inputs: Named, names: readonly string[], count: number) =>
  Array.from({ length: count }, (_, i) =>
    Object.fromEntries(names.map((name) => [name, inputs[`${name}${i}`] as TensorInfo])),
  );

/** From the first step on, parameters and moments lie together, and so do the gradients: one dispatch whatever their number. */
const adamWStep = kernel<Named, AdamWStepAttrs>(AdamWStep, (inputs, attrs, backend) => {
  const { count, step, learningRate, beta1, beta2, epsilon, weightDecay } = attrs;
  const { gradientScale } = inputs;
  const names = ['parameter', 'gradient', 'firstMoment', 'secondMoment'];
  for (const name of ['parameter', 'firstMoment', 'secondMoment']) backend.arenas.gather(listOf(inputs, name, count));
  for (let i = 0; i < count; i++) {
    backend.arenas.settleGradient(inputs[`gradient${i}`] as TensorInfo, inputs[`parameter${i}`] as TensorInfo);
  }
  forEachOfTuples(backend, {
    name: gradientScale ? 'adamW scaled' : 'adamW',
    ...(gradientScale && { scalars: { gradientScale } }),
    reads: ['gradient'],
    writes: ['parameter', 'firstMoment', 'secondMoment'],
    tuples: tuplesOf(inputs, names, count),
    uniforms: {
      keepFirst: beta1,
      takeFirst: 1 - beta1,
      keepSecond: beta2,
      takeSecond: 1 - beta2,
      stepSize: learningRate / (1 - beta1 ** step),
      rootCorrection: Math.sqrt(1 - beta2 ** step),
      epsilon,
      keep: 1 - learningRate * weightDecay,
    },
    body: `
      let g = gradient$[i]${gradientScale ? ' * gradientScale' : ''};
      let m = firstMoment$[i] * uniforms.keepFirst + g * uniforms.takeFirst;
      let v = secondMoment$[i] * uniforms.keepSecond + g * g * uniforms.takeSecond;
      firstMoment$[i] = m;
      secondMoment$[i] = v;
      parameter$[i] = parameter$[i] * uniforms.keep - uniforms.stepSize * m / (sqrt(v) / uniforms.rootCorrection + uniforms.epsilon);`,
  });
  return [];
});

/** Averages lie together from the first step on; the parameters do if the optimizer is ours. */
const emaStep = kernel<Named, EmaStepAttrs>(EmaStep, (inputs, { count, decay }, backend) => {
  backend.arenas.gather(listOf(inputs, 'shadow', count));
  forEachOfTuples(backend, {
    name: 'ema',
    reads: ['parameter'],
    writes: ['shadow'],
    tuples: tuplesOf(inputs, ['shadow', 'parameter'], count),
    uniforms: { keep: decay, take: 1 - decay },
    body: 'shadow$[i] = shadow$[i] * uniforms.keep + parameter$[i] * uniforms.take;',
  });
  return [];
});

export const optimizerKernels = [adamWStep, emaStep];
