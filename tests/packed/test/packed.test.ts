import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importTable, packageName } from '../../../scripts/import-table.mjs';
import { machinesToPublish } from '../../../scripts/machines.mjs';
import { stagePackages } from '../../../scripts/stage.mjs';
import { blocksOf, importsOf, installedBy, isProgram } from './readme-blocks';

/**
 * What a user gets is the tarball, not the workspace: a file missing from `files`, a dependency missing from
 * package.json or a declaration that points nowhere shows only here.
 */
const repository = fileURLToPath(new URL('../../..', import.meta.url));
/** The native machine for this platform, where it is built: a package beside the others. */
const machines = machinesToPublish();
const machineNames = machines.map(({ platform }) => `${packageName('kernels-cpu-native')}-${platform.name}`);
const names = [...Object.keys(importTable).map(packageName), ...machineNames];
/** Everything that one can import: the packages and their subpaths. */
const modules = Object.keys(importTable).flatMap((folder) => {
  const manifest = JSON.parse(readFileSync(join(repository, 'packages', folder, 'package.json'), 'utf8'));
  const exports: [path: string, target: { types?: string }][] = Object.entries(manifest.exports);
  return exports.flatMap(([path, { types }]) => (types ? packageName(folder) + path.slice(1) : []));
});
/** These begin to serve a page when they are imported. */
const inBrowsersOnly = ['@denoiser/backend-web/worker-ready'];
const project = mkdtempSync(join(tmpdir(), 'denoiser-packed-'));
/** Milliseconds that packing and installing may take on a busy machine. */
const INSTALLATION = 900_000;
const inProject = { cwd: project, encoding: 'utf8' } as const;

function typeCheck(files: readonly string[], options: readonly string[]): void {
  const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc');
  const strictly = ['--noEmit', '--strict', '--skipLibCheck', ...options];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...strictly, ...files], inProject);
  expect(stdout).toBe('');
  expect(status).toBe(0);
}

beforeAll(() => {
  const tarballs = join(project, 'tarballs');
  mkdirSync(tarballs);
  const folders = stagePackages(join(project, 'staged'), machines);
  const options = ['pack', '--json', '--pack-destination', tarballs, ...folders];
  const packed = Object.values<{ name: string; filename: string }>(JSON.parse(execFileSync('npm', options, inProject)));
  const { devDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  const dependencies: Record<string, string> = {
    '@tensorflow/tfjs': devDependencies['@tensorflow/tfjs'],
    // Not ours, which is newer: the one that most users have.
    typescript: '5.9.3',
    '@types/node': devDependencies['@types/node'],
  };
  for (const { name, filename } of packed) dependencies[name] = `file:${join(tarballs, filename)}`;
  const manifest = { name: 'user', private: true, type: 'module', dependencies };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], inProject);
}, INSTALLATION);

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
  ] as const) {
    typeCheck(['user.ts'], ['--target', 'ES2022', '--module', module, '--moduleResolution', moduleResolution]);
  }
});

it('the command answers --help and --version', () => {
  const bin = join(project, 'node_modules', '.bin', 'denoiser');
  expect(execFileSync(bin, ['--help'], inProject)).toContain('train');
  expect(execFileSync(bin, ['--version'], inProject)).toMatch(/^\d+\.\d+\.\d+/);
});

it('a model draws in a thread of its own, whose program the tarball has', () => {
  const program = `
    import '@tensorflow/tfjs';
    import { drawImages, runInWorker } from 'denoiser';
    import { writeSafetensors } from '@denoiser/safetensors';
    import { createUNet } from '@denoiser/unet';
    const network = createUNet({ baseWidth: 4, timeDim: 8, imageSize: 8, seed: 1 });
    const model = await runInWorker(writeSafetensors(await network.exportParameters(network.parameters)));
    const { count, imageShape } = await drawImages(model, { count: 2, steps: 2 });
    model.dispose();
    process.stdout.write(JSON.stringify({ count, imageShape }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], inProject);
  expect(stdout.split('\n').at(-1), stderr).toBe('{"count":2,"imageShape":[8,8,3]}');
});

it('the models that come along are opened by their names', () => {
  const program = `
    import { openModel } from 'denoiser';
    const models = [await openModel('digits'), await openModel('glyphs')];
    process.stdout.write(JSON.stringify(models.map(({ classNames }) => classNames.length)));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], inProject);
  expect(stdout.split('\n').at(-1), stderr).toBe('[10,62]');
});

describe('the native machine', () => {
  const obstacle = () => {
    const program = `
      import { nativeObstacle } from '@denoiser/kernels-cpu-native';
      process.stdout.write(nativeObstacle() ?? '');`;
    return execFileSync(process.execPath, ['--input-type=module', '-e', program], inProject);
  };
  const folder = (name: string) => join(project, 'node_modules', name);

  it.runIf(machines.length === 1)('comes as a package for this platform, on which npm may leave it away', () => {
    const read = (name: string) => JSON.parse(readFileSync(join(folder(name), 'package.json'), 'utf8'));
    const [name] = machineNames;
    const { version, os, cpu } = read(name);
    expect(read('@denoiser/kernels-cpu-native').optionalDependencies).toEqual({ [name]: version });
    expect([os, cpu]).toEqual([[process.platform], [process.arch]]);
    expect(obstacle()).toBe('');
  });

  it('is missed in one line where that package is not installed, and the engine computes', () => {
    for (const name of machineNames) renameSync(folder(name), `${folder(name)}.away`);
    try {
      expect(obstacle()).toMatch(
        /^the native machine is neither built nor installed, .*@denoiser\/kernels-cpu-native-/,
      );
      const program = `
        import { selectDevice } from '@denoiser/backend-node';
        process.stdout.write((await selectDevice()).name);`;
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], inProject);
      expect(stdout, stderr).toBe('engine');
    } finally {
      for (const name of machineNames) renameSync(`${folder(name)}.away`, folder(name));
    }
  });
});

describe('code in READMEs and guides', () => {
  const readmes = ['README.md', ...Object.keys(importTable).map((folder) => `packages/${folder}/README.md`)];
  const guides = readdirSync(join(repository, 'docs')).filter((name) => name.endsWith('.md'));
  const textOf = (path: string) => readFileSync(join(repository, path), 'utf8');
  const blocks = [...readmes, ...guides.map((name) => `docs/${name}`)].flatMap((path) =>
    blocksOf(textOf(path))
      .filter(({ language }) => language === 'js')
      .map((block) => ({ ...block, file: `${path.replaceAll('/', '-')}-${block.line}.js` })),
  );
  /** What cannot be run here: in a page, on a graphics card, on a backend of one's own, with a file from elsewhere, for half an hour. */
  const elsewhere = /document\.|serveWorker|registerWebGPU|'mine'|example\.org|ema\.safetensors|seconds: 1800/;

  beforeAll(() => {
    for (const block of blocks) {
      // Of a fragment, which takes its names from the text around it, the syntax alone is looked at.
      const code = isProgram(block) ? block.code : `// @ts-nocheck\n${block.code}`;
      writeFileSync(join(project, block.file), code);
    }
  });

  it.each(readmes)('%s says to install what its programs import', (path) => {
    const imported = blocksOf(textOf(path)).filter(isProgram).flatMap(importsOf);
    expect(installedBy(textOf(path))).toEqual(expect.arrayContaining(imported));
  });

  it('programs type-check in strict JavaScript, and fragments are JavaScript', () => {
    const options = ['--allowJs', '--checkJs', '--target', 'ES2023', '--lib', 'ES2023,DOM', '--module', 'NodeNext'];
    typeCheck(
      blocks.map(({ file }) => file),
      options,
    );
  });

  describe('run to their end', () => {
    const programs = blocks.filter((block) => isProgram(block) && !elsewhere.test(block.code));

    /** The pictures, the run and the checkpoint of PyTorch that some of them open. */
    beforeAll(() => {
      copyFileSync(join(repository, 'packages/pytorch/test/fixtures/checkpoint.pt'), join(project, 'ckpt.pt'));
      const program = `
        import { train, writePngs } from 'denoiser';
        const images = { data: new Float32Array(4 * 16 * 16 * 3), imageShape: [16, 16, 3] };
        for (const name of ['cat', 'dog']) await writePngs('animals/' + name, images);
        const small = { size: 16, network: { baseWidth: 4, timeDim: 8 } };
        await train({ data: 'animals', ...small, steps: 2, previewSteps: 2, out: 'runs/landscape' });`;
      execFileSync(process.execPath, ['--input-type=module', '-e', program], inProject);
    });

    it.each(programs)('$file', ({ file }) => {
      const { status, stderr } = spawnSync(process.execPath, [file], inProject);
      expect(status, stderr).toBe(0);
    });
  });
});

describe.each(names)('%s', (name) => {
  const inPackage = (file: string) => readFileSync(join(project, 'node_modules', name, file), 'utf8');

  it('brings its licence', () => {
    expect(inPackage('LICENSE')).toMatch(/^MIT License/);
  });

  it('names no file that only the repository has', () => {
    const { exports, scripts, devDependencies } = JSON.parse(inPackage('package.json'));
    expect(JSON.stringify(exports ?? {})).not.toContain('/src/');
    expect([scripts, devDependencies]).toEqual([undefined, undefined]);
    const links = inPackage('README.md').matchAll(/\]\((?![a-z]+:|#)([^)#]+)/g);
    const absent = Array.from(links, ([, file]) => file as string).filter(
      (file) => !existsSync(join(project, 'node_modules', name, file)),
    );
    expect(absent).toEqual([]);
  });
});
