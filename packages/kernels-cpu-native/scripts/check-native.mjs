// Lints and tests native/, the Rust crate, where cargo is found.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('../native', import.meta.url));
const cargo = (...args) => spawnSync('cargo', args, { cwd, stdio: 'inherit' });

const steps = [
  ['fmt', '--check'],
  ['clippy', '--quiet', '--locked', '--all-targets', '--', '-D', 'warnings'],
  ['test', '--quiet', '--locked'],
];
for (const step of steps) {
  const { error, status } = cargo(...step);
  if (error?.code === 'ENOENT') {
    console.log('Without Rust (cargo) the native machine is not checked.');
    break;
  }
  if (status !== 0) process.exit(status ?? 1);
}
