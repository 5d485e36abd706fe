export function stagePackages(target: string): string[];
