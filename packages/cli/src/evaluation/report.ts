import type { Evaluation } from '@denoiser/backend-node';
import { count } from '../text';
import { figure, measured } from './figures';

/** The result of `denoiser eval`, as `--json` writes it. */
export interface Report extends Evaluation {
  /** Which weights were measured, and the folder of images. */
  readonly weights: string;
  readonly data: string;
  /** Whether the run was trained on them; null where nothing tells. */
  readonly seen: boolean | null;
}

const TARGETS = { epsilon: 'ε', x0: 'x0', v: 'v', flow: 'flow' } as const;

/** Returns the evaluation as tables. */
export function evaluationTables({ validationLoss: loss, bitsPerDimension: bits, ...rest }: Report): string {
  const { pixels, features, images, pictures } = rest;
  const losses = measured([...loss.byTime, loss.mean]);
  const sections = [
    table(`Validation loss (${TARGETS[loss.prediction]}) at fixed t and noise, ${count(images, 'image')}`, [
      ...losses.map((figures, i) => [i < loss.byTime.length ? `t = ${loss.byTime[i]?.t}` : 'mean', ...figures]),
    ]),
    table(`Likelihood: variational bound over ${count(bits.steps, 'step')}`, [
      ['bits/dim', ...(measured([bits])[0] as readonly string[])],
      ['of it, the prior', figure(bits.prior)],
    ]),
    table(`Distance of ${count(pictures, 'picture')} from ${count(images, 'image')} (lower is better)`, [
      ['sliced Wasserstein, pixels', figure(pixels.slicedWasserstein)],
      ...pixels.patches.map(({ height, width, distance }) => [
        `sliced Wasserstein, patches at ${height}×${width}`,
        figure(distance),
      ]),
    ]),
  ];
  if (features) {
    sections.push(
      table(`By ${features.dimensions} features of ${features.network}`, [
        ['FID', figure(features.fid)],
        ['KID', ...(measured([features.kid])[0] as readonly string[])],
        ['precision', figure(features.precision)],
        ['recall', figure(features.recall)],
        ['density', figure(features.density)],
        ['coverage', figure(features.coverage)],
      ]),
    );
  }
  return sections.join('\n\n');
}

function table(title: string, rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map(([name = '', value = '', spread = '']) =>
    `  ${name.padEnd(widths[0] ?? 0)}   ${value.padStart(widths[1] ?? 0)}   ${spread}`.trimEnd(),
  );
  return [title, ...lines].join('\n');
}
