import { basename, resolve } from 'node:path';
import { writeFileAtomically } from '@denoiser/backend-node';
import { smooth } from '../loss-curve';
import { duration, rate } from '../progress';
import { lastSteps, recentLines, type StepLine, type ValidationLine } from '../record/lines';
import { joined, type LossByTime, RANGES } from '../record/loss-by-time';
import type { RunPaths } from '../run-folder';
import { count } from '../text';
import { chart, legend, type Point, readable, type Series, thinned } from './chart';
import { grids } from './grids';
import { details, escapeHtml, page, section, table } from './html';
import { rowsOf } from './rows-of';
import { SCRIPT, STYLE } from './style';

/** Facts of a run that are known before it begins. */
export interface ReportFacts {
  /** The configuration, as JSON. */
  config: object;
  /** Steps that the run is to have. */
  steps: number;
  batchSize: number;
  /** By name: the device, the network, the images. */
  about: Readonly<Record<string, string>>;
  versions: Readonly<Record<string, string>>;
}

export interface Report {
  paths: RunPaths;
  facts: ReportFacts;
  lines: readonly StepLine[];
  stretches: readonly LossByTime[];
  validations: readonly ValidationLine[];
  noiseSteps: number;
  step: number;
}

const ROWS = 15;

/** Writes `report.html`: one file that opens from disk and needs neither server nor script. */
export async function writeReport(report: Report): Promise<void> {
  await writeFileAtomically(report.paths.report, await reportPage(report));
}

export async function reportPage(report: Report): Promise<string> {
  const { paths, facts, lines, stretches, validations, noiseSteps, step } = report;
  const title = `Training of ${basename(resolve(paths.folder))}`;
  const domain = [0, Math.max(1, lines.at(-1)?.step ?? 1)] as const;
  const course = (o: Omit<CourseOptions, 'lines' | 'domain'>) => courseSection({ ...o, lines, domain });
  const body = [
    `<header><h1>${escapeHtml(title)}</h1>`,
    `<p class="quiet">${escapeHtml(stateOf(step, facts.steps, lines.at(-1)?.time))}</p>`,
    summary(lines, facts, step),
    '</header><main>',
    section('samples', 'Samples over time', await grids(paths.samples, lastSteps(lines))),
    course({
      id: 'loss',
      title: 'Loss',
      unit: 'loss',
      text: 'The error of the network in each step (a dot), and its geometric mean over neighbouring steps (the line).',
      scale: 'log',
      value: ({ loss }) => loss,
    }),
    validationSection(validations, domain),
    lossByTime(stretches, noiseSteps),
    course({
      id: 'gradient-norm',
      title: 'Gradient norm',
      unit: 'norm',
      text: 'The Euclidean norm of the gradient over all parameters, before clipping. A steep rise comes before a divergence.',
      scale: 'log',
      value: ({ gradientNorm }) => gradientNorm,
    }),
    course({
      id: 'learning-rate',
      title: 'Learning rate',
      unit: 'learning rate',
      text: 'The learning rate of each step.',
      scale: 'linear',
      isExact: true,
      value: ({ learningRate }) => learningRate,
    }),
    courseSection({
      id: 'speed',
      title: 'Speed',
      unit: 'images per second',
      text: 'Images per second of training, without the time for samples and checkpoints.',
      scale: 'linear',
      isExact: true,
      value: ({ imagesPerSecond }) => imagesPerSecond,
      lines: meanSpeed(lines),
      domain,
    }),
    section(
      'device',
      'Device and versions',
      table('What computed', ['what', 'value'], rowsOf({ ...facts.about, ...facts.versions })),
    ),
    section(
      'configuration',
      'Configuration',
      table('config.json of this run', ['option', 'value'], rowsOf(facts.config)),
    ),
    '</main>',
  ].join('\n');
  return page({ title, style: STYLE, script: SCRIPT, body });
}

const STRETCHES = 60;

/** The speed of stretches of the run: their images by their time, for a single step's time may belong to its neighbour. */
function meanSpeed(lines: readonly StepLine[]): StepLine[] {
  const length = Math.max(1, Math.ceil(lines.length / STRETCHES));
  return lines.flatMap((line, i) => {
    if ((i + 1) % length !== 0) return [];
    const stretch = lines.slice(i + 1 - length, i + 1);
    const secondsPerImage = stretch.reduce((sum, { imagesPerSecond }) => sum + 1 / imagesPerSecond, 0) / length;
    return [{ ...line, imagesPerSecond: 1 / secondsPerImage }];
  });
}

function stateOf(step: number, total: number, time?: number): string {
  const when = time === undefined ? '' : `, ${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const done =
    step >= total ? `Finished after ${count(step, 'step')}` : `After step ${readable(step)} of ${readable(total)}`;
  return `${done}${when}.`;
}

function summary(lines: readonly StepLine[], { batchSize }: ReportFacts, step: number): string {
  const recent = recentLines(lines);
  const mean = (value: (line: StepLine) => number) =>
    recent.reduce((sum, line) => sum + value(line), 0) / recent.length;
  const seconds = lines.reduce((sum, { imagesPerSecond }) => sum + batchSize / imagesPerSecond, 0);
  const memory = lines.at(-1)?.memoryBytes;
  const facts: Record<string, string> = {
    step: readable(step),
    epoch: readable(lines.at(-1)?.epoch ?? 0),
    ...(lines.length > 0 && {
      [recent.length === 1 ? 'loss of the last step' : `loss, mean of the last ${readable(recent.length)}`]: readable(
        mean(({ loss }) => loss),
      ),
      'images per second': rate(1 / mean(({ imagesPerSecond }) => 1 / imagesPerSecond)),
      'time in training': duration(seconds),
    }),
    ...(recent.some(({ waitingShare }) => waitingShare !== undefined) && {
      'of it waiting for images': `${(100 * mean(({ waitingShare = 0 }) => waitingShare)).toFixed(1)} %`,
    }),
    ...(memory !== undefined && { memory: `${readable(Math.round(memory / 2 ** 20))} MiB` }),
  };
  const items = Object.entries(facts).map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<dl class="facts">${items.join('')}</dl>`;
}

interface CourseOptions {
  id: string;
  title: string;
  unit: string;
  text: string;
  scale: 'log' | 'linear';
  /** Shown as it is, without smoothing. */
  isExact?: boolean;
  value: (line: StepLine) => number | undefined;
  lines: readonly StepLine[];
  domain: readonly [number, number];
}

/** A quantity over the steps: chart, and the same as a table. Nothing for a quantity the log does not have. */
function courseSection({ id, title, unit, text, scale, isExact, value, lines, domain }: CourseOptions): string {
  const points = lines.flatMap((line): Point[] => {
    const y = value(line);
    return y !== undefined && Number.isFinite(y) && y > 0 ? [[line.step, y]] : [];
  });
  if (points.length === 0) return '';
  const span = Math.min(1000, Math.round(points.length / 10));
  const smoothed = isExact
    ? points
    : smooth(
        points.map(([step, loss]) => ({ step, loss })),
        span,
      ).map(({ step, loss }): Point => [step, loss]);
  const series: Series[] = [
    ...(isExact ? [] : [{ name: 'each step', points, kind: 'dots' as const }]),
    { name: isExact ? title : 'smoothed', points: smoothed, kind: 'line' },
  ];
  const [first, last] = [smoothed[0], smoothed.at(-1)] as [Point, Point];
  const described = `From ${readable(first[1])} at step ${readable(first[0])} to ${readable(last[1])} at step ${readable(last[0])}.`;
  const rows = thinned(smoothed, ROWS).map(([step, y]) => [readable(step), readable(y)]);
  return section(
    id,
    title,
    `<p>${escapeHtml(text)} ${escapeHtml(described)}</p>`,
    chart({
      id: `${id}-chart`,
      title: `${title} by step`,
      description: described,
      x: { label: 'step', domain },
      y: { label: unit, scale },
      series,
    }),
    details(`${title} as a table`, table(`${title}${isExact ? '' : ', smoothed'}`, ['step', unit], rows)),
  );
}

/** The loss on held-out images, under the live weights and their average. */
function validationSection(validations: readonly ValidationLine[], domain: readonly [number, number]): string {
  if (validations.length === 0) return '';
  const series: Series[] = [
    { name: 'live weights', points: validations.map(({ step, loss }) => [step, loss]), kind: 'line', tone: 2 },
    {
      name: 'averaged weights',
      points: validations.map(({ step, emaLoss }) => [step, emaLoss]),
      kind: 'line',
      tone: 1,
    },
  ];
  const best = validations.reduce((a, b) => (b.emaLoss < a.emaLoss ? b : a));
  const described = `The lowest of the averaged weights is ${readable(best.emaLoss)} at step ${readable(best.step)}.`;
  const rows = thinned(validations, ROWS).map(({ step, loss, emaLoss }) => [step, loss, emaLoss].map(readable));
  return section(
    'validation',
    'Validation loss',
    `<p>The loss on images that training never sees, always at the same timesteps and with the same noise. ${escapeHtml(described)}</p>`,
    legend(series),
    chart({
      id: 'validation-chart',
      title: 'Validation loss by step',
      description: described,
      x: { label: 'step', domain },
      y: { label: 'loss', scale: 'log' },
      series,
    }),
    details('Validation loss as a table', table('Loss on held-out images', ['step', 'live', 'averaged'], rows)),
  );
}

/** The loss by t of the last quarter of the run and, for comparison, of the first, or of the first stretch if that is longer. */
function lossByTime(stretches: readonly LossByTime[], noiseSteps: number): string {
  const end = stretches.at(-1)?.step;
  if (end === undefined) return '';
  const quarter = Math.max(end / 4, stretches[0]?.step ?? 0);
  const late = stretches.filter(({ step }) => step > (end * 3) / 4);
  const early = stretches.filter((stretch) => stretch.step <= quarter && !late.includes(stretch));
  const width = noiseSteps / RANGES;
  const pointsOf = ({ loss, count }: LossByTime): Point[] => {
    const points = loss.flatMap((y, range): Point[] => (count[range] ? [[range * width, y]] : []));
    const last = points.at(-1);
    return last ? [...points, [last[0] + width, last[1]]] : [];
  };
  const [first, recent] = [early.length > 0 ? joined(early) : undefined, joined(late)];
  const name = (which: string, step: number) => `${which} (to step ${readable(step)})`;
  const series: Series[] = [
    ...(first
      ? [
          {
            name: name('at the beginning', first.step),
            points: pointsOf(first),
            kind: 'stairs' as const,
            tone: 2 as const,
          },
        ]
      : []),
    { name: name(first ? 'lately' : 'so far', recent.step), points: pointsOf(recent), kind: 'stairs', tone: 1 },
  ];
  const cell = ({ loss, count }: LossByTime, range: number) => (count[range] ? readable(loss[range] as number) : '–');
  const rows = Array.from({ length: RANGES }, (_, range) => [
    `${readable(Math.ceil(range * width))}–${readable(Math.ceil((range + 1) * width) - 1)}`,
    ...(first ? [cell(first, range)] : []),
    cell(recent, range),
  ]);
  const described = `The mean loss in each of ${RANGES} ranges of the timestep t, from little noise (left) to nothing but noise (right).`;
  return section(
    'loss-by-t',
    'Loss by t',
    `<p>${described}</p>`,
    legend(series),
    chart({
      id: 'loss-by-t-chart',
      title: 'Loss by timestep',
      description: described,
      x: { label: 't', domain: [0, noiseSteps] },
      y: { label: 'loss', scale: 'log' },
      series,
    }),
    details('Loss by t as a table', table('Mean loss by range of t', ['t', ...series.map(({ name }) => name)], rows)),
  );
}
