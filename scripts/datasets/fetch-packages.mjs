import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { x as extract } from 'tar';

const atOnce = 24;

/**
 * Fetches packages of npm that are not in `folder` yet, each into a folder of its own name there. npm compares each with its checksum.
 *
 * `packages` are objects with `name`, and `version` unless any does; `isWanted(path)` says which of their files are kept.
 * `onProgress(done, all)` is told how far it is. `onAbsent(package)` is told of a package that npm has not; without it that is an error.
 */
export async function fetchPackages(packages, folder, { isWanted, onProgress, onAbsent }) {
  mkdirSync(folder, { recursive: true });
  const missing = packages.filter(({ name }) => !existsSync(folderOf(folder, name)));
  for (let i = 0; i < missing.length; i += atOnce) {
    await fetchSome(missing.slice(i, i + atOnce), folder, isWanted, onAbsent);
    onProgress?.(Math.min(missing.length, i + atOnce), missing.length);
  }
}

/** The folder into which `fetchPackages` puts a package: `@fontsource/abel` becomes `abel`. */
export const folderOf = (folder, name) => join(folder, basename(name));

// npm fetches all packages of a call or none, so a call that fails is made again in halves, until what is absent stands alone.
async function fetchSome(packages, folder, isWanted, onAbsent) {
  try {
    await fetchAll(packages, folder, isWanted);
  } catch (error) {
    if (onAbsent === undefined) throw error;
    if (packages.length === 1) return onAbsent(packages[0]);
    const half = Math.ceil(packages.length / 2);
    await fetchSome(packages.slice(0, half), folder, isWanted, onAbsent);
    await fetchSome(packages.slice(half), folder, isWanted, onAbsent);
  }
}

async function fetchAll(packages, folder, isWanted) {
  const archives = mkdtempSync(join(tmpdir(), 'denoiser-packages-'));
  try {
    await pack(packages, archives);
    const names = readdirSync(archives);
    for (const { name } of packages) {
      const flat = name.replace(/^@/, '').replace('/', '-');
      const archive = names.find(
        (file) => file.startsWith(`${flat}-`) && /^\d+\.\d+\.\d+.*\.tgz$/.test(file.slice(flat.length + 1)),
      );
      if (archive === undefined) throw new Error(`npm gave no package ${name}.`);
      const target = folderOf(folder, name);
      const unfinished = `${target}.unfinished`;
      rmSync(unfinished, { recursive: true, force: true });
      mkdirSync(unfinished);
      await extract({ file: join(archives, archive), cwd: unfinished, strip: 1, filter: isWanted });
      renameSync(unfinished, target);
    }
  } finally {
    rmSync(archives, { recursive: true, force: true });
  }
}

function pack(packages, archives) {
  const isWindows = process.platform === 'win32';
  const specs = packages.map(({ name, version }) => (version === undefined ? name : `${name}@${version}`));
  const words = ['pack', '--silent', '--pack-destination', archives, ...specs];
  return promisify(execFile)(isWindows ? 'npm.cmd' : 'npm', words, { shell: isWindows });
}
