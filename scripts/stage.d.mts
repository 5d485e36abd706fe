/** A native machine and the platform of `kernels-cpu-native/scripts/platforms.mjs` that it is for. */
export interface PublishedMachine {
  readonly platform: { readonly name: string };
  readonly file: string;
}
export function stagePackages(target: string, machines: readonly PublishedMachine[]): string[];
