import { type AngleProcess, angle } from './angle';
import { checkObject, fail } from './errors';
import {
  type EdmOptions,
  edm,
  type FlowProcess,
  flow,
  type SigmaProcess,
  scoreMatching,
  varianceExploding,
} from './processes';
import { createSchedule, type Schedule, type ScheduleOptions } from './schedule';

/** What a model was trained as: a discrete schedule, an EDM, variance-exploding or angular process, or a flow. */
export type Process = Schedule | SigmaProcess | AngleProcess | FlowProcess;

/** The process by angle among schedules, as the options of training and `createProcess` have them. */
export interface AngleOptions {
  readonly type: 'angle';
  readonly steps?: number;
}

/**
 * A process as JSON: the options of `createSchedule`, `{ type: 'angle' }`, `{ type: 'edm' }`, or those of `edm`, `varianceExploding`,
 * `angle` and `flow` with their kind.
 */
export type ProcessOptions =
  | (ScheduleOptions & { kind?: 'discrete' })
  | (AngleOptions & { kind?: 'angle' })
  | (EdmOptions & { kind?: 'sigma' })
  | ({ kind: 'angle' } & Partial<Omit<AngleProcess, 'kind'>>)
  | ({ kind: 'sigma' } & Partial<Omit<SigmaProcess, 'kind'>>)
  | ({ kind: 'flow' } & Partial<Omit<FlowProcess, 'kind'>>);

/**
 * Returns the process of its options; a built one is returned as it is.
 *
 * @throws DenoiserError where the options describe none.
 */
export function createProcess(options: Process | ProcessOptions): Process {
  checkObject(options, "A process is described by an object such as `{ type: 'cosine' }`");
  switch (options.kind) {
    case 'sigma':
      return sigmaProcess(options);
    case 'flow':
      return flow(options);
    case 'angle':
      return angle(options);
    case 'discrete':
    case undefined:
      if ('alphaBars' in options) return createSchedule(options);
      if (options.type === 'edm') return sigmaProcess(options);
      return options.type === 'angle' ? angle(options) : createSchedule(options);
    default:
      return fail(`The \`kind\` of a process is discrete, sigma, angle or flow, not ${(options as Process).kind}.`);
  }
}

/** A process by σ has no type, which options have. */
function sigmaProcess({ type: _, ...options }: Partial<SigmaProcess> & { type?: 'edm' }): SigmaProcess {
  if (options.preconditioning === 've') return varianceExploding(options);
  return options.preconditioning === 'score' ? scoreMatching(options) : edm(options);
}
