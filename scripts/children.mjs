import { spawn } from 'node:child_process';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const INTERRUPTED = 130;
const onWindows = process.platform === 'win32';

/** Children that run. */
const children = new Set();
let isEnding = false;

/** Ctrl-C reaches a whole terminal, TERM and HUP this process alone: children are told, and waited for while they save. */
function pass(signal) {
  isEnding = true;
  for (const child of children) child.kill(signal);
  if (children.size === 0) process.exit(INTERRUPTED);
}

/**
 * Makes a child end with this process, whatever ends it.
 *
 * @template {import('node:child_process').ChildProcess} Child
 * @param {Child} child
 * @returns {Child}
 */
export function endTogether(child) {
  if (children.size === 0) for (const signal of SIGNALS) process.on(signal, pass);
  children.add(child);
  const kill = () => child.kill();
  process.on('exit', kill);
  child.on('close', () => {
    children.delete(child);
    process.off('exit', kill);
    if (children.size === 0) for (const signal of SIGNALS) process.off(signal, pass);
  });
  return child;
}

/**
 * Runs a program with our own terminal, or gives what it says to `onOutput`; gives its exit code, 130 where it was ended by a
 * signal. The event loop turns meanwhile: one that stands still (`spawnSync`) hears no Ctrl-C and leaves the child behind.
 */
export function runChild(command, args, { onOutput, ...options } = {}) {
  const output = onOutput ? 'pipe' : 'inherit';
  // A channel tells a program of Node that this process is gone, also where nothing could be passed on.
  const stdio = ['inherit', output, output, ...(command === process.execPath ? ['ipc'] : [])];
  const child = endTogether(spawn(command, args, { stdio, shell: onWindows, ...options }));
  for (const stream of onOutput ? [child.stdout, child.stderr] : []) stream.on('data', onOutput);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal || isEnding ? INTERRUPTED : code));
  });
}
