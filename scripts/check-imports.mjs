import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { importCircles, importsOf, sourcesBelow } from './import-circles.mjs';
import { importTable, isModelPackage, mayImport } from './import-table.mjs';
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
  for (const file of isModelPackage(folder) ? [] : sourcesBelow(inside('packages', folder, 'src'))) {
    for (const name of importsOf(file)) {
      if (!name.startsWith('.') && !mayImport(folder, name)) wrong.push(`${relative(root, file)} imports ${name}`);
    }
  }
}

const folders = readdirSync(inside('packages')).flatMap((name) =>
  ['src', 'assembly'].map((part) => inside('packages', name, part)),
);
for (const name of ['apps/demo/src', 'bench/src']) folders.push(inside(name));
const circles = importCircles(folders.filter((folder) => existsSync(folder)).flatMap(sourcesBelow));
for (const circle of circles) wrong.push(`a circle: ${circle.join(', ')}`);

if (wrong.length > 0) {
  console.error(`Imports against docs/architecture.md:\n  ${wrong.join('\n  ')}`);
  process.exit(1);
}
console.log('Imports keep their direction and run in no circle.');
