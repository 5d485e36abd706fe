import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** A program that imports these names, as a browser would get it. */
async function bundle(program: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
const all = "import * as all from '../dist/index.js'; console.log(all);";

describe('the bundle', () => {
  it('of everything stays under 7.3 kB compressed: pages load it to draw one curve', async () => {
    expect(gzipSync(await bundle(all)).length).toBeLessThan(7300); // 7.1 kB, and processes that refuse misspelt options
  });

  it('of one function holds nothing of the others', async () => {
    const one = await bundle("import { karrasSigmas } from '../dist/index.js'; console.log(karrasSigmas);");
    expect(one.length).toBeLessThan(1000);
    expect(one).not.toContain('sigmoid');
  });

  it('imports nothing', async () => {
    expect(await bundle(all)).not.toMatch(/\bfrom\s*"/);
  });
});
