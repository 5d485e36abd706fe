import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointStore } from '../../src/index';

/** Checkpoints in folders that are written under another name and renamed: the least that a store has to do. */
export function fileStore(folder: string): CheckpointStore {
  mkdirSync(folder, { recursive: true });
  const list = async () =>
    readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  return {
    list,
    read: async (step, file) => new Uint8Array(readFileSync(join(folder, String(step), file))),
    async write(step, files) {
      const temporary = join(folder, `${step}.tmp`);
      rmSync(temporary, { recursive: true, force: true });
      mkdirSync(temporary);
      for (const [name, bytes] of files) writeFileSync(join(temporary, name), bytes);
      rmSync(join(folder, String(step)), { recursive: true, force: true });
      renameSync(temporary, join(folder, String(step)));
      for (const old of (await list()).slice(0, -2)) {
        // Out of sight first: what is listed is whole.
        renameSync(join(folder, String(old)), join(folder, `${old}.tmp`));
        rmSync(join(folder, `${old}.tmp`), { recursive: true });
      }
    },
  };
}
