import { main } from '../src/main';
import { expecting, type Run, resultOf } from './command';

/**
 * Runs the command in this process, one at a time: for tests of what it computes, writes and says. How its own process starts,
 * is interrupted and ends, what a terminal shows and what is built is tested with `command.ts`.
 */
export const denoiser: Run = async (args, { cwd }) => {
  const said = { stdout: '', stderr: '' };
  const before = process.cwd();
  const listened = (['stdout', 'stderr'] as const).map((name) => {
    const { write } = process[name];
    process[name].write = (text: string | Uint8Array) => {
      said[name] += text;
      return true;
    };
    return () => {
      process[name].write = write;
    };
  });
  process.chdir(cwd);
  try {
    return resultOf(await main(args), said.stdout, said.stderr);
  } finally {
    process.chdir(before);
    for (const restore of listened) restore();
  }
};

export const { succeeds, fails } = expecting(denoiser);
