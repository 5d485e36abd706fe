import { commandLine } from '../command-line';
import { commandOutput } from '../command-output';
import { Interrupted } from '../errors';
import type { Host } from '../process/host';
import { createDisplay, type Display } from '../progress';
import { checkpointPath } from '../run-folder';
import { count, list, warn } from '../text';
import { openLogger, withLogger } from '../training/own-logger';
import type { Reporter } from '../training/reporter';
import { type TrainingRun, trainRun } from '../training/train-run';
import type { TrainedRun } from '../training/trained-run';

/** How the command tells of a run, beside what it shows. */
export interface Telling {
  /** Whether a program reads how it ended. */
  isJson?: boolean | undefined;
  /** A module that logs the run elsewhere. */
  log?: string | undefined;
  host: Host;
}

/** Trains a run under the eyes of the command: a display, Ctrl-C, and at the end where everything lies. */
export async function runTraining(run: TrainingRun, { isJson, log, host }: Telling): Promise<void> {
  const logger = log === undefined ? undefined : await openLogger(log);
  const output = commandOutput({ isJson });
  const { print } = output;
  let about: Readonly<Record<string, string>> = {};
  let display: Display | undefined;
  const line = (text: string) => (display ? display.line(text) : print(text));
  const { signal } = host;
  const onInterrupt = () => line('Stopping and saving; Ctrl-C again ends at once.');
  const shown: Reporter = {
    onBegin(topics) {
      about = topics;
      print(list(topics));
    },
    onPreparing: host.status,
    onStep: (step, secondsLeft) => display?.step({ ...step, secondsLeft }),
    onValidation({ step, emaLoss, isBest }) {
      line(`step ${step}, validation loss ${emaLoss.toFixed(4)}${isBest ? ', the lowest so far' : ''}`);
    },
    onDrawing: (done, total) => display?.sampling(done, total),
    onSamples: ({ title, path }) => line(`${title}: ${path}`),
    onWarning: warn,
  };
  let trained: TrainedRun;
  try {
    trained = await trainRun(run, {
      signal,
      onWriting() {
        host.hold();
        signal.addEventListener('abort', onInterrupt, { once: true });
      },
      async onTraining(length) {
        display = createDisplay({ output: output.words, ...length });
      },
      reporter: logger && !run.isDryRun ? withLogger(shown, logger) : shown,
    });
  } finally {
    display?.stop();
    signal.removeEventListener('abort', onInterrupt);
  }
  const { folder, status, step, firstStep, samples, paths } = trained;
  const isTried = status === 'tried';
  const written = { samples, checkpoint: checkpointPath(paths, step), report: paths.report, log: paths.log };
  output.result({ folder, status, step, firstStep, about, ...(!isTried && written) });
  if (!isTried) tellEnd(trained, print);
}

function tellEnd({ folder, status, step, firstStep, paths, samples }: TrainedRun, print: (text: string) => void): void {
  if (status === 'stopped') {
    throw new Interrupted(`Stopped after step ${step}; go on with: ${commandLine(['resume', folder])}`);
  }
  if (status === 'out-of-time') {
    print(`The time is up after ${count(step, 'step')}; go on with: ${commandLine(['resume', folder])}`);
  }
  if (status === 'finished' && step === firstStep) {
    const further = commandLine(['resume', folder, '--steps', '<more>']);
    print(`This run is finished after ${count(step, 'step')}; go further with: ${further}`);
  }
  print(
    list({
      samples,
      checkpoint: checkpointPath(paths, step),
      report: paths.report,
      'loss curve': paths.curve,
      log: paths.log,
      'draw more': commandLine(['sample', folder, '--count', '16']),
    }),
  );
}
