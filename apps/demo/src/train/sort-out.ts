import type { TrainingImage } from '@denoiser/backend-web';
import { train as text } from '../words/train';

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
  if (others.length > 0) failures.push(text.unreadable(others.slice(0, NAMED), Math.max(0, others.length - NAMED)));
  if (pictures.length > room) {
    failures.push(text.tooMany(MOST, pictures.length - room));
  }
  return { pictures: pictures.slice(0, room), failures };
}

/** By the type that the browser gives it. */
const isPicture = ({ source }: { readonly source: File }) => source.type.startsWith('image/');
