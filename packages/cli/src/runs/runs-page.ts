import { chart, legend, type Point, readable, type Series, TONES, type Tone } from '../report/chart';
import { gridFigure } from '../report/grids';
import { escapeHtml, page, section, table } from '../report/html';
import { SCRIPT, STYLE } from '../report/style';
import { count } from '../text';
import { differences, type Run } from './read-runs';

/** Curves that one can still tell apart: each colour, drawn through and dashed. */
const MOST = 2 * TONES.length;

/** Returns a page that compares runs: their curves in one chart, what differs, their last grids. It needs no other file. */
export async function runsPage(runs: readonly Run[]): Promise<string> {
  const different = differences(runs);
  const title = runs.length === 1 ? 'One run' : `${runs.length} runs compared`;
  const figures = await Promise.all(
    runs.flatMap(({ folder, grid, steps }) =>
      grid === null ? [] : [gridFigure(grid, `The last samples of ${folder}`, `${folder}, ${count(steps, 'step')}`)],
    ),
  );
  const body = [
    `<header><h1>${escapeHtml(title)}</h1></header><main>`,
    section(
      'runs',
      'Runs',
      table(
        runs.length === 1 ? 'What came of it' : 'What came of them, and the options in which they differ',
        ['run', 'step', 'loss', 'best validation loss', ...different],
        runs.map(({ folder, steps, loss, bestValidation, config }) => [
          folder,
          readable(steps),
          loss === null ? 'none' : readable(loss),
          bestValidation === null ? 'none' : readable(bestValidation.loss),
          ...different.map((name) => config[name] ?? 'none'),
        ]),
      ),
      ...runs.flatMap(({ folder, problem }) =>
        problem === null ? [] : [`<p>${escapeHtml(`${folder}: ${problem}`)}</p>`],
      ),
    ),
    curves(
      'loss',
      'Loss',
      'The loss of each run, the geometric mean over neighbouring steps.',
      runs,
      ({ losses }) => losses,
    ),
    curves(
      'validation',
      'Validation loss',
      'The loss of the averaged weights on held-out images.',
      runs,
      ({ validations }) => validations,
    ),
    ...(figures.length > 0
      ? [section('samples', 'Last samples', `<div class="grids">${figures.join('\n')}</div>`)]
      : []),
    '</main>',
  ].join('\n');
  return page({ title, style: STYLE, script: SCRIPT, body });
}

/** Several curves in one chart; nothing where there is none. */
function curves(
  id: string,
  title: string,
  about: string,
  runs: readonly Run[],
  curveOf: (run: Run) => readonly Point[],
): string {
  const there = runs
    .map((run) => ({ name: run.folder, points: curveOf(run) }))
    .filter(({ points }) => points.length > 0);
  if (there.length === 0) return '';
  const series = there.slice(0, MOST).map(
    ({ name, points }, i): Series => ({
      name,
      points,
      kind: 'line',
      tone: TONES[i % TONES.length] as Tone,
      isDashed: i >= TONES.length,
    }),
  );
  const ends = series.map(({ name, points }) => `${name} ends at ${readable(points.at(-1)?.[1] ?? Number.NaN)}`);
  const left = there.length > MOST ? ` The first ${MOST} of ${there.length} are shown.` : '';
  return section(
    id,
    title,
    `<p>${escapeHtml(`${about}${left}`)}</p>`,
    legend(series),
    chart({
      id: `${id}-chart`,
      title: `${title} by step`,
      description: `${ends.join('; ')}.`,
      x: { label: 'step', domain: [0, Math.max(1, ...series.flatMap(({ points }) => points.at(-1)?.[0] ?? 1))] },
      y: { label: 'loss', scale: 'log' },
      series,
      read: 'all',
    }),
  );
}
