import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MACHINE, platforms } from '../packages/kernels-cpu-native/scripts/platforms.mjs';
import { root } from './setup.mjs';

/**
 * Returns the native machines that are there to be published, with their platforms: those that the release workflow has gathered in
 * `prebuilt`, or else the one that this computer has built for itself.
 */
export function machinesToPublish() {
  const file = (...path) => join(root, 'packages', 'kernels-cpu-native', ...path, MACHINE);
  const gathered = platforms.map((platform) => ({ platform, file: file('prebuilt', platform.name) }));
  const own = platforms.filter(isHere).map((platform) => ({ platform, file: file('build') }));
  const found = [gathered, own].map((machines) => machines.filter((machine) => existsSync(machine.file)));
  return found[0].length > 0 ? found[0] : found[1];
}

function isHere({ os, cpu, libc }) {
  const isGlibc = process.report.getReport().header.glibcVersionRuntime !== undefined;
  return os === process.platform && cpu === process.arch && (!libc || (libc === 'glibc') === isGlibc);
}

/** Returns the platforms that are missing among machines. */
export const missingPlatforms = (machines) =>
  platforms.filter(({ name }) => !machines.some(({ platform }) => platform.name === name)).map(({ name }) => name);
