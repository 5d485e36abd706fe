// Lints and tests native/, the Rust crate, where cargo is found. `--sanitizer`: tests it with the address sanitizer, on Linux.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { sanitizer: { type: 'boolean', default: false } } });
const cwd = fileURLToPath(new URL('../native', import.meta.url));
const cargo = (args, env = {}) => spawnSync('cargo', args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });

const steps = options.sanitizer
  ? [['test', '--quiet', '--locked', '--lib', '--target', host(), '--target-dir', 'target/sanitizer']]
  : [
      ['fmt', '--check'],
      ['clippy', '--quiet', '--locked', '--all-targets', '--', '-D', 'warnings'],
      ['test', '--quiet', '--locked'],
    ];
// Unstable switches of a stable compiler; the target is named so that they are not those of the build's own programs.
const env = options.sanitizer ? { RUSTC_BOOTSTRAP: '1', RUSTFLAGS: '-Zsanitizer=address' } : {};
for (const step of steps) {
  const { error, status } = cargo(step, env);
  if (error?.code === 'ENOENT' && !options.sanitizer) {
    console.log('Without Rust (cargo) the native machine is not checked.');
    break;
  }
  if (status !== 0) process.exit(status ?? 1);
}

/** The target that rustc is built for. */
function host() {
  const { stdout } = spawnSync('rustc', ['-vV'], { encoding: 'utf8' });
  return /^host: (.+)$/m.exec(stdout ?? '')?.[1] ?? 'x86_64-unknown-linux-gnu';
}
