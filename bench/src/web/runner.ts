import type { Card, CardOptions } from '../gpu/card';
import type { OnnxTask } from '../gpu/onnx-steps';
import type { Measurement, Task } from './task';

/** What a page or a process can be asked for, by name: what it is given, and what it finds. */
type Asked = {
  measure: [Task, Measurement];
  measureCard: [CardOptions, Card];
  timeOnnx: [OnnxTask, Measurement];
};
export type Programs = { readonly [Name in keyof Asked]: (argument: Asked[Name][0]) => Promise<Asked[Name][1]> };

/** Where programs run, each in a page or a process of its own. */
export type Runner = {
  /** What it is, with its version. */
  readonly name: string;
  run<Name extends keyof Asked>(program: Name, argument: Asked[Name][0]): Promise<Asked[Name][1]>;
  close(): Promise<void>;
};
