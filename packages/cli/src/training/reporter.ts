import type { ValidationRecord } from '@denoiser/trainer';
import type { StepLine } from '../record/lines';

/** What a run is told of while it trains; the command shows it, a program does with it what it likes. */
export interface Reporter {
  /** What is about to happen, by topic: device, images, network, memory, time. */
  onBegin?(about: Readonly<Record<string, string>>): void;
  /** Told what the time is spent on before training begins. */
  onPreparing?(what: string): void;
  /** A step has been done, with the line of `log.jsonl` and the seconds that are left. Training waits for it. */
  onStep?(line: StepLine, secondsLeft: number): void | Promise<void>;
  onValidation?(measured: ValidationRecord): void | Promise<void>;
  /** A grid of samples is being drawn: so many of so many evaluations of the network are done. */
  onDrawing?(done: number, total: number): void;
  /** A grid of samples has been written. */
  onSamples?(grid: { readonly title: string; readonly path: string; readonly step: number }): void | Promise<void>;
  /** What is odd though training goes on, in a sentence. */
  onWarning?(message: string): void;
}
