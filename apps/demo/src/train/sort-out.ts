import type { TrainingImage } from '@denoiser/backend-web';

/** Pictures that the page takes. */
export const MOST = 5000;
/** Files that are named one by one. */
const NAMED = 3;

/** Files that were chosen or dropped, as far as they are pictures and fit, and a sentence for each kind of the others. */
export function sortOut(
  found: readonly TrainingImage[],
  room: number,
): {
  readonly pictures: readonly { readonly name: string; readonly source: File; readonly className: string }[];
  readonly failures: readonly string[];
} {
  const files = found.flatMap(({ name, source, className = '' }) =>
    source instanceof File ? [{ name: name ?? source.name, source, className }] : [],
  );
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file)).map(({ name }) => name);
  const failures: string[] = [];
  if (others.length > 0)
    failures.push(
      `${listed(others)} not among the kinds of pictures that this browser reads; choose PNG, JPEG or WebP files.`,
    );
  if (pictures.length > room) {
    failures.push(
      `More than ${MOST} pictures do not fit here, so the last ${pictures.length - room} were left out; the command has no such bound.`,
    );
  }
  return { pictures: pictures.slice(0, room), failures };
}

/** By the type that the browser gives it. */
const isPicture = ({ source }: { readonly source: File }) => source.type.startsWith('image/');

/** `a.heic is`, `a.heic, b.txt, c.pdf and 2 more files are`. */
function listed(names: readonly string[]): string {
  const [more, shown] = [names.length - NAMED, names.slice(0, NAMED).join(', ')];
  if (more > 0) return `${shown} and ${more} more ${more === 1 ? 'file' : 'files'} are`;
  return names.length === 1 ? `${shown} is` : `${shown} are`;
}
