// Compiles assembly/ twice (with and without relaxed SIMD) and writes src/machine/generated/: the border with the host, jobs.ts, and
// the bytes, wasm.ts.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { compile } from './border/compiler.mjs';
import { printBorder, printEntry } from './border/print-border.mjs';
import { readBorder } from './border/read-border.mjs';

const assembly = new URL('../assembly/', import.meta.url);
const generated = new URL('../src/machine/generated/', import.meta.url);

const names = readdirSync(assembly).filter((name) => name.endsWith('.ts'));
const sources = Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, assembly), 'utf8')]));
const border = await readBorder(sources);

const { Address } = Object.fromEntries(border.enums.map(({ name, values }) => [name, values]));
const room = Address.temporary - Address.arguments;
for (const { name, bytes } of border.jobs)
  if (bytes > room)
    throw new Error(
      `The arguments of ${name} take ${bytes} bytes; ${room} lie between Address.arguments and Address.temporary.`,
    );

const withEntry = { ...sources, 'jobs.ts': printEntry(border) };
const options = ['-O3', '--memoryBase', String(Address.constants), '--outFile', 'machine.wasm'];
const build = async (extra = []) => compile(withEntry, ['index.ts', 'jobs.ts'], [...options, ...extra]);
const bytes = { simd: await build(), relaxed: await build(['--enable', 'relaxed-simd']) };

mkdirSync(generated, { recursive: true });
writeFileSync(new URL('jobs.ts', generated), printBorder(border));
writeFileSync(
  new URL('wasm.ts', generated),
  `// Written by scripts/build-assembly.mjs.\n${Object.entries(bytes)
    .map(([name, binary]) => `export const ${name} = '${Buffer.from(binary).toString('base64')}';\n`)
    .join('')}`,
);
