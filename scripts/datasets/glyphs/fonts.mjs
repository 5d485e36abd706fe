import { join } from 'node:path';
import { fetchPackages, folderOf } from '../fetch-packages.mjs';

const nameOf = (id) => `@fontsource/${id}`;

/**
 * Fetches the upright Latin files of families of `@fontsource` into `folder`, with their licences. `fonts` are objects with `id` and, unless
 * any does, `version`. Options: see `fetchPackages`.
 */
export const fetchFonts = (fonts, folder, { onProgress, onAbsent } = {}) =>
  fetchPackages(
    fonts.map(({ id, version }) => ({ name: nameOf(id), version, id })),
    folder,
    { isWanted, onProgress, onAbsent },
  );

/** The file of one weight of a family that was fetched into `folder`. */
export const fontFile = (folder, id, weight) =>
  join(folderOf(folder, nameOf(id)), 'files', `${id}-latin-${weight}-normal.woff`);

const isWanted = (path) => /-latin-\d+-normal\.woff$/.test(path) || /\/(LICENSE|package\.json)$/.test(path);
