import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './setup.mjs';

/** Every relative link of every Markdown page leads to a file or folder of the repository. */
const listed = ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'];
const pages = execFileSync('git', listed, { cwd: root, encoding: 'utf8' }).trim().split('\n');

const wrong = [];
for (const page of pages.filter((name) => existsSync(join(root, name)))) {
  const text = readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^([a-z]+:|#)/.test(target)) continue;
    const path = join(root, dirname(page), decodeURI(target.split('#')[0]));
    if (!existsSync(path)) wrong.push(`${page} links to ${target}`);
  }
}
if (wrong.length > 0) {
  console.error(`Links that lead nowhere:\n  ${wrong.join('\n  ')}`);
  process.exit(1);
}
