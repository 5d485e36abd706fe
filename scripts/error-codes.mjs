import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importTable, packageName } from './import-table.mjs';
import { root } from './setup.mjs';

/** docs/errors.md, from the codes in every package's errors.ts: fails when the page has others; `--write` writes it. */
const page = join(root, 'docs', 'errors.md');

const head = `# Error codes

Every error that a user can mend is a [\`DenoiserError\`](../packages/errors): \`message\` is one sentence that says what is wrong,
where, and what to do; \`code\` is for programs. \`isDenoiserError(error)\` tells it from others. Errors of the operating system keep
the system's code in lower case (\`enospc\`, \`eacces\`). The type of a package's codes is exported by it under the name given here.
Written by scripts/error-codes.mjs.
`;

const section = (folder) => {
  const path = join(root, 'packages', folder, 'src', 'errors.ts');
  if (!existsSync(path)) return [];
  const source = readFileSync(path, 'utf8');
  const name = /export type (\w+ErrorCode)/.exec(source)?.[1];
  const rows = [...source.matchAll(/\/\*\* (.+) \*\/\s+(?:\| )?'([a-z-]+)'/g)].map(
    ([, about, code]) => `| \`${code}\` | ${about} |`,
  );
  if (!name || rows.length === 0) throw new Error(`packages/${folder}/src/errors.ts lists no codes.`);
  return [`\n## ${packageName(folder)}: \`${name}\`\n\n| code | when |\n| --- | --- |\n${rows.join('\n')}\n`];
};

const text = [head, ...Object.keys(importTable).flatMap(section)].join('');
if (process.argv.includes('--write')) {
  writeFileSync(page, text);
} else if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
  console.error('docs/errors.md is out of date: npm run format writes it.');
  process.exit(1);
}
