type Sized = { readonly shape: readonly number[] };
type Inputs = Readonly<Record<string, Sized>>;
/** What a kernel was called with, and what it gave. */
export type Call = {
  readonly inputs: Inputs;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Sized[];
};

const size = (tensor: Sized | undefined): number => (tensor?.shape ?? []).reduce((a, b) => a * b, 1);
/** Multiply-adds of a convolution for each of its pixels' outputs, twice. */
const perOutput = (filter: Sized | undefined) => (2 * size(filter)) / (filter?.shape[3] ?? 1);
const perOutputElement = (flops: number) => (call: Call) => flops * size(call.outputs[0]);
const perInputElement = (flops: number) => (call: Call) =>
  flops * Object.values(call.inputs).reduce((sum, one) => sum + size(one), 0);
const withActivation = (linear: number, activated: number) => (call: Call) =>
  (call.attrs.activation === 'linear' ? linear : activated) * size(call.inputs.x);
const attention =
  (flops: number) =>
  ({ inputs: { q, k } }: Call) =>
    flops * size(q) * (k?.shape[1] ?? 0);

const selfAttention =
  (flops: number) =>
  ({ inputs: { qkv } }: Call) =>
    (flops * size(qkv) * (qkv?.shape[1] ?? 0)) / 3;

/**
 * Floating-point operations of each kernel by name, as the comments of `@denoiser/kernels-webgpu` count them: a multiply-add is
 * two, an exponential one. What is not here only moves numbers.
 */
const flopsByKernel: Readonly<Record<string, (call: Call) => number>> = {
  Conv2D: ({ inputs, outputs }) => size(outputs[0]) * perOutput(inputs.filter),
  Conv2DBackpropInput: ({ inputs }) => size(inputs.dy) * perOutput(inputs.filter),
  Conv2DBackpropFilter: ({ inputs, outputs }) => size(inputs.dy) * perOutput(outputs[0]),
  FusedConv2D: ({ inputs, outputs }) => size(outputs[0]) * perOutput(inputs.filter),
  Conv2DGrad: ({ inputs }) => 2 * size(inputs.dy) * perOutput(inputs.filter),
  Linear: ({ inputs, outputs }) => 2 * size(outputs[0]) * (inputs.weight?.shape[0] ?? 0),
  LinearGrad: ({ inputs }) => 4 * size(inputs.dy) * (inputs.weight?.shape[0] ?? 0),
  FusedLinear: ({ inputs, outputs }) => 2 * size(outputs[0]) * (inputs.weight?.shape[0] ?? 0),
  FusedLinearGrad: ({ inputs }) => 4 * size(inputs.dy) * (inputs.weight?.shape[0] ?? 0),
  NormedLinear: ({ inputs, outputs }) => 2 * size(outputs[0]) * (inputs.weight?.shape[0] ?? 0) + 12 * size(inputs.x),
  NormedLinearGrad: ({ inputs }) => 4 * size(inputs.dy) * (inputs.weight?.shape[0] ?? 0) + 30 * size(inputs.x),
  Attention: attention(4),
  SelfAttention: selfAttention(4),
  SelfAttentionGrad: selfAttention(14),
  AttentionGrad: attention(14),
  GroupNorm: withActivation(13, 30),
  GroupNormGrad: withActivation(30, 60),
  ShiftedGroupNorm: withActivation(13, 30),
  ShiftedGroupNormGrad: withActivation(30, 60),
  LayerNorm: ({ inputs }) => 12 * size(inputs.x),
  LayerNormGrad: ({ inputs }) => 30 * size(inputs.x),
  Gelu: perOutputElement(18),
  GeluGrad: perOutputElement(23),
  Silu: perOutputElement(4),
  Upsample2x: perOutputElement(8),
  Upsample2xGrad: perInputElement(8),
  MaxPool2x: perOutputElement(3),
  MaxPool2xGrad: perInputElement(1),
  LinearCombination: perInputElement(2),
  // parameter, gradient and two moments, each as large
  AdamWStep: perInputElement(14 / 4),
  EmaStep: perInputElement(3 / 2),
  GlobalNorm: perInputElement(2),
  ...Object.fromEntries(['Sum', 'Mean', 'AddN'].map((name) => [name, perInputElement(1)])),
  ...Object.fromEntries(['Add', 'Sub', 'Multiply', 'RealDiv'].map((name) => [name, perOutputElement(1)])),
  SquaredDifference: perOutputElement(2),
};

export const flopsOf = (kernel: string, call: Call): number => flopsByKernel[kernel]?.(call) ?? 0;
