import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { endTogether } from '../../../scripts/children.mjs';
import { forSwiftShader, softwareVulkan } from '../../../scripts/chromium.mjs';
import { inBench } from '../in-bench';
import type { Runner } from './runner';

const { version } = createRequire(import.meta.url)('webgpu/package.json') as { version: string };

/** How Dawn runs. */
export type NodeOptions = {
  /** On the machine's adapter; else on SwiftShader. */
  readonly onGpu: boolean;
  /** What Dawn chooses by: the name of one of several adapters, or a part of it. */
  readonly adapter?: string | undefined;
};

/** Runs programs in Node on Dawn, each in a process of its own. */
export function nodeRunner({ onGpu, adapter }: NodeOptions): Runner {
  const env = { ...process.env, ...(onGpu ? {} : softwareVulkan()) };
  const options = [...(onGpu ? [] : [forSwiftShader]), ...(adapter ? [`adapter=${adapter}`] : [])];
  const file = inBench('dist/web/dawn.js');
  return {
    name: `Node ${process.version} (Dawn of webgpu ${version})`,
    run: (program, argument) => askProcess(process.execPath, [file, ...[options, program, argument].map(json)], env),
    close: async () => {},
  };
}

const json = (value: unknown) => JSON.stringify(value);

/** Runs a process to its end, and parses the last line that it prints. @throws Error with its last words where it fails */
export function askProcess(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<never> {
  return new Promise((resolve, reject) => {
    const child = endTogether(spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
    let answer = '';
    let words = '';
    child.stdout.on('data', (part) => {
      answer += part;
    });
    child.stderr.on('data', (part) => {
      words += part;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      // Not a failure to write down: somebody has ended the whole.
      if (signal && ['SIGINT', 'SIGTERM', 'SIGHUP'].includes(signal)) process.exit(130);
      if (code === 0) resolve(JSON.parse(answer.trimEnd().split('\n').at(-1) as string) as never);
      else reject(new Error(reasonIn(words) ?? `the process ended with code ${code}`));
    });
  });
}

/** The line in which a failing program of Node or Python says why. */
function reasonIn(words: string): string | undefined {
  const lines = words.trimEnd().split('\n');
  return lines.findLast((line) => /^\s*(\w*Error\b|\[?\w*Error\b|\w+(\.\w+)+Error\b)/.test(line)) ?? lines.at(-1);
}
