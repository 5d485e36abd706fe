/**
 * The platforms that releases bring a prebuilt machine for, each as a package of its own that npm installs where it fits: the end of that
 * package's name, npm's conditions, Rust's target, and the machine of GitHub that builds and tries it. The one table: the release
 * workflow builds what it says, `scripts/stage.mjs` makes the packages. Run, it prints itself as JSON.
 *
 * @typedef {{ name: string, os: string, cpu: string, libc?: string, target: string, runner: string }} Platform
 */
import { pathToFileURL } from 'node:url';

/** @type {readonly Platform[]} */
export const platforms = [
  {
    name: 'linux-x64-gnu',
    ...{ os: 'linux', cpu: 'x64', libc: 'glibc' },
    ...{ target: 'x86_64-unknown-linux-gnu', runner: 'ubuntu-24.04' },
  },
  {
    name: 'linux-x64-musl',
    ...{ os: 'linux', cpu: 'x64', libc: 'musl' },
    ...{ target: 'x86_64-unknown-linux-musl', runner: 'ubuntu-24.04' },
  },
  {
    name: 'linux-arm64-gnu',
    ...{ os: 'linux', cpu: 'arm64', libc: 'glibc' },
    ...{ target: 'aarch64-unknown-linux-gnu', runner: 'ubuntu-24.04-arm' },
  },
  {
    name: 'linux-arm64-musl',
    ...{ os: 'linux', cpu: 'arm64', libc: 'musl' },
    ...{ target: 'aarch64-unknown-linux-musl', runner: 'ubuntu-24.04-arm' },
  },
  {
    name: 'darwin-x64',
    ...{ os: 'darwin', cpu: 'x64' },
    ...{ target: 'x86_64-apple-darwin', runner: 'macos-15-intel' },
  },
  {
    name: 'darwin-arm64',
    ...{ os: 'darwin', cpu: 'arm64' },
    ...{ target: 'aarch64-apple-darwin', runner: 'macos-15' },
  },
  {
    name: 'win32-x64-msvc',
    ...{ os: 'win32', cpu: 'x64' },
    ...{ target: 'x86_64-pc-windows-msvc', runner: 'windows-2025' },
  },
];

/** The oldest glibc that Node runs on, which the machines are linked for. */
export const GLIBC = '2.28';

/** The file of the machine in its package. */
export const MACHINE = 'machine.node';

/**
 * Returns the package.json of a platform's package.
 *
 * @param {Platform} platform
 * @param {{ name: string, version: string, license: string, engines: object }} main the one of `@denoiser/kernels-cpu-native`
 */
export function platformManifest({ name, os, cpu, libc }, { name: main, version, license, engines }) {
  return {
    name: `${main}-${name}`,
    version,
    description: `The native machine of ${main} for ${name}.`,
    license,
    main: MACHINE,
    files: [MACHINE],
    engines,
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(JSON.stringify(platforms));
