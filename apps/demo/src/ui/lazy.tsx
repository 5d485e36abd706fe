import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { page } from '../words/page';
import { Notice } from './notice';

/** A part of the page that is fetched when it is first shown. */
export function Lazy({ load }: { load: () => Promise<ComponentType> }) {
  const [part, setPart] = useState<{ Part: ComponentType }>();
  const [hasFailed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    setFailed(false);
    load().then(
      (Part) => setPart({ Part }),
      () => setFailed(true),
    );
  }, [tries]);
  if (part) return <part.Part />;
  if (hasFailed) {
    return (
      <Notice kind="error" action={{ name: page.tryAgain, run: () => setTries(tries + 1) }}>
        {page.notFetched}
      </Notice>
    );
  }
  return <p aria-busy="true">{page.fetching}</p>;
}
