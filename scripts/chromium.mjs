import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Chromium for the tests: where it is, how to get it, and its software Vulkan (SwiftShader) for WebGPU in Node. */

const { env } = process;
const debianFolder = '/usr/lib/chromium';
const swiftShader = join(debianFolder, 'vk_swiftshader_icd.json');

/** Every place where Chromium or Chrome usually is, on this system. */
function usualPlaces() {
  if (process.platform === 'win32') {
    const chrome = join('Google', 'Chrome', 'Application', 'chrome.exe');
    return [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA]
      .filter((folder) => folder)
      .map((folder) => join(folder, chrome));
  }
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  }
  return ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].map((name) => `/usr/bin/${name}`);
}

/** The path of Chromium or Chrome: CHROMIUM_PATH if that is set, else where they usually are; undefined if there is none. */
export function findChromium() {
  return (env.CHROMIUM_PATH ? [env.CHROMIUM_PATH] : usualPlaces()).find((path) => existsSync(path));
}

/** What to tell whoever has no browser. */
export const withoutChromium =
  'No Chromium here, so what is tested in a browser is skipped: install Chromium or Chrome, or name it in CHROMIUM_PATH.';

/**
 * For Dawn on SwiftShader, as an option of `create` and, after two dashes, of Chromium: else it clears workgroup memory with
 * an instruction for each word, and compiles such kernels 30 times longer.
 */
export const forSwiftShader = 'disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension';

/**
 * The environment by which WebGPU in Node (Dawn) runs on the SwiftShader that Debian's chromium brings. Empty where it is
 * not there, or a Vulkan driver is chosen already. Dawn's process must start with it: the loader reads it once.
 */
export function softwareVulkan() {
  if (env.VK_ICD_FILENAMES || env.VK_DRIVER_FILES || !existsSync(swiftShader)) return {};
  const environment = { VK_ICD_FILENAMES: swiftShader };
  if (!env.XDG_RUNTIME_DIR) environment.XDG_RUNTIME_DIR = tmpdir();
  // Debian's libvulkan1 if it is there; Chromium has a loader of its own beside it.
  if (!hasVulkanLoader() && existsSync(join(debianFolder, 'libvulkan.so.1'))) {
    environment.LD_LIBRARY_PATH = [env.LD_LIBRARY_PATH, debianFolder].filter((path) => path).join(delimiter);
  }
  return environment;
}

function hasVulkanLoader() {
  const parents = ['/usr/lib', '/usr/local/lib', '/usr/lib64'].filter((path) => existsSync(path));
  const folders = parents.flatMap((path) => [
    path,
    ...readdirSync(path)
      .filter((name) => name.endsWith('-linux-gnu'))
      .map((name) => join(path, name)),
  ]);
  return folders.some((folder) => existsSync(join(folder, 'libvulkan.so.1')));
}

/** Installs Debian's package where there is no browser, apt-get is there and we may. Says what it does, in one sentence. */
export function ensureChromium() {
  if (findChromium()) return;
  // A path that was named and is not there is a mistake to tell, not a reason to install another.
  const mayInstall = !env.CHROMIUM_PATH && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (mayInstall) {
    console.log('Installing Chromium with apt-get, for the tests in a browser …');
    const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
    const aptGet = (...args) => spawnSync('apt-get', ['-qq', ...args], { env: quiet, stdio: 'ignore' }).status === 0;
    const packages = ['chromium', 'fonts-dejavu-core', 'libvulkan1'];
    aptGet('update');
    aptGet('install', '-y', '--no-install-recommends', ...packages);
  }
  if (!findChromium()) console.log(withoutChromium);
}
