import { run, tool } from './setup.mjs';

/** `npm run lint`: what needs neither types nor tests. */
await run(tool('biome'), ['check', '--error-on-warnings', '.']);
for (const check of [
  'check-imports',
  'architecture-table',
  'model-card',
  'error-codes',
  'check-links',
  'check-manifests',
]) {
  await run(process.execPath, [`scripts/${check}.mjs`]);
}
