import { summarize } from '../statistics';
import type { Measurement, Task } from './task';

export type Result = { readonly task: Task; readonly measurement: Measurement };

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

/** Counts per step, ours beside stock tfjs's, with what the targets are about. */
export function countTable(results: readonly Result[]): string {
  const lines = [
    '| step | kernels | dispatches | MB bound | buffers made | MB allocated | readbacks | submissions |',
    '|---|---|---:|---:|---:|---:|---:|---:|',
  ];
  for (const { task, measurement } of results) {
    const { counts } = measurement;
    const each = (total: number) => total / task.measured;
    const cells = [
      each(counts.dispatches).toFixed(0),
      megabytes(each(counts.bytes)),
      each(counts.buffers).toFixed(0),
      megabytes(each(counts.allocated)),
      each(counts.readbacks).toFixed(0),
      each(counts.submissions).toFixed(0),
    ];
    lines.push(`| ${task.step} | ${nameOf(task)} | ${cells.join(' | ')} |`);
  }
  for (const [ours, stock] of pairs(results)) {
    const ratio = (of: (result: Result) => number) => `${(of(stock) / of(ours)).toFixed(1)}×`;
    const dispatches = ratio(({ task, measurement }) => measurement.counts.dispatches / task.measured);
    const bytes = ratio(({ task, measurement }) => measurement.counts.bytes / task.measured);
    lines.push(`| ${ours.task.step} | **fewer** | **${dispatches}** | **${bytes}** | | | | |`);
  }
  return lines.join('\n');
}

const hasHalves = (precision: Task['precision']) => precision !== undefined && precision !== 'f32';

const nameOf = ({ subject, precision }: Task): string => (hasHalves(precision) ? `${subject}, ${precision}` : subject);

/** The median time of a step, with the least and the most. */
export function timeTable(results: readonly Result[]): string {
  const lines = ['| step | denoiser | stock tfjs | ratio |', '|---|---:|---:|---:|'];
  for (const [ours, stock] of pairs(results)) {
    const times = [ours, stock].map(({ measurement: { ms } }) => ms);
    const [a, b] = times.map(median) as [number, number];
    lines.push(`| ${ours.task.step} | ${times.map(withSpread).join(' | ')} | ${(b / a).toFixed(2)}× |`);
  }
  return lines.join('\n');
}

/** What each kernel of a step does: the largest share of bytes first. FLOPs are counted of our own kernels alone. */
export function profileTable({ task, measurement: { counts } }: Result): string {
  const each = (total: number) => total / task.measured;
  const rows = Object.entries(counts.kernels)
    .filter(([, { dispatches }]) => dispatches > 0)
    .sort(([, a], [, b]) => b.bytes - a.bytes)
    .map(([name, { calls, flops, dispatches, bytes, shaders }]) => {
      const work =
        task.subject === 'denoiser' ? [(each(flops) / 1e9).toFixed(3), (flops / bytes).toFixed(1)] : ['', ''];
      const names = Object.entries(shaders).map(([shader, times]) => `${shader} ${each(times).toFixed(0)}`);
      const cells = [each(calls).toFixed(0), each(dispatches).toFixed(0), ...work, megabytes(each(bytes))];
      return `| ${name} | ${cells.join(' | ')} | ${((100 * bytes) / counts.bytes).toFixed(1)} % | ${names.join(', ')} |`;
    });
  return [
    `**${task.step}, ${nameOf(task)}**`,
    '',
    '| kernel | calls | dispatches | GFLOP | FLOP/byte | MB bound | share | shaders, dispatches of each |',
    '|---|---:|---:|---:|---:|---:|---:|---|',
    ...rows,
  ].join('\n');
}

/** Ours and stock tfjs's results of the same step. */
function pairs(results: readonly Result[]): [ours: Result, stock: Result][] {
  return results.flatMap((ours): [Result, Result][] => {
    if (hasHalves(ours.task.precision)) return [];
    const stock = results.find(({ task }) => task.step === ours.task.step && task.subject === 'stock tfjs');
    return ours.task.subject === 'denoiser' && stock ? [[ours, stock]] : [];
  });
}

const withSpread = (ms: readonly number[]): string =>
  `${median(ms).toFixed(0)} ms (${Math.min(...ms).toFixed(0)}–${Math.max(...ms).toFixed(0)})`;

const median = (values: readonly number[]): number => summarize(values).median;
