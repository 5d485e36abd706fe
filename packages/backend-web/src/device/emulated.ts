/** What stands against a graphics card that the CPU plays: compiling its programs alone takes longer than plain JavaScript. */
export const EMULATED = 'the graphics card is emulated in software, where the CPU itself is quicker';

/** Whether a graphics card calls itself by the name of a program that emulates one. */
export function isEmulated(name: string): boolean {
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}
