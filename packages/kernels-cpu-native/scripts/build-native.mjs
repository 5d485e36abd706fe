// Builds native/, the Rust crate, into build/machine.node where cargo is found; elsewhere it says in one line that it does not.
// `--platform linux-x64-musl`: for that platform of platforms.mjs, as a release does, which fails where it is not built.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readBorder } from '../../kernels-cpu/scripts/border/read-border.mjs';
import { GLIBC, platforms } from './platforms.mjs';
import { printArguments } from './print-arguments.mjs';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const built = at('build/machine.node');

const { values: options } = parseArgs({ options: { platform: { type: 'string' } } });
const platform = options.platform === undefined ? undefined : platforms.find(({ name }) => name === options.platform);
if (options.platform !== undefined && !platform) {
  throw new Error(
    `There is no platform ${options.platform}; platforms.mjs has ${platforms.map(({ name }) => name).join(', ')}.`,
  );
}

/** What a library is called by its system. */
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
  const { subcommand, target, env } = platform ? releaseOf(platform) : { subcommand: 'build', target: [], env: {} };
  const cargo = spawnSync('cargo', [subcommand, '--release', '--locked', '--quiet', ...target], {
    cwd: at('native'),
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  rmSync(built, { force: true }); // a process that has it open keeps what it opened
  if (cargo.status === 0) {
    const library = LIBRARY[platform?.os ?? process.platform] ?? 'libdenoiser_kernels_cpu_native.so';
    copyFileSync(at(['native/target', platform?.target ?? '', 'release', library].join('/')), built);
    return;
  }
  const why = cargo.error ? 'no Rust (cargo) was found' : `cargo ended with ${cargo.status}:\n${cargo.stderr.trim()}`;
  if (platform) throw new Error(`The native machine for ${platform.name} is not built: ${why}`);
  console.warn(`The native machine of the CPU engine is not built, the WebAssembly one computes: ${why}`);
}

/** On Linux cargo-zigbuild links, for an old glibc or for musl, whose library is to be the system's as for every module of Node. */
function releaseOf({ libc, target }) {
  if (!libc) return { subcommand: 'build', target: ['--target', target], env: {} };
  const flags = `CARGO_TARGET_${target.replaceAll('-', '_').toUpperCase()}_RUSTFLAGS`;
  return {
    subcommand: 'zigbuild',
    target: ['--target', libc === 'glibc' ? `${target}.${GLIBC}` : target],
    env: libc === 'musl' ? { [flags]: '-C target-feature=-crt-static' } : {},
  };
}
