import type { RunLength } from '@denoiser/trainer';
import type { MultiBar, SingleBar } from 'cli-progress';

/** What the display writes to; `process.stdout` fits. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

export interface TrainingProgress {
  step: number;
  /** From 1. */
  epoch: number;
  loss: number;
  imagesPerSecond: number;
  memoryBytes?: number;
}

/** The display of long work: a bar on a terminal, plain lines elsewhere (never a control character in a pipe). */
export interface Display {
  /** A line that stays. */
  line(text: string): void;
  step(progress: TrainingProgress): void;
  /** Drawing pictures: so many of so many calls of the model are done. */
  sampling(done: number, total: number): void;
  stop(): void;
}

/** `75 s` as `1:15`, longer as `2:03:04`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export const rate = (perSecond: number): string =>
  perSecond >= 10 ? perSecond.toFixed(0) : perSecond >= 1 ? perSecond.toFixed(1) : perSecond.toPrecision(2);

/** Bytes in the unit that suits them. */
export const bytes = (n: number): string =>
  n < 2 ** 30 ? `${Math.round(n / 2 ** 20)} MiB` : `${(n / 2 ** 30).toFixed(1)} GiB`;

export interface DisplayOptions extends Pick<RunLength, 'steps' | 'epochs'> {
  output: Output;
  /** Steps done before: after a resume not 0. */
  first?: number;
  batchSize: number;
  /** Milliseconds. */
  now?: () => number;
}

/** The display that suits `output`. */
export async function createDisplay(options: DisplayOptions): Promise<Display> {
  const describe = describer(options);
  if (!options.output.isTTY) return plainDisplay(options, describe);
  const { MultiBar: Bars, Presets } = (await import('cli-progress')).default;
  const bars = new Bars(
    {
      format: '{text} [{bar}] {tail}',
      stream: options.output,
      hideCursor: true,
      barsize: 20,
      fps: 8,
      gracefulExit: false,
    },
    Presets.legacy,
  );
  return barDisplay(options, describe, bars);
}

type Described = { text: string; tail: string };

/** Smooths images per second over some twenty steps, or the time left would jump about. */
function describer({ steps, epochs, batchSize }: DisplayOptions): (progress: TrainingProgress) => Described {
  let secondsPerImage: number | undefined;
  return ({ step, epoch, loss, imagesPerSecond, memoryBytes }) => {
    secondsPerImage = (secondsPerImage ?? 1 / imagesPerSecond) * 0.95 + 0.05 / imagesPerSecond;
    const left = duration((steps - step) * batchSize * secondsPerImage);
    const speed = `${rate(1 / secondsPerImage)} images/s`;
    const memory = memoryBytes === undefined ? '' : `  ${bytes(memoryBytes)}`;
    return {
      text: `epoch ${epoch}/${epochs}`,
      tail: `step ${step}/${steps}  loss ${loss.toFixed(4)}  ${speed}${memory}  ${left} left`,
    };
  };
}

const EVERY = 10_000;

/** Lines: the first and the last step, and one in ten seconds. */
function plainDisplay(options: DisplayOptions, describe: ReturnType<typeof describer>): Display {
  const { output, steps, first = 0, now = Date.now } = options;
  let last = Number.NEGATIVE_INFINITY;
  const line = (text: string) => output.write(`${text}\n`);
  return {
    line,
    step(progress) {
      const { text, tail } = describe(progress);
      if (now() - last < EVERY && progress.step !== steps && progress.step !== first + 1) return;
      last = now();
      line(`${text}  ${tail}`);
    },
    sampling(done, of) {
      if (now() - last < EVERY || done === of) return;
      last = now();
      line(`drawing samples: ${Math.floor((100 * done) / of)} %`);
    },
    stop() {},
  };
}

function barDisplay(
  { steps, first = 0 }: DisplayOptions,
  describe: ReturnType<typeof describer>,
  bars: MultiBar,
): Display {
  let bar: SingleBar | undefined;
  let shown: Described = { text: 'drawing samples', tail: '' };
  let at = first;
  const update = (now: Described) => {
    bar ??= bars.create(steps, first, { ...now });
    bar.update(at, now);
  };
  return {
    line(text) {
      bar ??= bars.create(steps, first, { ...shown });
      bars.log(`${text}\n`);
      bars.update();
    },
    step(progress) {
      shown = describe(progress);
      at = progress.step;
      update(shown);
    },
    sampling(done, of) {
      update(done < of ? { ...shown, text: `drawing samples ${Math.floor((100 * done) / of)} %` } : shown);
    },
    stop() {
      if (bar) bars.stop();
    },
  };
}
