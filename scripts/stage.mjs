import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { MACHINE, platformManifest } from '../packages/kernels-cpu-native/scripts/platforms.mjs';
import { importTable, packageName } from './import-table.mjs';
import { root } from './setup.mjs';

/**
 * Packages as they are published: what `files` names, the licence, a README whose links work anywhere, and a package.json without what
 * only this repository needs. Where the repository lives is said once, in the `repository` of the root's package.json; as long as it
 * has none, packages name none.
 */
const read = (...path) => readFileSync(join(root, ...path), 'utf8');

/**
 * Copies every built package into a folder of its own below `target`; returns these folders, what others need first.
 *
 * @param machines the native machines of `machinesToPublish`, each of which is a package for its platform
 */
export function stagePackages(target, machines) {
  rmSync(target, { recursive: true, force: true });
  const { repository } = JSON.parse(read('package.json'));
  return Object.keys(importTable).flatMap((folder) => {
    const manifest = JSON.parse(read('packages', folder, 'package.json'));
    const isNative = folder === 'kernels-cpu-native';
    const prebuilt = isNative
      ? machines.map(({ platform, file }) => ({ file, ...platformManifest(platform, manifest) }))
      : [];
    const staged = join(target, folder);
    mkdirSync(staged, { recursive: true });
    for (const file of manifest.files) {
      const path = join(root, 'packages', folder, file);
      if (!existsSync(path)) throw new Error(`packages/${folder} has no ${file}: build before you stage.`);
      cpSync(path, join(staged, file), { recursive: true });
    }
    cpSync(join(root, 'LICENSE'), join(staged, 'LICENSE'));
    writeFileSync(
      join(staged, 'package.json'),
      json({ ...published(manifest, folder, repository), ...optional(prebuilt) }),
    );
    writeFileSync(
      join(staged, 'README.md'),
      withoutRelativeLinks(read('packages', folder, 'README.md'), { folder, own: manifest.files, repository }),
    );
    const beside = prebuilt.map(({ file, ...machine }) =>
      stageMachine(join(target, machine.name.replace(/^.*\//, '')), file, {
        ...machine,
        ...placesOf(folder, repository),
      }),
    );
    return [...beside, staged];
  });
}

/** A package of one file, the native machine for a platform. */
function stageMachine(staged, file, manifest) {
  mkdirSync(staged, { recursive: true });
  cpSync(file, join(staged, MACHINE));
  cpSync(join(root, 'LICENSE'), join(staged, 'LICENSE'));
  writeFileSync(join(staged, 'package.json'), json(manifest));
  writeFileSync(join(staged, 'README.md'), `# ${manifest.name}\n\n${manifest.description}\n`);
  return staged;
}

/** Of one version alone: a machine reads the arguments of its own time. */
const optional = (machines) =>
  machines.length > 0 && {
    optionalDependencies: Object.fromEntries(machines.map(({ name, version }) => [name, version])),
  };

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** The package.json that users get. */
function published({ scripts, devDependencies, ...manifest }, folder, repository) {
  const withoutSource = ([path, entry]) => {
    if (typeof entry === 'string') return [path, entry];
    const { source, ...rest } = entry;
    return [path, rest];
  };
  const exports = Object.fromEntries(Object.entries(manifest.exports).map(withoutSource));
  return { ...manifest, exports, ...placesOf(folder, repository) };
}

/** Where a package lives, if the repository says where it does. */
function placesOf(folder, repository) {
  const page = pageOf(repository);
  return (
    page && {
      repository: { type: 'git', url: `git+${page}.git`, directory: `packages/${folder}` },
      homepage: `${page}/tree/main/packages/${folder}#readme`,
      bugs: `${page}/issues`,
    }
  );
}

/** The address of the repository's page, from npm's `repository` field: a string or `{ url }`. */
function pageOf(repository) {
  const url = typeof repository === 'string' ? repository : repository?.url;
  return url?.replace(/^git\+/, '').replace(/\.git$/, '');
}

/** Links to packages lead to npm, others to the repository's page; where there is none, their text stays. Files of its `own` stay beside it. */
function withoutRelativeLinks(text, { folder, own, repository }) {
  return text.replace(/\[([^\]]+)\]\((?![a-z]+:|#)([^)\s]+)\)/g, (link, words, target) => {
    if (own.includes(target.replace('./', ''))) return link; // comes along
    const path = posix.join('packages', folder, target);
    const [, beside] = /^packages\/([^/#]+)\/?$/.exec(path) ?? [];
    if (importTable[beside]) return `[${words}](https://www.npmjs.com/package/${packageName(beside)})`;
    const page = pageOf(repository);
    return page ? `[${words}](${page}/blob/main/${path})` : words;
  });
}
