import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endTogether } from '../../../scripts/children.mjs';
import { softwareVulkan } from '../../../scripts/chromium.mjs';
import type { Runner } from './browser';

/** Measures in Node on Dawn, each task in a process of its own. @param onGpu on the machine's adapter, not SwiftShader */
export function nodeRunner({ onGpu }: { onGpu: boolean }): Runner {
  const env = { ...process.env, ...(onGpu ? {} : softwareVulkan()) };
  const program = fileURLToPath(new URL('dawn.js', import.meta.url));
  return {
    run: (task) =>
      new Promise((resolve, reject) => {
        const child = endTogether(
          spawn(process.execPath, [program, JSON.stringify(task)], { env, stdio: ['ignore', 'pipe', 'inherit'] }),
        );
        let answer = '';
        child.stdout.on('data', (part) => {
          answer += part;
        });
        child.on('close', (code) => {
          if (code === 0) resolve(JSON.parse(answer));
          else reject(new Error(`${task.step} with ${task.subject} ended with code ${code}`));
        });
      }),
    close: async () => {},
  };
}
