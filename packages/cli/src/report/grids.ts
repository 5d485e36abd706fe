import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readable, thinned } from './chart';
import { escapeHtml } from './html';

/** Grids that the report shows, and the bytes that they may take in all: a page has to open. */
const MOST = 12;
const MOST_BYTES = 12 * 2 ** 20;

/** A grid of samples, and the step after which it was drawn. */
export interface GridFile {
  path: string;
  step: number;
  /** The time of the grid, in words. */
  when: string;
}

/**
 * Finds the grids in a folder of samples, first to last.
 *
 * @param lastSteps by epoch; one that is not there has no line in the log, and its grid says no step
 */
export async function gridFiles(folder: string, lastSteps: ReadonlyMap<number, number>): Promise<GridFile[]> {
  const names = await readdir(folder).catch(() => []);
  const found = names.flatMap((name) => {
    const [, unit, number] = /^(epoch|step)-(\d+)\.png$/.exec(name) ?? [];
    if (number === undefined) return [];
    const step = unit === 'epoch' ? lastSteps.get(Number(number)) : Number(number);
    const when = [unit === 'epoch' && `epoch ${Number(number)}`, step !== undefined && `step ${readable(step)}`];
    return [{ path: join(folder, name), step: step ?? 0, when: when.filter(Boolean).join(', ') }];
  });
  return found.sort((a, b) => a.step - b.step);
}

/** Returns a grid as a part of a page, which needs no file beside it. */
export async function gridFigure(path: string, description: string, caption: string): Promise<string> {
  const data = (await readFile(path)).toString('base64');
  return `<figure><img src="data:image/png;base64,${data}" alt="${escapeHtml(description)}"><figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

/** Returns the grids of samples in a folder as a part of a page: evenly chosen over time, first and last among them, within the page. */
export async function grids(folder: string, lastSteps: ReadonlyMap<number, number>): Promise<string> {
  const found = await gridFiles(folder, lastSteps);
  if (found.length === 0) return '<p>There is no grid yet.</p>';
  const largest = Math.max(...(await Promise.all(found.map(async ({ path }) => (await stat(path)).size))));
  const shown = thinned(found, Math.max(2, Math.min(MOST, Math.floor(MOST_BYTES / largest))));
  const figures = await Promise.all(
    shown.map(({ path, when }) => gridFigure(path, `Samples drawn after ${when}`, `After ${when}`)),
  );
  const note =
    shown.length < found.length ? `, ${shown.length} of the ${found.length} grids; the others are in samples/` : '';
  return `<p>Always from the same noise, with the averaged weights${note}.</p>\n<div class="grids">${figures.join('\n')}</div>`;
}
