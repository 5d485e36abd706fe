import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** A program as a browser would get it, less the packages that it shares with others. */
async function bundle(program: string, external = ['@denoiser/*', '@tensorflow/*']): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    external,
    logLevel: 'error', // a chunk without effects is imported for its order alone
  });
  return outputFiles[0]?.text ?? '';
}

/** What needs the table of named samplers. */
const BY_NAME = ['findSampler', 'inversionPlansFor', 'mostStepsFor', 'planFor', 'samplerOptionNames', 'samplers'];

describe('the bundle', () => {
  it('of everything that runs stays under 14.3 kB compressed: less than one picture', async () => {
    const all = await bundle("import * as all from '../dist/index.js'; console.log(all);");
    const names = Object.keys(await import('../src/index')).filter((name) => !BY_NAME.includes(name));
    const parts = await bundle(`import { ${names} } from '../dist/index.js'; console.log({ ${names} });`);
    expect(gzipSync(parts).length).toBeLessThan(14_300); // 12 kB, states that survive JSON, the process by angle, options of plans and solvers that are refused
    // Titles, papers and sentences of the table of named samplers: for programs that show them.
    expect(gzipSync(all).length).toBeLessThan(18_700);
  });

  it('has no solver that was not imported', async () => {
    const one = await bundle(
      "import { createPlan, ddim, sample } from '../dist/index.js'; console.log(createPlan, ddim, sample);",
    );
    expect(one).toContain('"ddim"');
    expect(one).not.toContain('dpmpp-2m');
    for (const other of ['ddpm', 'unipc', 'plms', 'deis', 'lms', 'heun', 'dpmpp', 'euler', 'lcm', 'edm-stochastic']) {
      expect(one).not.toContain(`"${other}`);
    }
  });

  it('of the entry for plain arrays has no tensor library', async () => {
    const arrays = await bundle("import * as all from '../dist/arrays.js'; console.log(all);", ['@tensorflow/*']);
    expect(arrays).not.toContain('@tensorflow');
  });
});
