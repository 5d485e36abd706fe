import type { Tensor } from '@tensorflow/tfjs-core';

/** What the elements of a tensor are. */
export type ElementType = 'float32' | 'float16' | 'int64';

/**
 * A tensor as the network sees it. In the graph its axes may stand in another order: the axis `order[i]` of the shape is the
 * i-th there. So images, which networks have as [B, H, W, C], are [B, C, H, W] throughout the graph, and what only moves axes
 * costs nothing until somebody needs them in another order.
 */
export interface NodeValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly order: readonly number[];
  readonly type: ElementType;
}

/** A tensor that no input changes: a weight, or what was computed of weights and numbers. */
export interface ConstantValue {
  /** Of the backend that was there before the network is written down, on which it can be computed with. */
  readonly constant: Tensor;
  readonly shape: readonly number[];
  /** Of a weight. */
  readonly parameter?: string;
}

export type Value = NodeValue | ConstantValue;

export const isConstant = (value: Value): value is ConstantValue => 'constant' in value;

/** The order of axes that is the shape's own. */
export const straight = (shape: readonly number[]): number[] => shape.map((_, axis) => axis);

/** [B, H, W, C] as [B, C, H, W], and filters [height, width, in, out] as [out, in, height, width]. */
export const IMAGE_ORDER = [0, 3, 1, 2] as const;
export const FILTER_ORDER = [3, 2, 0, 1] as const;

export const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((number, i) => number === b[i]);

/** The sizes as they stand in the graph. */
export const inOrder = (shape: readonly number[], order: readonly number[]): number[] =>
  order.map((axis) => shape[axis] as number);
