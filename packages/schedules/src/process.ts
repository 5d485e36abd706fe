import { fail } from './errors';
import { edm, type FlowProcess, flow, type SigmaProcess, varianceExploding } from './processes';
import { createSchedule, type Schedule, type ScheduleOptions } from './schedule';

/** What a model was trained as: a discrete schedule, an EDM or variance-exploding process, or a flow. */
export type Process = Schedule | SigmaProcess | FlowProcess;

/**
 * A process as JSON: the options of `createSchedule`, or those of `edm`, `varianceExploding` and `flow` with their
 * kind.
 */
export type ProcessOptions =
  | (ScheduleOptions & { kind?: 'discrete' })
  | ({ kind: 'sigma' } & Partial<Omit<SigmaProcess, 'kind'>>)
  | ({ kind: 'flow' } & Partial<Omit<FlowProcess, 'kind'>>);

/**
 * Returns the process of its options; a built one is returned as it is.
 *
 * @throws DenoiserError where the options describe none.
 */
export function createProcess(options: Process | ProcessOptions): Process {
  switch (options.kind) {
    case 'sigma':
      return options.preconditioning === 've' ? varianceExploding(options) : edm(options);
    case 'flow':
      return flow(options);
    case 'discrete':
    case undefined:
      return 'alphaBars' in options ? built(options) : createSchedule(options);
    default:
      return fail(`The \`kind\` of a process is discrete, sigma or flow, not ${(options as Process).kind}.`);
  }
}

/** A built schedule is made of `Float64Array`s, which JSON does not keep. */
function built(schedule: Schedule): Schedule {
  return schedule.alphaBars instanceof Float64Array
    ? schedule
    : fail('A built schedule does not survive JSON; keep its `options`.');
}
