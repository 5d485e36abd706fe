import { existsSync } from 'node:fs';

/** Firefox for the tests: where it is, and what to say without it. */

const usualPlaces = [
  ...['firefox-esr', 'firefox'].map((name) => `/usr/bin/${name}`),
  '/Applications/Firefox.app/Contents/MacOS/firefox',
];

/** The path of Firefox: FIREFOX_PATH if that is set, else where it usually is; undefined if there is none. */
export function findFirefox() {
  const { FIREFOX_PATH } = process.env;
  return (FIREFOX_PATH ? [FIREFOX_PATH] : usualPlaces).find((path) => existsSync(path));
}

/** What to tell whoever has no Firefox. */
export const withoutFirefox =
  'No Firefox here, so what is tested in it is skipped: install it (Debian: firefox-esr), or name it in FIREFOX_PATH.';
