import type { Evaluation } from '@denoiser/backend-node';
import type { Cell } from './cells';

/** What was measured of a model; cells by the name of what they are of. */
export interface Results {
  settings: {
    model: string;
    count: number;
    references: number;
    guidance: number | null;
    seed: number;
    device: string;
  };
  quality?: Evaluation;
  samplers: Record<string, Cell>;
  steps: Record<string, Cell>;
  /** Median distances to the nearest training image, of pictures and of held-out images. */
  neighbours?: { pictures: number; heldOut: number };
}

/** The results as tables. */
export function markdown({ settings, quality, samplers, steps, neighbours }: Results): string {
  const { model, count, references, guidance, seed, device } = settings;
  const drawn = `${count} pictures each${guidance === null ? '' : `, guidance ${guidance}`}, seed ${seed}, device ${device}`;
  return [
    `# ${model}`,
    `${drawn}, beside ${references} held-out images.`,
    ...(quality ? ['## Quality', table(['', ''], qualityRows(quality))] : []),
    ...(neighbours
      ? [
          `Nearest training image, root mean square of pixels, median: ${neighbours.pictures.toFixed(3)} of pictures, ${neighbours.heldOut.toFixed(3)} of held-out images.`,
        ]
      : []),
    ...cells('## Samplers at their default steps', samplers),
    ...cells('## Quality against steps', steps),
  ].join('\n\n');
}

/** The figures of a model's card, by name; `own` is the sampler that the model is drawn with unless somebody says otherwise. */
export function figuresOf({ quality, samplers, neighbours }: Results, own: string): Record<string, string> {
  const shares = Object.values(samplers).flatMap(({ recognized }) => recognized ?? []);
  const least = Math.min(...shares);
  const usual = samplers[own];
  return {
    // KID by features of no fixed scale says little to who sees no other figure beside it.
    ...(quality && Object.fromEntries(qualityRows(quality).filter(([name]) => name !== 'KID') as [string, string][])),
    ...(usual && { [`seconds a picture, ${own}`]: usual.secondsEach.toFixed(2) }),
    ...(usual?.recognized != null && { [`recognized, ${own}`]: percent(usual.recognized) }),
    ...(shares.length > 0 && { [`recognized, the least of ${shares.length} samplers`]: percent(least) }),
    ...(neighbours && {
      'nearest training image, median RMS: of pictures, of held-out images': neighbourText(neighbours),
    }),
  };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const neighbourText = ({ pictures, heldOut }: NonNullable<Results['neighbours']>) =>
  `${pictures.toFixed(3)}, ${heldOut.toFixed(3)}`;

function qualityRows({ validationLoss, bitsPerDimension, pixels, features, sampler, steps }: Evaluation): string[][] {
  const { mean, standardError } = validationLoss.mean;
  return [
    [`validation loss (${validationLoss.prediction})`, `${mean.toFixed(4)} ± ${standardError?.toFixed(4)}`],
    [
      `bits/dim, at most, in ${bitsPerDimension.steps} steps`,
      `${bitsPerDimension.mean.toFixed(3)} ± ${bitsPerDimension.standardError?.toFixed(3)}`,
    ],
    [`sliced Wasserstein distance, ${sampler} in ${steps} steps`, pixels.slicedWasserstein.toFixed(4)],
    ...(features
      ? [
          ['FID', features.fid.toFixed(2)],
          ['KID', features.kid.mean.toFixed(4)],
          ['precision, recall', `${features.precision.toFixed(3)}, ${features.recall.toFixed(3)}`],
          ['density, coverage', `${features.density.toFixed(3)}, ${features.coverage.toFixed(3)}`],
        ]
      : []),
  ];
}

function cells(title: string, of: Readonly<Record<string, Cell>>): string[] {
  const entries = Object.entries(of);
  if (entries.length === 0) return [];
  const head = ['', 'calls', 'recognized', 'FID', 'precision', 'recall', 'sliced Wasserstein', 's a picture'];
  const rows = entries.map(([name, cell]) => [
    name,
    `${cell.calls}`,
    cell.recognized === null ? '' : percent(cell.recognized),
    cell.fid.toFixed(2),
    ...[cell.precision, cell.recall].map((share) => share.toFixed(2)),
    cell.slicedWasserstein.toFixed(4),
    cell.secondsEach.toFixed(2),
  ]);
  return [title, table(head, rows)];
}

/** Rows as a table of Markdown; all but the first column are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
