import type { Graph } from '../graph/graph';
import type { Value } from '../graph/value';

/** A kernel that a network runs, with its inputs as values of the graph. */
export interface KernelCall<Inputs extends string = string, Attrs = Record<string, never>> {
  readonly graph: Graph;
  readonly inputs: { readonly [Name in Inputs]: Value };
  readonly attrs: Attrs;
}

/** Appends the nodes that compute what a kernel computes, and returns its outputs. */
export type Emitter<Inputs extends string = string, Attrs = Record<string, never>> = (
  call: KernelCall<Inputs, Attrs>,
) => Value | Value[];
