/** What follows the processor in the names of packages, best first: on Linux the C library, of which npm installs the one that fits. */
const ENDS: { readonly [platform: string]: readonly string[] } = {
  linux: ['-gnu', '-musl'],
  darwin: [''],
  win32: ['-msvc'],
};

/** Returns the packages that may hold the native machine for a platform; one of them is installed where there is a prebuilt one. */
export function packagesFor({ platform, arch }: { platform: string; arch: string }): string[] {
  if (arch !== 'x64' && !(arch === 'arm64' && platform !== 'win32')) return [];
  return (ENDS[platform] ?? []).map((end) => `@denoiser/kernels-cpu-native-${platform}-${arch}${end}`);
}
