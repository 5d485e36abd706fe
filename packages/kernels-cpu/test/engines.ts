import { createEngine, type Engine } from '../src/machine/engine';
import { detectPlatform } from '../src/machine/platform';
import { createWasmMachine } from '../src/machine/wasm-machine';
import { registerEngine } from '../src/register';

/** Both builds, with one thread and with two: every law holds on each of them. */
const VARIANTS = [
  { name: 'fused1', simd: 'relaxed', threads: 1 },
  { name: 'fused2', simd: 'relaxed', threads: 2 },
  { name: 'plain1', simd: 'plain', threads: 1 },
  { name: 'plain2', simd: 'plain', threads: 2 },
] as const;

/** Engines that are registered as backends, by name. */
export async function registerVariants(): Promise<Map<string, Engine>> {
  const platform = await detectPlatform();
  const engines = new Map<string, Engine>();
  for (const { name, simd, threads } of VARIANTS) {
    const engine = createEngine(await createWasmMachine({ platform, simd, threads }));
    engines.set(name, engine);
    registerEngine(engine, name);
  }
  return engines;
}
