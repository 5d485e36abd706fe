import { evaluations, planFor, type Sampler, samplers } from '@denoiser/samplers/arrays';
import { flagOf } from './flag';

const HEAD = ['name', 'what it is', 'order', 'noise', 'steps', 'calls', 'options of its own', 'from'];

/** Returns the table of `denoiser sample --list`: order and noise as the solvers say, calls as their plans count them. */
export function samplerTable(): string {
  const rows = [HEAD, ...Object.entries(samplers).map(([name, sampler]) => row(name, sampler))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => (cells[column] as string).length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        NUMBERS.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const also = Object.entries(samplers).flatMap(([name, { aliases = [] }]) =>
    aliases.map((alias) => `${alias} (${name})`),
  );
  return [
    ...rows.map(line),
    '',
    `Also known as: ${also.join(', ')}.`,
    'order: of convergence to the exact solution, or of the drift where noise is added; – where there is none.',
    'steps: unless --steps says otherwise. calls: of the network in that many; it is they that take the time.',
  ].join('\n');
}

const NUMBERS = new Set([2, 4, 5]);

function row(name: string, sampler: Sampler): string[] {
  const { about, steps, takes = [], source } = sampler;
  const { order, stochastic } = sampler.create({});
  const process = sampler.kinds.includes('discrete') ? ({ type: 'linear' } as const) : ({ kind: 'flow' } as const);
  const plan = planFor({ process }, { sampler: name, inpaint: sampler.needsInpainting });
  return [
    name,
    about,
    order > 0 ? String(order) : '–',
    stochastic ? 'yes' : 'no',
    String(steps),
    String(evaluations(plan)),
    takes.map(flagOf).join(' '),
    source,
  ];
}
