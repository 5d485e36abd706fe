import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import type { Activation, GroupNormGradInputs, GroupNormInputs, Upsample2xAttrs } from './kernels';

/**
 * Kernels that do at once what others do one after the other. A backend need not have them: where there is none, the op is made of
 * the kernels that every backend has or gets, and so are its gradients.
 */
export const fusedKernels = {
  /** tfjs's Conv2D, NHWC, and what is added to it: bias [out], shift [B, out], residual [B, H', W', out]. */
  conv2D: 'denoiser.FusedConv2D',
  /** The gradient of tfjs's Conv2D, NHWC, and of a bias that was added: gives [dx, dfilter] and, if there is a bias, dbias. */
  conv2DGrad: 'denoiser.Conv2DGrad',
  /** y = residual + activation(x)·weight + bias. x [..., in], weight [in, out], bias [out]; residual, y [..., out]. */
  linear: 'denoiser.FusedLinear',
  /** Gives [dx, dweight] and, if there is a bias, dbias; the residual's gradient is dy itself. */
  linearGrad: 'denoiser.FusedLinearGrad',
  /** Attention of rows to one another, see `Attention`: q, k and v stand beside one another in qkv [B, N, 3C]. Gives [y, logSumExp]. */
  selfAttention: 'denoiser.SelfAttention',
  /** Gives [dqkv]. */
  selfAttentionGrad: 'denoiser.SelfAttentionGrad',
  /** y = (LN(x)·scale + shift)·weight + bias. Gives [y, moments]: mean and 1/σ of each row, [rows, 2]. */
  normedLinear: 'denoiser.NormedLinear',
  /** Gives [dx + residual, dscale, dshift, dweight, dbias]. */
  normedLinearGrad: 'denoiser.NormedLinearGrad',
  /** `GroupNorm` without an activation, to which a vector an image is added: shift [B, C]; scale and bias are [C]. Gives [y], or [y, moments]. */
  shiftedGroupNorm: 'denoiser.ShiftedGroupNorm',
  /** Gives [dx, dscale, dbias, dshift]. */
  shiftedGroupNormGrad: 'denoiser.ShiftedGroupNormGrad',
  /** skip [B, 2H, 2W, K] and, behind its channels, `Upsample2x` of x [B, H, W, C]: gives y [B, 2H, 2W, K + C]. */
  upsampleBeside: 'denoiser.UpsampleBeside',
  /** Gives [dskip, dx]. */
  upsampleBesideGrad: 'denoiser.UpsampleBesideGrad',
  /** time [B] and frequencies [N] give [sin(time·frequencies), cos(time·frequencies)], [B, 2N]; cosines first where it says so. */
  sinusoids: 'denoiser.Sinusoids',
} as const;

export type FusedConv2DInputs = {
  x: TensorInfo;
  filter: TensorInfo;
  bias?: TensorInfo;
  shift?: TensorInfo;
  residual?: TensorInfo;
};
export type Conv2DGradInputs = { dy: TensorInfo; x: TensorInfo; filter: TensorInfo; bias?: TensorInfo };
/** `groups`: in how many groups the result is normalized next, for a backend that can prepare for it. */
export type Conv2DAttrs = { strides: number; pad: 'same' | 'valid' | backend_util.ExplicitPadding; groups?: number };

export type FusedLinearInputs = { x: TensorInfo; weight: TensorInfo; bias?: TensorInfo; residual?: TensorInfo };
export type FusedLinearAttrs = { activation: Activation };
export type FusedLinearGradInputs = { dy: TensorInfo; x: TensorInfo; weight: TensorInfo; bias?: TensorInfo };

export type NormedLinearInputs = {
  x: TensorInfo;
  scale: TensorInfo;
  shift: TensorInfo;
  weight: TensorInfo;
  bias: TensorInfo;
};
export type NormedLinearGradInputs = NormedLinearInputs & {
  dy: TensorInfo;
  moments: TensorInfo;
  residual: TensorInfo;
};

export type SelfAttentionInputs = { qkv: TensorInfo };
export type SelfAttentionGradInputs = { dy: TensorInfo; qkv: TensorInfo; y: TensorInfo; logSumExp: TensorInfo };

export type ShiftedGroupNormInputs = Omit<GroupNormInputs, 'residual'> & { shift: TensorInfo };
export type ShiftedGroupNormGradInputs = Omit<GroupNormGradInputs, 'residual'> & { shift: TensorInfo };

export type UpsampleBesideInputs = { skip: TensorInfo; x: TensorInfo };
export type UpsampleBesideGradInputs = { dy: TensorInfo };
/** `beside`: channels of skip. */
export type UpsampleBesideGradAttrs = Upsample2xAttrs & { beside: number };

export type SinusoidsInputs = { time: TensorInfo; frequencies: TensorInfo };
export type SinusoidsAttrs = { cosinesFirst: boolean };
