import { relative } from 'node:path';
import { printable } from '@denoiser/errors';
import { readable } from '../report/chart';
import { differences, type RunSummary } from './read-runs';

const NONE = '–';
const BETWEEN = 2;

/** Formats runs for a terminal of `width` columns: a table where it fits, else a paragraph for each. Nothing is cut. */
export function runsText(runs: readonly RunSummary[], width = Number.POSITIVE_INFINITY): string {
  const different = differences(runs);
  const columns = ['run', 'step', 'loss', 'validation', ...different.map(shortName), 'last grid'];
  const rows = runs.map((run) => cellsOf(run, different).map(printable));
  const table = tableOf([columns, ...rows]);
  const text = table.every((line) => line.length <= width)
    ? table.join('\n')
    : rows.map((cells) => paragraphOf(columns, cells)).join('\n\n');
  const problems = runs.flatMap(({ folder, problem }) =>
    problem === null ? [] : [`${printable(folder)}: ${problem}`],
  );
  return [text, ...(problems.length > 0 ? ['', ...problems] : [])].join('\n');
}

/** The last word of an option's path, unless it says nothing alone. */
const shortName = (path: string): string => {
  const parts = path.split('.').filter((part) => part !== 'training');
  return ['type', 'steps', 'epochs'].includes(parts.at(-1) ?? '') ? parts.join('.') : (parts.at(-1) ?? path);
};

const cellsOf = (run: RunSummary, different: readonly string[]): string[] => [
  run.folder,
  readable(run.steps),
  run.loss === null ? NONE : run.loss.toFixed(4),
  run.bestValidation === null ? NONE : run.bestValidation.loss.toFixed(4),
  ...different.map((name) => run.config[name] ?? NONE),
  run.grid === null ? NONE : relative(run.folder, run.grid),
];

/** Columns of figures stand to the right; one in which there is nothing is left out. */
function tableOf(rows: readonly (readonly string[])[]): string[] {
  const [head = [], ...body] = rows;
  const shown = head.map((_, i) => i).filter((i) => body.some((cells) => cells[i] !== NONE));
  const widths = shown.map((i) => Math.max(...rows.map((cells) => (cells[i] ?? '').length)));
  const isFigure = shown.map((i) => body.every((cells) => /^[\d.,e−+–-]+$/.test(cells[i] ?? '')));
  return rows.map((cells) =>
    shown
      .map((i, at) => {
        const cell = cells[i] ?? '';
        return isFigure[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
      })
      .join(' '.repeat(BETWEEN))
      .trimEnd(),
  );
}

function paragraphOf(columns: readonly string[], [run = '', ...cells]: readonly string[]): string {
  const facts = cells.flatMap((cell, i) => (cell === NONE ? [] : [`  ${columns[i + 1]}: ${cell}`]));
  return [run, ...facts].join('\n');
}
