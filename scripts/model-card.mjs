import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importTable, isModelPackage } from './import-table.mjs';
import { root } from './setup.mjs';

/**
 * What stands in a model's README and was measured: written from the package's model.json, which scripts/ship-model.mjs makes. Run
 * alone it fails where a README says something else; `--write` writes it.
 */
const [begin, end] = ['<!-- card: written by scripts/ship-model.mjs -->', '<!-- /card -->'];

const folderOf = (name) => join(root, 'packages', `model-${name}`);
const pathOf = (name, file) => join(folderOf(name), file);
const tableOf = (rows) =>
  ['| | |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');

/** Returns the README of a model with the card of its model.json. */
function withCard(name) {
  const text = readFileSync(pathOf(name, 'README.md'), 'utf8');
  const { facts, figures, again } = JSON.parse(readFileSync(pathOf(name, 'model.json'), 'utf8'));
  const picture = (file, words) => (existsSync(pathOf(name, file)) ? [`![${words}](${file})`] : []);
  const samples = picture('samples.png', 'Every class from seed 0 on: a row, or two, of each seed');
  const parts = [
    tableOf(Object.entries(facts)),
    ...(Object.keys(figures).length > 0 ? ['## Measured', tableOf(Object.entries(figures))] : []),
    ...(samples.length > 0 ? ['## Samples, not picked', ...samples] : []),
    ...(again
      ? ['## Training it again', `\`\`\`sh\n${again}\n\`\`\``, ...picture('loss.svg', 'The loss in training')]
      : []),
  ];
  const [before, after] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end))];
  return { text, next: `${before}${begin}\n\n${parts.join('\n\n')}\n\n${after}` };
}

/** Writes the card of a model into its README. */
export function writeCard(name) {
  writeFileSync(pathOf(name, 'README.md'), withCard(name).next);
}

if (process.argv[1]?.endsWith('model-card.mjs')) {
  const names = Object.keys(importTable)
    .filter(isModelPackage)
    .map((folder) => folder.replace('model-', ''));
  for (const name of names) {
    if (process.argv.includes('--write')) writeCard(name);
    const { text, next } = withCard(name);
    if (text === next) continue;
    console.error(
      `packages/model-${name}/README.md says something else than its model.json: npm run format writes it.`,
    );
    process.exit(1);
  }
}
