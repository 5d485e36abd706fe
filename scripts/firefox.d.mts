export function findFirefox(): string | undefined;
export const withoutFirefox: string;
