import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** What a page that imports everything loads at once, minified; what it loads later is in chunks of their own. */
async function bundle(entry: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `import * as all from '../src/${entry}'; console.log(all);`, resolveDir: import.meta.dirname },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    outdir: 'out',
    write: false,
    metafile: true,
    conditions: ['source'],
    external: ['@tensorflow/*'],
  });
  const first = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === '<stdin>');
  const loaded = new Set([first?.[0]]);
  for (const name of loaded) {
    for (const { path, kind, external } of metafile.outputs[name ?? '']?.imports ?? []) {
      if (kind === 'import-statement' && !external) loaded.add(path);
    }
  }
  const names = [...loaded].flatMap((name) => metafile.outputs[name ?? '']?.imports ?? []);
  return {
    packages: names.filter(({ kind, external }) => kind === 'import-statement' && external).map(({ path }) => path),
    bytes: outputFiles
      .filter(({ path }) => [...loaded].some((name) => name !== undefined && path.endsWith(name)))
      .reduce((sum, { contents }) => sum + gzipSync(contents).length, 0),
  };
}

test('a page loads no TensorFlow.js and less than 9.3 kB before it starts a worker', async () => {
  const { packages, bytes } = await bundle('index.ts');
  expect(packages).toEqual([]);
  expect(bytes).toBeGreaterThan(1000);
  expect(bytes).toBeLessThan(9300);
});
