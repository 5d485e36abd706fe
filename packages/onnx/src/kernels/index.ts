import * as ops from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs-core';
import { attention, softmax } from './attention';
import * as axes from './axes';
import * as elementwise from './elementwise';
import { binary, unary } from './elementwise';
import type { Emitter } from './emitter';
import * as images from './images';
import { groupNorm, layerNorm } from './normalization';
import * as products from './products';

/** Every kernel that can be written as ONNX, by its name. A kernel more is a function beside this file and a line here. */
export const emitters: Readonly<Record<string, Emitter<string, never> | undefined>> = {
  [ops.Attention]: attention,
  [ops.Embedding]: products.embedding,
  [ops.Gelu]: elementwise.gelu,
  [ops.GroupNorm]: groupNorm,
  [ops.LayerNorm]: layerNorm,
  [ops.Linear]: products.linear,
  [ops.LinearCombination]: elementwise.linearCombination,
  [ops.MaxPool2x]: images.maxPool2x,
  [ops.Silu]: elementwise.silu,
  [ops.Upsample2x]: images.upsample2x,
  [ops.Upsample2xGrad]: images.sumPool2x,

  [tf.Abs]: unary('Abs'),
  [tf.Add]: binary('Add'),
  [tf.AvgPool]: images.pool('AveragePool'),
  [tf.BatchMatMul]: products.matMul,
  [tf.Cast]: elementwise.cast,
  [tf.ClipByValue]: elementwise.clip,
  [tf.Concat]: axes.concat,
  [tf.Conv2D]: images.conv2d,
  [tf.Cos]: unary('Cos'),
  [tf.Elu]: unary('Elu'),
  [tf.Erf]: unary('Erf'),
  [tf.Exp]: unary('Exp'),
  [tf.ExpandDims]: axes.expandDims,
  [tf.GatherV2]: axes.gather,
  [tf.Identity]: axes.identity,
  [tf.LeakyRelu]: elementwise.leakyRelu,
  [tf.Log]: unary('Log'),
  [tf.Max]: axes.reduction('ReduceMax', 18),
  [tf.Maximum]: binary('Max'),
  [tf.MaxPool]: images.pool('MaxPool'),
  [tf.Mean]: axes.reduction('ReduceMean', 18),
  [tf.Min]: axes.reduction('ReduceMin', 18),
  [tf.Minimum]: binary('Min'),
  [tf.Multiply]: binary('Mul'),
  [tf.Neg]: unary('Neg'),
  [tf.PadV2]: axes.pad,
  [tf.Pow]: binary('Pow'),
  [tf.RealDiv]: binary('Div'),
  [tf.Reciprocal]: unary('Reciprocal'),
  [tf.Relu]: unary('Relu'),
  [tf.Reshape]: axes.reshape,
  [tf.Rsqrt]: elementwise.rsqrt,
  [tf.Sigmoid]: unary('Sigmoid'),
  [tf.Sin]: unary('Sin'),
  [tf.Slice]: axes.slice,
  [tf.Softmax]: softmax,
  [tf.Softplus]: unary('Softplus'),
  [tf.SplitV]: axes.split,
  [tf.Sqrt]: unary('Sqrt'),
  [tf.Square]: elementwise.square,
  [tf.SquaredDifference]: elementwise.squaredDifference,
  [tf.Sub]: binary('Sub'),
  [tf.Sum]: axes.reduction('ReduceSum', 13),
  [tf.Tanh]: unary('Tanh'),
  [tf.Tile]: axes.tile,
  [tf.Transpose]: axes.transpose,
};
