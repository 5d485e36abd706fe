import type { Training } from './training';

/** What of a document is needed. */
type Page = Pick<Document, 'hidden' | 'addEventListener' | 'removeEventListener'>;

/**
 * Pauses training while the page is hidden. What the user has paused stays paused: `isPausedByUser` says so.
 *
 * @returns ends this; training then stays as it is.
 */
export function pauseWhenHidden(
  session: Pick<Training, 'pause' | 'resume'>,
  {
    page = document,
    isPausedByUser = () => false,
  }: { readonly page?: Page; readonly isPausedByUser?: () => boolean } = {},
): () => void {
  let isPausedHere = false;
  const quiet = () => {}; // the training has ended
  const look = () => {
    if (page.hidden && !isPausedHere && !isPausedByUser()) {
      isPausedHere = true;
      session.pause().catch(quiet);
    } else if (!page.hidden && isPausedHere) {
      isPausedHere = false;
      if (!isPausedByUser()) session.resume().catch(quiet);
    }
  };
  page.addEventListener('visibilitychange', look);
  look();
  return () => page.removeEventListener('visibilitychange', look);
}
