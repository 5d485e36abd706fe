import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePngGrid } from '@denoiser/backend-node';
import { beforeAll, expect, test } from 'vitest';
import { runPaths, samplePath } from '../run-folder';
import { differences, readRuns } from './read-runs';
import { runsPage } from './runs-page';
import { runsText } from './runs-text';

const root = mkdtempSync(join(tmpdir(), 'denoiser-'));
const linesOf = (objects: readonly object[]) => objects.map((line) => `${JSON.stringify(line)}\n`).join('');

/** A run folder as training leaves it, with a loss that falls from `first`. */
async function writeRun(name: string, config: object, first: number): Promise<void> {
  const paths = runPaths(join(root, name));
  mkdirSync(paths.samples, { recursive: true });
  mkdirSync(paths.checkpoints);
  writeFileSync(paths.config, JSON.stringify({ data: '/pictures', ...config }));
  const step = (i: number) => ({ step: i + 1, epoch: 1 + Math.floor(i / 10), loss: first / (i + 1), time: 1.7e12 });
  const log = linesOf(Array.from({ length: 40 }, (_, i) => step(i)));
  writeFileSync(paths.log, `${log}{"step": 41, "lo`); // as a killed process leaves it
  const measured = [20, 30, 40].map((step) => ({ step, epoch: step / 10, loss: 1, emaLoss: first + (step - 30) ** 2 }));
  writeFileSync(paths.validationLog, linesOf(measured));
  const picture = { data: new Uint8Array(64), imageShape: [8, 8, 1] as const };
  for (const epoch of [1, 2, 4]) await writePngGrid(samplePath(paths, { epoch }), picture);
}

beforeAll(async () => {
  await writeRun('animals/wide', { size: 32, baseWidth: 64 }, 8);
  await writeRun('animals/narrow <&>', { size: 32, baseWidth: 32, training: { learningRate: 1e-3 } }, 4);
  await writeRun('broken', { sieze: 32 }, 2);
  mkdirSync(join(root, 'empty'));
});

test('runs are found wherever they lie in the folder, with what came of them', async () => {
  const runs = await readRuns(root);
  expect(runs.map(({ folder }) => folder)).toEqual(
    ['animals/narrow <&>', 'animals/wide', 'broken'].map((name) => join(root, name)),
  );
  const [, wide, broken] = runs;
  // The last tenth of 40 steps: 37 to 40.
  expect(wide?.loss).toBeCloseTo(2 * (1 / 37 + 1 / 38 + 1 / 39 + 1 / 40), 12);
  expect(wide).toMatchObject({ steps: 40, epochs: 4, bestValidation: { step: 30, loss: 8 }, problem: null });
  expect(wide?.grid).toBe(join(root, 'animals/wide/samples/epoch-0004.png'));
  expect(wide?.config['training.learningRate']).toBe('0.0003');
  expect(broken?.problem).toMatch(/there is no option sieze; the nearest is size/);
  expect(differences(runs)).toEqual(['network.baseWidth', 'training.learningRate']);
  expect(await readRuns(join(root, 'animals/wide'))).toHaveLength(1);
  await expect(readRuns(join(root, 'empty'))).rejects.toThrow(/There is no run in .*empty/);
  await expect(readRuns(join(root, 'absent'))).rejects.toThrow(/There is no folder .*absent/);
});

test('the list is a table where the terminal is wide enough, else a paragraph a run; no name is cut', async () => {
  const short = (path: string) => path.slice(root.length + 1);
  const runs = (await readRuns(root)).map((run) => ({
    ...run,
    folder: short(run.folder),
    grid: short(run.grid ?? ''),
  }));
  const wide = runsText(runs, 100).split('\n');
  expect(wide[0]).toMatch(/^run +step +loss +validation +baseWidth +learningRate +last grid$/);
  expect(wide[1]).toMatch(/^animals\/narrow <&> +40 +0\.1040 +4\.0000 +32 +0\.001 +samples\/epoch-0004\.png$/);
  for (const width of [40, 80, 100, 200]) {
    const text = runsText(runs, width).split('\n\nbroken: ')[0] ?? '';
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    expect(text).toContain('animals/narrow <&>');
  }
  expect(runsText(runs, 40)).toContain('\n  learningRate: 0.001');
  expect(runsText(runs)).toBe(runsText(runs, 200));
});

test('the page has the curves of all runs in one chart, their last grids, and stands by itself', async () => {
  const html = await runsPage(await readRuns(root));
  const chart = html.slice(html.indexOf('id="loss"'), html.indexOf('</section>', html.indexOf('id="loss"')));
  expect(chart.match(/<path class="line tone-\d" d="M[\d. L]+/g)).toHaveLength(6); // three of the legend, three curves
  expect(html.match(/<img src="data:image\/png;base64,/g)).toHaveLength(3);
  expect(chart, 'the pointer reads every curve by its name').toMatch(/wide, step 40: [^"]*broken, step 40: /);
  expect(html).toContain('narrow &#60;&#38;&#62;');
  expect(html).not.toContain('narrow <&>');
  expect(html).not.toMatch(/(src|href)="(?!data:)/);
});

test('curves that no colour is left for are dashed; of more than can be told apart the first are shown', async () => {
  const [run] = await readRuns(join(root, 'animals/wide'));
  if (!run) throw new Error('no run');
  const many = Array.from({ length: 15 }, (_, i) => ({ ...run, folder: `run-${i}` }));
  const html = await runsPage(many);
  expect(html).toContain('The first 12 of 15 are shown.');
  expect(html.match(/class="line tone-1 dashed" d="M\d/g)).toHaveLength(4); // two charts, each with its legend
});
