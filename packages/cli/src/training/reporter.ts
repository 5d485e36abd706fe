import type { ValidationRecord } from '@denoiser/trainer';
import type { RunConfig } from '../config/run-schema';
import type { StepLine } from '../record/lines';
import type { TrainedRun } from './trained-run';

/** Callbacks of a run in training: the command shows what they tell, a program does with it what it likes. */
export interface Reporter {
  /** Tells what the time is spent on before training begins. */
  onPreparing?(what: string): void;
  /** Tells what is about to happen, by topic: device, images, network, memory, time; and the run itself. Training waits for it. */
  onBegin?(
    about: Readonly<Record<string, string>>,
    run: { readonly folder: string; readonly config: RunConfig },
  ): void | Promise<void>;
  /** Tells of a step that is done: its line of `log.jsonl`, and the seconds that are left. Training waits for it. */
  onStep?(line: StepLine, secondsLeft: number): void | Promise<void>;
  /** Tells the loss on held-out images. Training waits for it. */
  onValidation?(measured: ValidationRecord): void | Promise<void>;
  /** Tells that a grid of samples is being drawn: so many of so many evaluations of the network are done. */
  onDrawing?(done: number, total: number): void;
  /** Tells of a grid of samples that has been written. Training waits for it. */
  onSamples?(grid: { readonly title: string; readonly path: string; readonly step: number }): void | Promise<void>;
  /** Tells in a sentence what is odd though training goes on. */
  onWarning?(message: string): void;
  /** Tells that the run has ended or was stopped. It is not called where training fails. */
  onEnd?(run: TrainedRun): void | Promise<void>;
}

/** The names of a reporter's callbacks. */
export const REPORTER_NAMES = [
  'onBegin',
  'onStep',
  'onValidation',
  'onDrawing',
  'onSamples',
  'onPreparing',
  'onWarning',
  'onEnd',
] as const satisfies readonly (keyof Reporter)[];
