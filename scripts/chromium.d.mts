export function findChromium(): string | undefined;
export const withoutChromium: string;
export function softwareVulkan(): Record<string, string>;
export function ensureChromium(): void;
