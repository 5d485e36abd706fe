import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isModelPackage } from './import-table.mjs';
import { root, workspaces } from './setup.mjs';

/** What the package.json files of all published packages have in common, by field. */
const COMMON = {
  version: (version) => /^\d+\.\d+\.\d+/.test(version),
  description: (description) => description?.endsWith('.'),
  license: (license) => license === 'MIT',
  type: (type) => type === 'module',
  sideEffects: (value) => value === false || Array.isArray(value),
};

/** Those of packages with code have besides: `exports` follow the sources. */
const TYPES = 'node ../../scripts/build-types.mjs';
const OF_CODE = {
  files: (files) => files?.includes('dist'),
  exports: (exports) => exports['./package.json'] !== undefined && Object.values(exports).every(followsItsSource),
  scripts: ({ build, test, publint }) =>
    build.startsWith(`tsup --config ../../tsup.config.ts && ${TYPES}`) && test !== undefined && publint !== undefined,
};

/** Those of models have: files under their own names, and nothing to build. */
const OF_MODEL = {
  files: (files) => files?.length >= 1 && files.every((file) => !file.endsWith('.js')),
  exports: (exports) => Object.entries(exports).every(([path, file]) => path === file),
  scripts: (scripts) => scripts === undefined,
};

/** `./src/pixels/index.ts` is built to `./dist/pixels/index.js`, with its types beside it. */
function followsItsSource(entry) {
  if (typeof entry === 'string') return true;
  const { source, types, default: program } = entry;
  const built = source?.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '');
  return Object.keys(entry).join() === 'source,types,default' && types === `${built}.d.ts` && program === `${built}.js`;
}

const wrong = [];
for (const folder of workspaces()) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  if (manifest.private) continue;
  const own = isModelPackage(basename(folder)) ? OF_MODEL : OF_CODE;
  for (const [field, isRight] of Object.entries({ ...COMMON, ...own })) {
    if (!isRight(manifest[field])) wrong.push(`${folder}/package.json: ${field}`);
  }
}
if (wrong.length > 0) {
  console.error(`Not as in the other packages (see scripts/check-manifests.mjs):\n  ${wrong.join('\n  ')}`);
  process.exit(1);
}
