import type { TensorInfo } from '@tensorflow/tfjs-core';

/**
 * The kernels of this package: what each takes, by name, and what it gives. A backend package that has a faster one
 * registers it with tfjs's `registerKernel({ kernelName: GroupNorm, backendName: 'mine', kernelFunc })`.
 */

export type Activation = 'linear' | 'gelu' | 'silu';

/** y = activation(residual + GN(x)·scale + bias). x, residual, y [B, H, W, C]; scale, bias [C], or [B, C]: each image's own. */
export const GroupNorm = 'denoiser.GroupNorm';
export type GroupNormInputs = { x: TensorInfo; scale: TensorInfo; bias: TensorInfo; residual?: TensorInfo };
export type GroupNormAttrs = { groups: number; epsilon: number; activation: Activation };
/**
 * Gives [dx, dscale, dbias] and, if there is a residual, dresidual. A backend whose forward kernel gives moments beside y, [B, groups, 2],
 * finds them here again; what they are is its own affair.
 */
export const GroupNormGrad = 'denoiser.GroupNormGrad';
export type GroupNormGradInputs = GroupNormInputs & { dy: TensorInfo; moments?: TensorInfo };

/** Normalizes over the last axis. x, y [..., C]; scale, bias [C]. */
export const LayerNorm = 'denoiser.LayerNorm';
export type LayerNormInputs = { x: TensorInfo; scale: TensorInfo; bias: TensorInfo };
export type LayerNormAttrs = { epsilon: number };
/** Gives [dx, dscale, dbias]. */
export const LayerNormGrad = 'denoiser.LayerNormGrad';
export type LayerNormGradInputs = LayerNormInputs & { dy: TensorInfo };

/** Gives [y, logSumExp]: q [B, N, C], k, v [B, M, C], y [B, N, C], logSumExp [B, heads, N] of the scaled scores. */
export const Attention = 'denoiser.Attention';
export type AttentionInputs = { q: TensorInfo; k: TensorInfo; v: TensorInfo };
export type AttentionAttrs = { heads: number };
/** Gives [dq, dk, dv]. */
export const AttentionGrad = 'denoiser.AttentionGrad';
export type AttentionGradInputs = AttentionInputs & { dy: TensorInfo; y: TensorInfo; logSumExp: TensorInfo };

/** y = x·weight + bias. x [..., in], weight [in, out], bias [out]. */
export const Linear = 'denoiser.Linear';
export type LinearInputs = { x: TensorInfo; weight: TensorInfo; bias?: TensorInfo };
/** Gives [dx, dweight] and, if there is a bias, dbias. */
export const LinearGrad = 'denoiser.LinearGrad';
export type LinearGradInputs = LinearInputs & { dy: TensorInfo };

/** x·Φ(x), with the exact Φ (erf). */
export const Gelu = 'denoiser.Gelu';
export const GeluGrad = 'denoiser.GeluGrad';
/** x·sigmoid(x). */
export const Silu = 'denoiser.Silu';
export const SiluGrad = 'denoiser.SiluGrad';
export type UnaryInputs = { x: TensorInfo };
export type UnaryGradInputs = { dy: TensorInfo; x: TensorInfo };

/** The larger of each 2×2 block; the gradient goes to the first one where several are equal. x [B, H, W, C]. */
export const MaxPool2x = 'denoiser.MaxPool2x';
export const MaxPool2xGrad = 'denoiser.MaxPool2xGrad';

/** Twice the height and width. bilinear: corners aligned. x [B, H, W, C]. */
export const Upsample2x = 'denoiser.Upsample2x';
export const Upsample2xGrad = 'denoiser.Upsample2xGrad';
export type Upsample2xAttrs = { method: 'bilinear' | 'nearest' };
export type Upsample2xGradInputs = { dy: TensorInfo };

/** Rows of a table [R, C] by indices [N] (int32); index −1 gives zeros. */
export const Embedding = 'denoiser.Embedding';
export type EmbeddingInputs = { table: TensorInfo; indices: TensorInfo };
export const EmbeddingGrad = 'denoiser.EmbeddingGrad';
export type EmbeddingGradInputs = { dy: TensorInfo; indices: TensorInfo };
export type EmbeddingGradAttrs = { rows: number };

/** Σ coefficients[i]·inputs[i], clipped if `clip` is there. Inputs are named '0', '1', … and have one shape. */
export const LinearCombination = 'denoiser.LinearCombination';
export type LinearCombinationInputs = Record<string, TensorInfo>;
export type LinearCombinationAttrs = { coefficients: readonly number[]; clip?: readonly [min: number, max: number] };

/** Philox normals, see `randomNormal`. No inputs. */
export const RandomNormal = 'denoiser.RandomNormal';
export type RandomNormalAttrs = {
  shape: readonly number[];
  seed: number;
  stream: number;
  step: number;
  indices: readonly number[];
};

/**
 * One AdamW step over all parameters, written into the tensors' own memory; gives []. Inputs are named 'parameter0',
 * 'gradient0', 'firstMoment0', 'secondMoment0', 'parameter1', … If there is a 'gradientScale', a scalar, every gradient is
 * multiplied by it first.
 */
export const AdamWStep = 'denoiser.AdamWStep';
export type AdamWStepAttrs = {
  count: number;
  step: number;
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
};

/** shadow = decay·shadow + (1 − decay)·parameter, in place; gives []. Inputs are named 'shadow0', 'parameter0', … */
export const EmaStep = 'denoiser.EmaStep';
export type EmaStepAttrs = { count: number; decay: number };

/** √Σ x² over all elements of all inputs, which are named '0', '1', …; a scalar. */
export const GlobalNorm = 'denoiser.GlobalNorm';
export type GlobalNormInputs = Record<string, TensorInfo>;

/**
 * Float16 numbers by their bits, which stay as they are in the backend's memory; a float32 tensor to whoever reads it. No inputs. A backend
 * need not have it, see `keepsHalves`.
 */
export const Halves = 'denoiser.Halves';
/** `results`: whether what is computed of them (products, and all that goes on from these) is float16 in memory, too. */
export type HalvesAttrs = { shape: readonly number[]; bits: Uint16Array; results: boolean };
