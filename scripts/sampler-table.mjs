/**
 * Writes the table of samplers into docs/choosing-a-sampler.md, between its markers: `node scripts/sampler-table.mjs`,
 * after a build. A test of `@denoiser/samplers` checks that the guide has it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const GUIDE = fileURLToPath(new URL('../docs/choosing-a-sampler.md', import.meta.url));
const [BEGIN, END] = ['<!-- samplers: written by scripts/sampler-table.mjs -->', '<!-- end of samplers -->'];

const HEAD = ['sampler', 'what it is', 'order', 'noise', 'steps', 'calls', 'models', 'options of its own', 'from'];
const MODELS = { discrete: 'timesteps', sigma: 'EDM', angle: 'v-diffusion', flow: 'flow' };

/** The table in Markdown; `library` is `@denoiser/samplers/arrays`. */
export function samplerTable({ evaluations, planFor, samplers }) {
  const rows = Object.entries(samplers).map(([name, sampler]) => {
    const { about, aliases = [], kinds, needsInpainting, source, steps, takes = [] } = sampler;
    const { order, stochastic } = sampler.create({});
    const process = kinds.includes('discrete') ? { type: 'linear' } : { kind: 'flow' };
    return [
      [name, ...aliases].map((word) => `\`${word}\``).join(', '),
      about,
      order > 0 ? order : '–',
      stochastic ? 'yes' : 'no',
      steps,
      evaluations(planFor({ process }, { sampler: name, inpaint: needsInpainting })),
      kinds.length === Object.keys(MODELS).length ? 'all' : kinds.map((kind) => MODELS[kind]).join(', '),
      takes.map((option) => `\`${option}\``).join(', '),
      source.replace(/arXiv:([\d.]+)/, '[arXiv:$1](https://arxiv.org/abs/$1)'),
    ];
  });
  return [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The guide with the table of these samplers in it. */
export function withTable(guide, library) {
  const [before, rest] = guide.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${GUIDE} has no markers ${BEGIN} and ${END}; put them back.`);
  return `${before}${BEGIN}\n${samplerTable(library)}\n${END}${after}`;
}

/** The guide as it is. */
export const readGuide = () => readFileSync(GUIDE, 'utf8');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(GUIDE, withTable(readGuide(), await import('@denoiser/samplers/arrays')));
}
