import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { machinesToPublish, missingPlatforms } from './machines.mjs';
import { build, install, root, run, tool } from './setup.mjs';
import { stagePackages } from './stage.mjs';

/**
 * `npm run release`: builds, stages and publishes every package whose version npm does not have yet, then tags them. Versions are
 * raised before, by `npm run version-packages`. Options go to `npm publish`: `npm run release -- --dry-run` shows what would be published.
 */
const options = process.argv.slice(2);
const isDry = options.includes('--dry-run');

await install();
await build();
const machines = machinesToPublish();
const missing = missingPlatforms(machines);
if (missing.length > 0) {
  const message = `There is no native machine for ${missing.join(', ')}: release.yml builds them and gathers them in packages/kernels-cpu-native/prebuilt.`;
  if (!isDry) throw new Error(message);
  console.log(message);
}
for (const folder of stagePackages(join(root, '.release'), machines)) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const known = spawnSync('npm', ['view', `${name}@${version}`, 'version'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (known.status === 0 && known.stdout.trim() === version) {
    console.log(`${name} ${version} is published already.`);
    continue;
  }
  await run('npm', ['publish', '--access', 'public', ...options], { cwd: folder });
}
if (!isDry) await run(tool('changeset'), ['tag']);
