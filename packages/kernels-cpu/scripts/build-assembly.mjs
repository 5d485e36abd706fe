// Compiles assembly/ twice (with and without relaxed SIMD) and writes the bytes into src/generated/wasm.ts.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const compiler = join(dirname(require.resolve('assemblyscript/package.json')), 'bin', 'asc.js');
const folder = mkdtempSync(join(tmpdir(), 'denoiser-assembly-'));

// Addresses below 69632 belong to the pool (assembly/pool.ts); the compiler's constants come after them.
const options = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--memoryBase',
  '69632',
  '--exportTable',
  '--importMemory',
  '--disableWarning',
  '201',
];
const memory = ['--sharedMemory', '--initialMemory', '2', '--maximumMemory', '65536'];
const features = ['--enable', 'simd', '--enable', 'threads'];

function compile(name, extra) {
  const file = join(folder, `${name}.wasm`);
  const entry = join('assembly', 'index.ts');
  execFileSync(process.execPath, [compiler, entry, '-o', file, ...options, ...memory, ...features, ...extra], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return readFileSync(file).toString('base64');
}

try {
  const simd = compile('simd', []);
  const relaxed = compile('relaxed', ['--enable', 'relaxed-simd']);
  mkdirSync(join(root, 'src', 'generated'), { recursive: true });
  writeFileSync(
    join(root, 'src', 'generated', 'wasm.ts'),
    `// Written by scripts/build-assembly.mjs.\nexport const simd = '${simd}';\nexport const relaxed = '${relaxed}';\n`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
