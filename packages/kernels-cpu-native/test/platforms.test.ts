import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MACHINE, platformManifest, platforms } from '../scripts/platforms.mjs';
import { packagesFor } from '../src/packages';

const textOf = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
const main = JSON.parse(textOf('../package.json'));

describe('the platforms with a prebuilt machine', () => {
  it('are those whose packages are looked for', () => {
    const sought = ['linux', 'darwin', 'win32', 'freebsd'].flatMap((platform) =>
      ['x64', 'arm64', 'ia32', 'riscv64'].flatMap((arch) => packagesFor({ platform, arch })),
    );
    expect(sought.sort()).toEqual(platforms.map(({ name }) => `${main.name}-${name}`).sort());
  });

  it.each(platforms)('$name is looked for where npm installs it, and is of the same version', (platform) => {
    const manifest = platformManifest(platform, { ...main, version: '1.2.3' });
    expect(packagesFor({ platform: manifest.os[0], arch: manifest.cpu[0] })).toContain(manifest.name);
    expect(manifest).toMatchObject({ version: '1.2.3', license: 'MIT', main: MACHINE, files: [MACHINE] });
    // Where two of them are for one system and processor, the C library tells them apart.
    const alike = platforms.filter(
      ({ os, cpu, libc }) => os === platform.os && cpu === platform.cpu && libc === platform.libc,
    );
    expect(alike).toEqual([platform]);
  });

  it.each(platforms)(
    '$name is built by a machine of its own kind, for its target',
    ({ os, cpu, libc, target, runner }) => {
      const processor = { x64: 'x86_64', arm64: 'aarch64' }[cpu];
      const system = { linux: 'unknown-linux', darwin: 'apple-darwin', win32: 'pc-windows-msvc' }[os];
      const library = { glibc: '-gnu', musl: '-musl' }[libc ?? ''] ?? '';
      expect(target).toBe(`${processor}-${system}${library}`);
      expect(runner).toMatch({ linux: /^ubuntu-/, darwin: /^macos-/, win32: /^windows-/ }[os] as RegExp);
      const isArm = os === 'darwin' ? !runner.endsWith('-intel') : runner.endsWith('-arm');
      expect(isArm).toBe(cpu === 'arm64');
    },
  );

  it('are what the release workflow builds, tries and gathers', () => {
    const workflow = textOf('../../../.github/workflows/release.yml');
    for (const part of [
      '$(node packages/kernels-cpu-native/scripts/platforms.mjs)',
      'fromJSON(needs.plan.outputs.platforms)',
      'matrix.platform.runner',
      'build-native.mjs --platform',
      'path: packages/kernels-cpu-native/prebuilt',
    ])
      expect(workflow).toContain(part);
  });
});
