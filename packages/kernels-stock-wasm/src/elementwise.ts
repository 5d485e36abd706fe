import type { AdamWStepAttrs, EmaStepAttrs, UnaryGradInputs, UnaryInputs } from '@denoiser/ops';
import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { geluOf, geluSlopeOf } from './gelu-table';
import type { Heap } from './heap';

export function gelu(heap: Heap, inputs: UnaryInputs): TensorInfo {
  const out = heap.make(inputs.x.shape);
  const x = heap.floats(inputs.x);
  const y = heap.floats(out);
  for (let i = 0; i < x.length; i++) y[i] = geluOf(x[i]);
  return out;
}

export function geluGrad(heap: Heap, inputs: UnaryGradInputs): TensorInfo {
  const out = heap.make(inputs.x.shape);
  const x = heap.floats(inputs.x);
  const dy = heap.floats(inputs.dy);
  const dx = heap.floats(out);
  for (let i = 0; i < x.length; i++) dx[i] = dy[i] * geluSlopeOf(x[i]);
  return out;
}

export function adamWStep(heap: Heap, inputs: NamedTensorInfoMap, attrs: AdamWStepAttrs): TensorInfo[] {
  const { count, step, learningRate, beta1, beta2, epsilon, weightDecay } = attrs;
  const shrink = 1 - learningRate * weightDecay;
  const stepSize = learningRate / (1 - beta1 ** step);
  const rootCorrection = Math.sqrt(1 - beta2 ** step);
  const scale = inputs.gradientScale ? (heap.floats(inputs.gradientScale)[0] as number) : 1;
  for (let p = 0; p < count; p++) {
    const names = ['parameter', 'gradient', 'firstMoment', 'secondMoment'];
    const infos = names.map((name) => inputs[name + p] as TensorInfo);
    const [parameter, gradient, first, second] = infos.map((info) => heap.floats(info));
    for (let i = 0; i < parameter.length; i++) {
      const g = scale * gradient[i];
      const m = beta1 * first[i] + (1 - beta1) * g;
      const v = beta2 * second[i] + (1 - beta2) * g * g;
      first[i] = m;
      second[i] = v;
      parameter[i] = shrink * parameter[i] - (stepSize * m) / (Math.sqrt(v) / rootCorrection + epsilon);
    }
    heap.forgetPacked(heap.block(infos[0]));
  }
  return [];
}

export function emaStep(heap: Heap, inputs: NamedTensorInfoMap, { count, decay }: EmaStepAttrs): TensorInfo[] {
  for (let p = 0; p < count; p++) {
    const info = inputs[`shadow${p}`] as TensorInfo;
    const shadow = heap.floats(info);
    const parameter = heap.floats(inputs[`parameter${p}`] as TensorInfo);
    for (let i = 0; i < shadow.length; i++) shadow[i] = decay * shadow[i] + (1 - decay) * parameter[i];
    heap.forgetPacked(heap.block(info));
  }
  return [];
}
