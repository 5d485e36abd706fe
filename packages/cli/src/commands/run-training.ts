import { Interrupted } from '../errors';
import type { Interrupt } from '../process/interrupt';
import { createDisplay, type Display } from '../progress';
import { checkpointPath } from '../run-folder';
import { list, warn } from '../text';
import { type TrainedRun, type TrainingRun, trainRun } from '../training/train-run';

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Trains a run under the eyes of the command: a display, Ctrl-C, and at the end where everything lies. */
export async function runTraining(run: TrainingRun, { signal, hold }: Interrupt): Promise<void> {
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
        display = await createDisplay({ output: process.stdout, ...length });
      },
      reporter: {
        onBegin: (about) => print(list(about)),
        onStep: (step) => display?.step(step),
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
