import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'denoiser-examples-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** They do not end by themselves: tested beside. */
const SERVERS = ['server.mjs'];
const programs = readdirSync(folder).filter((name) => name.endsWith('.mjs') && !SERVERS.includes(name));

it.each(programs)('%s runs to its end without a word on stderr', (program) => {
  const args = [join(folder, program), join(work, 'out.png')];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout.length).toBeGreaterThan(20);
});

it('there are programs', () => expect(programs.length).toBeGreaterThan(2));
