import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { run, tool } from './setup.mjs';

/**
 * Writes the declarations of the package in the current folder into `dist`: of what its `exports` lead to, a file for each source.
 * Imports of other packages lead to their built declarations, as they do for users.
 */
const folder = process.cwd();
const dist = join(folder, 'dist');
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const entries = Object.values(manifest.exports).flatMap(({ source }) => source ?? []);

const config = join(folder, 'node_modules', '.cache', 'tsconfig.types.json');
mkdirSync(dirname(config), { recursive: true });
writeFileSync(
  config,
  JSON.stringify({
    extends: join(folder, 'tsconfig.json'),
    compilerOptions: {
      ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, customConditions: [] },
      ...{ rootDir: join(folder, 'src'), outDir: dist },
    },
    include: [...entries, 'src/**/*.d.ts'].map((entry) => join(folder, entry)),
  }),
);
await run(tool('tsc'), ['-p', config], { cwd: folder });

// Node's resolution wants the whole name of a file: './plan' is './plan.js', './solvers' './solvers/index.js'.
const RELATIVE = /(\bfrom |\bimport\(|\bimport )(["'])(\.\.?(?:\/[^"']*)?)\2/g;
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.name.endsWith('.d.ts')) continue;
  const file = join(entry.parentPath, entry.name);
  const whole = (name) => {
    const target = resolve(dirname(file), name);
    const found = [target, join(target, 'index')].find((path) => existsSync(`${path}.d.ts`));
    if (!found) throw new Error(`${relative(folder, file)} imports ${name}, which has no declaration.`);
    const path = relative(dirname(file), found).replaceAll('\\', '/');
    return `${path.startsWith('.') ? path : `./${path}`}.js`;
  };
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text.replace(RELATIVE, (_, before, quote, name) => `${before}${quote}${whole(name)}${quote}`),
  );
}
