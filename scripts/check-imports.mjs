import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { importCircles, importsOf, sourcesBelow } from './import-circles.mjs';
import { importTable, mayImport } from './import-table.mjs';
import { root } from './setup.mjs';

/**
 * Sources import along the table of scripts/import-table.mjs only, and never in a circle, also not for types alone. Tests may
 * import anything that is installed.
 */
const wrong = [];
const inside = (...path) => join(root, ...path);

for (const folder of readdirSync(inside('packages'))) {
  if (!importTable[folder]) {
    wrong.push(`packages/${folder} is not in the table of scripts/import-table.mjs`);
    continue;
  }
  for (const file of sourcesBelow(inside('packages', folder, 'src'))) {
    for (const name of importsOf(file)) {
      if (!name.startsWith('.') && !mayImport(folder, name)) wrong.push(`${relative(root, file)} imports ${name}`);
    }
  }
}

/** Circles that are known and about to be mended; one that is gone must leave the list. */
const knownCircles = [
  ['record/run-record.ts', 'report/report.ts'].map((file) => `packages/cli/src/${file}`),
  ['feature-network.ts', 'layers-model.ts', 'sequential-network.ts'].map(
    (file) => `packages/cli/src/evaluation/${file}`,
  ),
  ['continuous-grid.ts', 'create-plan.ts', 'discrete-grid.ts'].map((file) => `packages/samplers/src/${file}`),
  [
    ...['fine-tune.ts', 'fit-options.ts', 'fit.ts', 'preflight.ts', 'resume.ts', 'save.ts', 'step.ts', 'trainer.ts'],
    'validation.ts',
  ].map((file) => `packages/trainer/src/${file}`),
];

const folders = readdirSync(inside('packages')).flatMap((name) =>
  ['src', 'assembly'].map((part) => inside('packages', name, part)),
);
for (const name of ['apps/demo/src', 'bench/src']) folders.push(inside(name));
const circles = importCircles(folders.filter((folder) => existsSync(folder)).flatMap(sourcesBelow));
const isPart = (circle, known) => circle.every((file) => known.includes(file));
for (const circle of circles) {
  if (!knownCircles.some((known) => isPart(circle, known))) wrong.push(`a circle: ${circle.join(', ')}`);
}
for (const known of knownCircles) {
  if (!circles.some((circle) => isPart(circle, known))) {
    wrong.push(`the circle of ${known.join(', ')} is gone: take it from the list of scripts/check-imports.mjs`);
  }
}

if (wrong.length > 0) {
  console.error(`Imports against docs/architecture.md:\n  ${wrong.join('\n  ')}`);
  process.exit(1);
}
console.log('Imports keep their direction and run in no circle.');
