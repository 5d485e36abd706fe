import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { theNearest } from '@denoiser/errors';
import { CommandError } from '../errors';
import { REPORTER_NAMES, type Reporter } from './reporter';

/**
 * Loads a module of somebody's own that logs a run elsewhere: it exports functions of a reporter by name.
 *
 * @throws DenoiserError where it can't be loaded, or exports none of them.
 */
export async function openLogger(path: string): Promise<Reporter> {
  const refuse = (what: string) => new CommandError('logger-invalid', `--log ${path}: ${what}.`);
  if (!existsSync(path)) throw refuse('there is no such file; check the spelling');
  const module: Record<string, unknown> = await import(pathToFileURL(resolve(path)).href).catch((error: unknown) => {
    throw refuse(`it cannot be loaded (${messageOf(error)}); mend it`);
  });
  const names = Object.keys(module).filter((name) => /^on[A-Z]/.test(name));
  const unknown = names.find((name) => !(REPORTER_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw refuse(`nobody calls ${unknown}; ${theNearest(unknown, REPORTER_NAMES)}`);
  }
  if (names.length === 0) throw refuse(`it exports none of ${REPORTER_NAMES.join(', ')}; export one, such as onStep`);
  const wrong = names.find((name) => typeof module[name] !== 'function');
  if (wrong !== undefined) throw refuse(`${wrong} is no function; make it one`);
  return Object.fromEntries(names.map((name) => [name, module[name]]));
}

/**
 * Returns a reporter that tells two. The second is somebody's own: where it fails, that is said once, and it is told no more, for
 * training is worth more than its log.
 */
export function withLogger(reporter: Reporter, logger: Reporter): Reporter {
  let hasFailed = false;
  const fail = (name: string, error: unknown) => {
    if (hasFailed) return;
    hasFailed = true;
    reporter.onWarning?.(`${name} of the logger failed (${messageOf(error)}); training goes on without it.`);
  };
  const told = REPORTER_NAMES.map((name) => {
    const [ours, theirs] = [reporter[name], logger[name]] as ((...words: unknown[]) => unknown)[];
    const tell = async (...words: unknown[]) => {
      await ours?.(...words);
      if (!theirs || hasFailed) return;
      try {
        await theirs(...words);
      } catch (error) {
        fail(name, error);
      }
    };
    return [name, tell] as const;
  });
  return Object.fromEntries(told);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
