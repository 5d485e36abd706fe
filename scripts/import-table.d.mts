export const importTable: Record<string, readonly string[]>;
export function packageName(folder: string): string;
export function mayImport(folder: string, module: string): boolean;
