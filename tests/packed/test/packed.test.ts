import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importTable, packageName } from '../../../scripts/import-table.mjs';
import { stagePackages } from '../../../scripts/stage.mjs';

/**
 * What a user gets is the tarball, not the workspace: a file missing from `files`, a dependency missing from
 * package.json or a declaration that points nowhere shows only here.
 */
const repository = fileURLToPath(new URL('../../..', import.meta.url));
const names = Object.keys(importTable).map(packageName);
/** Everything that one can import: the packages and their subpaths. */
const modules = Object.keys(importTable).flatMap((folder) => {
  const manifest = JSON.parse(readFileSync(join(repository, 'packages', folder, 'package.json'), 'utf8'));
  const exports: [path: string, target: { types?: string }][] = Object.entries(manifest.exports);
  return exports.flatMap(([path, { types }]) => (types ? packageName(folder) + path.slice(1) : []));
});
/** These begin to serve a page when they are imported. */
const inBrowsersOnly = ['@denoiser/backend-web/worker-ready'];
const project = mkdtempSync(join(tmpdir(), 'denoiser-packed-'));
const inProject = { cwd: project, encoding: 'utf8' } as const;

beforeAll(() => {
  const tarballs = join(project, 'tarballs');
  mkdirSync(tarballs);
  const packed = stagePackages(join(project, 'staged')).map((folder) => {
    const options = ['pack', '--json', '--pack-destination', tarballs];
    const [{ filename }] = Object.values<{ filename: string }>(
      JSON.parse(execFileSync('npm', options, { cwd: folder, encoding: 'utf8' })),
    );
    return `file:${join(tarballs, filename)}`;
  });
  const { devDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  const dependencies: Record<string, string> = {
    '@tensorflow/tfjs': devDependencies['@tensorflow/tfjs'],
    // Not ours, which is newer: the one that most users have.
    typescript: '5.9.3',
    '@types/node': devDependencies['@types/node'],
  };
  names.forEach((name, i) => {
    dependencies[name] = packed[i];
  });
  const manifest = { name: 'user', private: true, type: 'module', dependencies };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], inProject);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

it.each(modules.filter((name) => !inBrowsersOnly.includes(name)))(
  '%s is imported by Node without a word on stderr',
  (name) => {
    const program = `const m = await import(${JSON.stringify(name)}); if (Object.keys(m).length === 0) process.exit(3);`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], inProject);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  },
);

it('everything type-checks in a strict project, with both module resolutions', () => {
  const source = modules.map(
    (name, i) => `import * as m${i} from '${name}';\nexport const n${i} = Object.keys(m${i});`,
  );
  writeFileSync(join(project, 'user.ts'), source.join('\n'));
  for (const [module, moduleResolution] of [
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ]) {
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'ES2022', '--module', module];
    const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [tsc, ...options, '--moduleResolution', moduleResolution, 'user.ts'];
    const { status, stdout } = spawnSync(process.execPath, args, inProject);
    expect(stdout).toBe('');
    expect(status).toBe(0);
  }
});

it('the command answers --help and --version', () => {
  const bin = join(project, 'node_modules', '.bin', 'denoiser');
  expect(execFileSync(bin, ['--help'], inProject)).toContain('train');
  expect(execFileSync(bin, ['--version'], inProject)).toMatch(/^\d+\.\d+\.\d+/);
});

describe.each(names)('%s', (name) => {
  const inPackage = (file: string) => readFileSync(join(project, 'node_modules', name, file), 'utf8');

  it('brings its licence', () => {
    expect(inPackage('LICENSE')).toMatch(/^MIT License/);
  });

  it('names no file that only the repository has', () => {
    const { exports, scripts, devDependencies } = JSON.parse(inPackage('package.json'));
    expect(JSON.stringify(exports)).not.toContain('/src/');
    expect([scripts, devDependencies]).toEqual([undefined, undefined]);
    expect(inPackage('README.md')).not.toMatch(/\]\((?![a-z]+:|#)/);
  });
});
