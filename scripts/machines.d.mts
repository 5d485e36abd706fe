import type { PublishedMachine } from './stage.mjs';

export function machinesToPublish(): PublishedMachine[];
export function missingPlatforms(machines: readonly PublishedMachine[]): string[];
