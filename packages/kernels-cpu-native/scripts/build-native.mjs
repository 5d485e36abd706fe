// Builds native/, the Rust crate, into build/machine.node where cargo is found; elsewhere it says in one line that it does not.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readBorder } from '../../kernels-cpu/scripts/border/read-border.mjs';
import { printArguments } from './print-arguments.mjs';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const built = at('build/machine.node');

/** What a library is called by its platform. */
const LIBRARY = {
  darwin: 'libdenoiser_kernels_cpu_native.dylib',
  win32: 'denoiser_kernels_cpu_native.dll',
};

await writeArguments();
build();

/** Writes the arguments of jobs in Rust, as kernels-cpu's assembly lays them. */
async function writeArguments() {
  const assembly = at('../kernels-cpu/assembly/');
  const names = readdirSync(assembly).filter((name) => name.endsWith('.ts'));
  const border = await readBorder(
    Object.fromEntries(names.map((name) => [name, readFileSync(assembly + name, 'utf8')])),
  );
  const path = at('native/src/arguments.rs');
  const text = printArguments(border);
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}

function build() {
  mkdirSync(at('build'), { recursive: true });
  const cargo = spawnSync('cargo', ['build', '--release', '--locked', '--quiet'], {
    cwd: at('native'),
    encoding: 'utf8',
  });
  if (cargo.status === 0) {
    const library = LIBRARY[process.platform] ?? 'libdenoiser_kernels_cpu_native.so';
    rmSync(built, { force: true }); // a process that has it open keeps what it opened
    copyFileSync(at(`native/target/release/${library}`), built);
    return;
  }
  rmSync(built, { force: true });
  const why = cargo.error ? 'no Rust (cargo) was found' : `cargo ended with ${cargo.status}:\n${cargo.stderr.trim()}`;
  console.warn(`The native machine of the CPU engine is not built, the WebAssembly one computes: ${why}`);
}
