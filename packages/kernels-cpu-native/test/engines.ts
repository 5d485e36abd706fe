import { createEngine, type Engine } from '@denoiser/kernels-cpu/machine';
import { registerEngine } from '../../kernels-cpu/src/register';
import { type Library, loadLibrary } from '../src/library';
import { createNativeMachine } from '../src/machine';

const loaded = loadLibrary();

/** The library, where it is built. */
export const library: Library | undefined = 'obstacle' in loaded ? undefined : loaded;

/** Every level of instructions that this processor has, with one thread and with two: every law holds on each of them. */
export function registerVariants(): Map<string, Engine> {
  const engines = new Map<string, Engine>();
  for (const level of library?.levels() ?? []) {
    for (const threads of [1, 2]) {
      if (!library) continue;
      const engine = createEngine(createNativeMachine(library, { threads, level }));
      const name = `${level}-${threads}`;
      engines.set(name, engine);
      registerEngine(engine, name);
    }
  }
  return engines;
}
