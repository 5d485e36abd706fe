import { commandLine } from '../command-line';
import { Interrupted } from '../errors';
import type { Host } from '../process/host';
import { createDisplay, type Display } from '../progress';
import { checkpointPath } from '../run-folder';
import { count, list, warn } from '../text';
import { type TrainedRun, type TrainingRun, trainRun } from '../training/train-run';

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Trains a run under the eyes of the command: a display, Ctrl-C, and at the end where everything lies. */
export async function runTraining(run: TrainingRun, { signal, hold, status }: Host): Promise<void> {
  let display: Display | undefined;
  const line = (text: string) => (display ? display.line(text) : print(text));
  const onInterrupt = () => line('Stopping and saving; Ctrl-C again ends at once.');
  let trained: TrainedRun;
  try {
    trained = await trainRun(run, {
      signal,
      onWriting() {
        hold();
        signal.addEventListener('abort', onInterrupt, { once: true });
      },
      async onTraining(length) {
        display = createDisplay({ output: process.stdout, ...length });
      },
      reporter: {
        onBegin: (about) => print(list(about)),
        onPreparing: status,
        onStep: (step, secondsLeft) => display?.step({ ...step, secondsLeft }),
        onValidation({ step, emaLoss, isBest }) {
          line(`step ${step}, validation loss ${emaLoss.toFixed(4)}${isBest ? ', the lowest so far' : ''}`);
        },
        onDrawing: (done, total) => display?.sampling(done, total),
        onSamples: ({ title, path }) => line(`${title}: ${path}`),
        onWarning: warn,
      },
    });
  } finally {
    display?.stop();
    signal.removeEventListener('abort', onInterrupt);
  }
  if (trained.status !== 'tried') tellEnd(trained);
}

function tellEnd({ folder, status, step, firstStep, paths, samples }: TrainedRun): void {
  if (status === 'out-of-time') {
    print(`The time is up after ${count(step, 'step')}; go on with: ${commandLine(['resume', folder])}`);
  }
  if (status === 'stopped') {
    throw new Interrupted(`Stopped after step ${step}; go on with: ${commandLine(['resume', folder])}`);
  }
  if (status === 'finished' && step === firstStep) {
    print(
      `This run is finished after ${count(step, 'step')}; go further with: ${commandLine(['resume', folder, '--steps', '<more>'])}`,
    );
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
