import type { ValidationRecord } from '@denoiser/trainer';
import type { RunConfig } from '../config/run-schema';
import type { StepLine } from '../record/lines';
import type { TrainedRun } from './trained-run';

/** What a run is told of while it trains; the command shows it, a program does with it what it likes. */
export interface Reporter {
  /** Told what the time is spent on before training begins. */
  onPreparing?(what: string): void;
  /** What is about to happen, by topic: device, images, network, memory, time; and the run itself. Training waits for it. */
  onBegin?(
    about: Readonly<Record<string, string>>,
    run: { readonly folder: string; readonly config: RunConfig },
  ): void | Promise<void>;
  /** A step has been done, with the line of `log.jsonl` and the seconds that are left. Training waits for it. */
  onStep?(line: StepLine, secondsLeft: number): void | Promise<void>;
  onValidation?(measured: ValidationRecord): void | Promise<void>;
  /** A grid of samples is being drawn: so many of so many evaluations of the network are done. */
  onDrawing?(done: number, total: number): void;
  /** A grid of samples has been written. */
  onSamples?(grid: { readonly title: string; readonly path: string; readonly step: number }): void | Promise<void>;
  /** What is odd though training goes on, in a sentence. */
  onWarning?(message: string): void;
  /** The run has ended, or was stopped. Not called where training fails. */
  onEnd?(run: TrainedRun): void | Promise<void>;
}

/** What a reporter may have. */
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
