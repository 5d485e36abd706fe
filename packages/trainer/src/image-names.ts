/**
 * Names in a folder of pictures that are never pictures or classes: one list for folders, archives and pages. It needs no
 * TensorFlow.js, so that the page's half can import it from `@denoiser/trainer/image-names`.
 */
const patterns = [
  '\\..*', // hidden files and folders: .DS_Store, ._a.png, .git, .Trashes, .thumbnails
  '@(eadir|tmp|recycle|recently-snapshot|synoresource|sharebin)', // Synology and QNAP
  '.*@synoeastream',
  '#(recycle|snapshot)',
  '\\$recycle\\.bin|system volume information', // Windows
  '(ehthumbs(_vista)?|thumbs)\\.db|desktop\\.ini',
  'lost\\+found|__macosx|icon\\r|network trash folder|temporary items', // Unix, archives made on a Mac, a Mac
  '.*~|~\\$.*|#.*#|.*\\.sw[a-p]', // editors
  '.*\\.(tmp|temp|part|partial|crdownload|download|bak|orig)', // what is not finished, and what was kept for safety
];
const litter = new RegExp(`^(${patterns.join('|')})$`, 'is');

/** Tells whether a file or folder of this name is hidden, or was left there by a system or an editor. */
export function isLitter(name: string): boolean {
  return litter.test(name);
}

/** Tells whether a path with slashes leads to such a file, or through such a folder. */
export function isLitterPath(path: string): boolean {
  return path.split('/').some(isLitter);
}
