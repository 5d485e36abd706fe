import { summarize } from '../statistics';
import type { Step } from '../web/task';
import type { Card } from './card';

/** What was found of one subject and step. */
export type Row = {
  readonly subject: string;
  readonly where: string;
  readonly step: Step;
  readonly ms: readonly number[];
  /** Dispatches of a step, where they could be counted. */
  readonly dispatches?: number;
  /** Why there are no times. */
  readonly problem?: string;
};

export type Report = {
  readonly card: Card;
  /** The adapter for people. */
  readonly adapter: string;
  readonly isSoftware: boolean;
  /** Names and versions of what else there is. */
  readonly machine: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  /** The least milliseconds of a step on this card, by the arithmetic and bytes of our kernels. */
  bound(step: Step): number | undefined;
};

export const SOFTWARE =
  'This adapter is software: the processor computes what a graphics card would. The figures say nothing of a card.';

/** The report as Markdown, to paste into an issue. */
export function markdown({ card, adapter, isSoftware, machine, rows, bound }: Report): string {
  const facts = {
    adapter,
    features: card.features.join(', ') || 'none of interest',
    measured: [
      `f32 ${rate(card.f32, 'FLOP/s')}`,
      ...(card.f16 === undefined ? [] : [`f16 ${rate(card.f16, 'FLOP/s')}`]),
      `copying ${rate(card.bytesPerSecond, 'B/s')}`,
      `a dispatch of nothing ${(card.dispatchSeconds * 1e6).toPrecision(2)} µs`,
      `by ${card.clock}`,
    ].join(', '),
    ...machine,
  };
  return [
    ...(isSoftware ? [`**${SOFTWARE}**`, ''] : []),
    ...Object.entries(facts).map(([name, fact]) => `- ${name}: ${fact}`),
    '',
    '| step | images | program | on | median ms | p10–p90 | × denoiser | of the roofline | dispatches |',
    '|---|---:|---|---|---:|---:|---:|---:|---:|',
    ...rows.map((row) => line(row, rows, bound(row.step))),
  ].join('\n');
}

function line(row: Row, rows: readonly Row[], bound: number | undefined): string {
  const { subject, where, step, ms, dispatches, problem } = row;
  const what = `${step.network} ${step.size}×${step.size}, ${step.step} | ${step.batch} | ${subject} | ${where}`;
  const count = dispatches?.toFixed(0) ?? '';
  if (ms.length === 0) return `| ${what} | – | ${cell(problem ?? 'not measured')} | | | ${count} |`;
  const { median, p10, p90 } = summarize(ms);
  const own = rows.find(({ subject: name, where: at, step: of }) => name === 'denoiser' && at === where && of === step);
  const reference = own ?? rows.find(({ subject: name, step: of }) => name === 'denoiser' && of === step);
  const ratio = reference && reference.ms.length > 0 ? (median / summarize(reference.ms).median).toFixed(2) : '';
  const share = bound === undefined ? '' : `${((100 * bound) / median).toPrecision(2)} %`;
  const note = problem === undefined ? '' : ` (${cell(problem)})`;
  return `| ${what} | ${figure(median)} | ${figure(p10)}–${figure(p90)}${note} | ${ratio} | ${share} | ${count} |`;
}

/** A rate with its prefix: `12.3 TFLOP/s`. */
function rate(value: number, unit: string): string {
  const [size, prefix] = value >= 1e12 ? [1e12, 'T'] : value >= 1e9 ? [1e9, 'G'] : [1e6, 'M'];
  return `${(value / size).toPrecision(3)} ${prefix}${unit}`;
}

const figure = (ms: number): string => (ms < 100 ? ms.toPrecision(3) : ms.toFixed(0));

/** Text that keeps to one cell, and to a glance. */
const cell = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('|', '/').trim().slice(0, 100);
