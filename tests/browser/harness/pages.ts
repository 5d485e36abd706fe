import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles `pages/<name>.ts` and puts pages around it.
 * @returns a folder with `<name>.html`, which runs it in the page, and `<name>-worker.html`, which runs it in a worker
 */
export async function bundlePage(name: string): Promise<string> {
  const outdir = fileURLToPath(new URL('../.vitest/pages/', import.meta.url));
  await build({
    entryPoints: [fileURLToPath(new URL(`../pages/${name}.ts`, import.meta.url))],
    outdir,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  });
  const html = (script: string) =>
    `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>${name}</title>${script}</html>`;
  writeFileSync(join(outdir, `${name}.html`), html(`<script type="module" src="${name}.js"></script>`));
  const start = `new Worker('${name}.js', { type: 'module' })`;
  writeFileSync(join(outdir, `${name}-worker.html`), html(`<script>${start}</script>`));
  return outdir;
}
