import { commandOutput } from '../command-output';
import { Interrupted } from '../errors';
import { catchInterrupt } from '../interrupt';
import { createDisplay, type Display } from '../progress';
import { checkpointPath } from '../run-folder';
import { list, warn } from '../text';
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
}

/** Trains a run under the eyes of the command: a display, Ctrl-C, and at the end where everything lies. */
export async function runTraining(run: TrainingRun, { isJson, log }: Telling = {}): Promise<void> {
  const logger = log === undefined ? undefined : await openLogger(log);
  const output = commandOutput({ isJson });
  const { print } = output;
  let about: Readonly<Record<string, string>> = {};
  let display: Display | undefined;
  const line = (text: string) => (display ? display.line(text) : print(text));
  const interrupt = catchInterrupt(() => line('Stopping after this step; Ctrl-C again ends at once.'));
  const shown: Reporter = {
    onBegin(topics) {
      about = topics;
      print(list(topics));
    },
    onStep: (step) => display?.step(step),
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
      signal: interrupt.signal,
      async onTraining(length) {
        display = await createDisplay({ output: output.words, ...length });
      },
      reporter: logger && !run.isDryRun ? withLogger(shown, logger) : shown,
    });
  } finally {
    display?.stop();
    interrupt.release();
  }
  const { folder, status, step, firstStep, samples, paths } = trained;
  const isTried = status === 'tried';
  const written = { samples, checkpoint: checkpointPath(paths, step), report: paths.report, log: paths.log };
  output.result({ folder, status, step, firstStep, about, ...(!isTried && written) });
  if (!isTried) tellEnd(trained, print);
}

function tellEnd({ folder, status, step, firstStep, paths, samples }: TrainedRun, print: (text: string) => void): void {
  if (status === 'stopped') {
    throw new Interrupted(`Stopped after step ${step}; go on with: denoiser resume ${folder}`);
  }
  if (step === firstStep) {
    print(`This run is finished after ${step} steps; go further with: denoiser resume ${folder} --steps <more>`);
  }
  print(
    list({
      samples,
      checkpoint: checkpointPath(paths, step),
      report: paths.report,
      'loss curve': paths.curve,
      log: paths.log,
      'draw more': `denoiser sample ${folder} --count 16`,
    }),
  );
}
