import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importTable, isModelPackage, packageName } from './import-table.mjs';
import { root } from './setup.mjs';

/**
 * The table of packages in docs/architecture.md, from their descriptions and from scripts/import-table.mjs: fails when the page has
 * another; `--write` writes it.
 */
const page = join(root, 'docs', 'architecture.md');
const [begin, end] = ['<!-- packages: written by scripts/architecture-table.mjs -->', '<!-- /packages -->'];

const manifest = (folder) => join(root, 'packages', folder, 'package.json');
const folders = Object.keys(importTable).filter((folder) => existsSync(manifest(folder)));

function imports(folder) {
  const entries = importTable[folder];
  const above = folders.slice(0, folders.indexOf(folder)).filter((name) => !isModelPackage(name));
  const beside = above.filter((name) => entries.includes(name));
  const others = entries
    .filter((name) => !importTable[name])
    .map((name) => (name === '@tensorflow/' ? 'tfjs' : name === 'node:' ? 'Node' : name.replace('@tensorflow/', '')));
  const missing = above.filter((name) => !entries.includes(name));
  const isMost = beside.length > 5 && missing.length < 4;
  const packages = isMost ? [`all above${missing.length > 0 ? ` but ${missing.join(', ')}` : ''}`] : beside;
  const parts = isMost ? [packages.join(), others.join(', ')] : [[...packages, ...others].join(', ')];
  return parts.filter((part) => part !== '').join('; ') || 'nothing';
}

const rows = folders.map((folder) => {
  const { description } = JSON.parse(readFileSync(manifest(folder), 'utf8'));
  return `| [\`${packageName(folder)}\`](../packages/${folder}) | ${description} | ${imports(folder)} |`;
});
const table = ['| package | what it holds | may import |', '| --- | --- | --- |', ...rows].join('\n');

const text = readFileSync(page, 'utf8');
const [before, after] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end))];
const next = `${before}${begin}\n\n${table}\n\n${after}`;
if (process.argv.includes('--write')) {
  writeFileSync(page, next);
} else if (next !== text) {
  console.error('The table of packages in docs/architecture.md is out of date: npm run format writes it.');
  process.exit(1);
}
