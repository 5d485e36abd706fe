import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './children.mjs';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const stamp = join(root, 'node_modules', '.denoiser-setup');
const onWindows = process.platform === 'win32';
/** Milliseconds in which nothing has to be said. */
const PATIENCE = 1500;

/** Runs a command in the root folder with our own terminal; returns its exit code. */
export const tryRun = (command, args, options = {}) => runChild(command, args, { cwd: root, ...options });

/** Runs a command as `tryRun` does; ends this process with its exit code when it fails. */
export async function run(command, args, options = {}) {
  const status = await tryRun(command, args, options);
  if (status !== 0) process.exit(status);
}

/** A tool that `npm ci` installed, such as turbo. */
export const tool = (name) => join(root, 'node_modules', '.bin', onWindows ? `${name}.cmd` : name);

/** Installs what the lock file says unless that is what is installed. */
export async function install() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  // Native packages differ by Node's ABI and by platform, so these belong to the answer of "is it installed".
  const wanted = createHash('sha256')
    .update(lock)
    .update(`${process.platform} ${process.arch} ${process.versions.modules}`)
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing the packages of package-lock.json …');
  // onnxruntime, which tests compare with, would download libraries for graphics cards.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { env });
  writeFileSync(stamp, wanted);
}

/**
 * Runs tasks of turbo.json, by default builds every package; turbo skips what has not changed. What it says is shown where
 * something fails: to somebody who starts a program its own words mean nothing.
 */
export async function build(tasks = ['build']) {
  const output = [];
  const soon = setTimeout(
    () => console.log('Building what has changed, the first time all of it: a minute or two …'),
    PATIENCE,
  );
  const status = await tryRun(tool('turbo'), ['run', ...tasks, '--output-logs=errors-only', '--log-prefix=none'], {
    env: turboEnvironment,
    onOutput: (part) => output.push(part),
  });
  clearTimeout(soon);
  if (status !== 0) {
    process.stderr.write(Buffer.concat(output));
    process.exit(status);
  }
  if (!existsSync(join(root, 'packages', 'kernels-cpu-native', 'build', 'machine.node'))) {
    console.log('Without Rust (cargo) the CPU engine has no native machine: its WebAssembly computes.');
  }
}

/** Turbo speaks to nobody and prints no banners. */
export const turboEnvironment = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
};

/** The folders of all workspaces, from the root. */
export function workspaces() {
  const { workspaces: patterns } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return patterns.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern];
    const parent = pattern.slice(0, -2);
    const folders = readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
    return folders.filter((folder) => existsSync(join(root, folder, 'package.json')));
  });
}
