import type { RunLength } from '@denoiser/trainer';
import { barLine, type Progress } from './bar';
import { createStatusLine, type Output } from './status-line';

export interface TrainingProgress {
  step: number;
  /** From 1. */
  epoch: number;
  loss: number;
  imagesPerSecond: number;
  memoryBytes?: number;
  secondsLeft: number;
}

/** The display of long work: a bar on a terminal, plain lines elsewhere (never a control character in a pipe). */
export interface Display {
  /** Writes a line that stays. */
  line(text: string): void;
  step(progress: TrainingProgress): void;
  /** Shows that pictures are being drawn: so many of so many calls of the model are done. */
  sampling(done: number, total: number): void;
  stop(): void;
}

/** Formats seconds: 75 as `1:15`, longer times as `2:03:04`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Formats a number of things a second. */
export const rate = (perSecond: number): string =>
  perSecond >= 10 ? perSecond.toFixed(0) : perSecond >= 1 ? perSecond.toFixed(1) : perSecond.toPrecision(2);

/** Formats bytes in the unit that suits them. */
export const bytes = (n: number): string =>
  n < 2 ** 30 ? `${Math.round(n / 2 ** 20)} MiB` : `${(n / 2 ** 30).toFixed(1)} GiB`;

export interface DisplayOptions extends Pick<RunLength, 'steps' | 'epochs'> {
  output: Output;
  /** Steps done before: after a resume not 0. */
  first?: number;
  /** Milliseconds. */
  now?: () => number;
}

/** Creates the display that suits `output`. */
export function createDisplay(options: DisplayOptions): Display {
  const describe = describer(options);
  return options.output.isTTY ? barDisplay(options, describe) : plainDisplay(options, describe);
}

type Describe = (progress: TrainingProgress) => Progress;

/** Smooths images per second over some twenty steps, or they would jump about. */
function describer({ steps, epochs }: DisplayOptions): Describe {
  let secondsPerImage: number | undefined;
  let longest = 0;
  const of = (total: number) => (total === Number.POSITIVE_INFINITY ? '' : `/${total}`);
  return ({ step, epoch, loss, imagesPerSecond, memoryBytes, secondsLeft }) => {
    secondsPerImage = (secondsPerImage ?? 1 / imagesPerSecond) * 0.95 + 0.05 / imagesPerSecond;
    longest = Math.max(longest, secondsLeft);
    return {
      // Of a run whose length is a time, by that.
      share: steps === Number.POSITIVE_INFINITY ? 1 - secondsLeft / Math.max(longest, Number.EPSILON) : step / steps,
      text: `epoch ${epoch}${of(epochs)}`,
      details: [
        `step ${step}${of(steps)}`,
        `loss ${loss.toFixed(4)}`,
        `${duration(secondsLeft)} left`,
        `${rate(1 / secondsPerImage)} images/s`,
        ...(memoryBytes === undefined ? [] : [bytes(memoryBytes)]),
      ],
    };
  };
}

const EVERY = 10_000;

/** Lines: the first and the last step, and one in ten seconds. */
function plainDisplay(options: DisplayOptions, describe: Describe): Display {
  const { output, steps, first = 0, now = Date.now } = options;
  let last = Number.NEGATIVE_INFINITY;
  const line = (text: string) => output.write(`${text}\n`);
  return {
    line,
    step(progress) {
      const { text, details } = describe(progress);
      if (now() - last < EVERY && progress.step !== steps && progress.step !== first + 1) return;
      last = now();
      line([text, ...details].join('  '));
    },
    sampling(done, of) {
      if (now() - last < EVERY || done === of) return;
      last = now();
      line(`drawing samples: ${Math.floor((100 * done) / of)} %`);
    },
    stop() {},
  };
}

/** How often a bar is drawn anew at most, in milliseconds. */
export const FRAME = 125;

/** A bar in the last line of the terminal; other lines stand above it. */
function barDisplay({ output, steps, first = 0, now = Date.now }: DisplayOptions, describe: Describe): Display {
  const status = createStatusLine(output);
  let shown: Progress = { share: first / steps, text: '', details: [] };
  let last = Number.NEGATIVE_INFINITY;
  const draw = (progress: Progress, isLast = false) => {
    if (!isLast && now() - last < FRAME) return;
    last = now();
    status.show((columns) => barLine(progress, columns));
  };
  return {
    line(text) {
      status.clear();
      output.write(`${text}\n`);
      if (shown.details.length > 0) draw(shown, true);
    },
    step(progress) {
      shown = describe(progress);
      draw(shown, progress.step === steps);
    },
    sampling(done, of) {
      const share = Math.floor((100 * done) / of);
      draw(done < of ? { ...shown, details: [`drawing samples ${share} %`, ...shown.details] } : shown, done === of);
    },
    stop() {
      if (shown.details.length === 0) return;
      if (shown.share >= 1) shown = { ...shown, details: shown.details.filter((detail) => !detail.endsWith(' left')) };
      status.show((columns) => barLine(shown, columns));
      output.write('\n');
    },
  };
}
