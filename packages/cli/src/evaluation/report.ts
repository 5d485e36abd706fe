import type { Evaluation } from '@denoiser/backend-node';
import { count } from '../text';

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
  const sections = [
    table(`Validation loss (${TARGETS[loss.prediction]}) at fixed t and noise, ${count(images, 'image')}`, [
      ...loss.byTime.map(({ t, mean, standardError }) => [`t = ${t}`, figure(mean), error(standardError)]),
      ['mean', figure(loss.mean.mean), error(loss.mean.standardError)],
    ]),
    table(`Likelihood: variational bound over ${count(bits.steps, 'step')}`, [
      ['bits/dim', figure(bits.mean), error(bits.standardError)],
      ['of it, the prior', figure(bits.prior), ''],
    ]),
    table(`Distance of ${count(pictures, 'picture')} from ${count(images, 'image')} (lower is better)`, [
      ['sliced Wasserstein, pixels', figure(pixels.slicedWasserstein), ''],
      ...pixels.patches.map(({ height, width, distance }) => [
        `sliced Wasserstein, patches at ${height}×${width}`,
        figure(distance),
        '',
      ]),
    ]),
  ];
  if (features) {
    sections.push(
      table(`By ${features.dimensions} features of ${features.network}`, [
        ['FID', figure(features.fid), ''],
        ['KID', figure(features.kid.mean), error(features.kid.standardError)],
        ['precision', figure(features.precision), ''],
        ['recall', figure(features.recall), ''],
        ['density', figure(features.density), ''],
        ['coverage', figure(features.coverage), ''],
      ]),
    );
  }
  return sections.join('\n\n');
}

const figure = (value: number): string =>
  Math.abs(value) >= 1000 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(3) : value.toFixed(4);

const error = (value: number | null): string => (value === null ? '' : `± ${figure(value)}`);

function table(title: string, rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map(([name = '', value = '', spread = '']) =>
    `  ${name.padEnd(widths[0] ?? 0)}   ${value.padStart(widths[1] ?? 0)}   ${spread}`.trimEnd(),
  );
  return [title, ...lines].join('\n');
}
