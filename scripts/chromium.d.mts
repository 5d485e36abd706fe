export function findChromium(): string | undefined;
export const withoutChromium: string;
export const forSwiftShader: string;
export function softwareVulkan(): Record<string, string>;
export function ensureChromium(): void;
