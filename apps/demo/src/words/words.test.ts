import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Everything that may say something to people, but the words themselves, tests, and formulas, whose letters are mathematics. */
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (path) => /\.tsx?$/.test(path) && !/^words\/|\.test\.ts$|\.d\.ts$|(formulas|math)\.tsx$/.test(path),
);
/** Attributes that people see or hear. */
const SPOKEN = ['label', 'hint', 'title', 'text', 'button', 'placeholder', 'alt', 'aria-label', 'aria-roledescription'];

type Node = { readonly type: string; readonly [name: string]: unknown };
const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string';

const hasWord = (text: string) => /\p{L}{2,}/u.test(text);
/** Two words in a row; what a program or a canvas is told has other signs. */
const isSentence = (text: string) => /\p{L}{2,} \p{L}+/u.test(text) && !/[={}<>]|^npx |^\d+ |px /.test(text);

/** Collects what a part of a program says that is in no table. */
function collect(node: Node, found: string[]): void {
  const { type, value } = node;
  if (type === 'JSXText' && hasWord(String(value))) found.push(String(value).trim());
  if (type === 'JSXAttribute') {
    const name = (node.name as Node).name as string;
    if (name === 'class' || name === 'style') return;
    if (SPOKEN.includes(name) && isNode(value) && value.type === 'Literal') found.push(String(value.value));
  }
  if (type === 'Literal' && typeof value === 'string' && isSentence(value)) found.push(value);
  if (type === 'TemplateLiteral') {
    const text = (node.quasis as { value: { cooked: string } }[]).map((part) => part.value.cooked).join('…');
    if (isSentence(text)) found.push(text);
  }
  for (const inner of Object.values(node)) {
    for (const one of Array.isArray(inner) ? inner : [inner]) if (isNode(one)) collect(one, found);
  }
}

test('whatever the page says is in the tables of words', () => {
  expect(files.length).toBeGreaterThan(60);
  const said = files.flatMap((path) => {
    const found: string[] = [];
    collect(parseSync(path, readFileSync(join(root, path), 'utf8')).program as unknown as Node, found);
    return found.map((text) => `${path}: ${text}`);
  });
  expect(said).toEqual([]);
});
