import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Notice } from './notice';

/** A part of the page that is fetched when it is first shown. */
export function Lazy({ load, name }: { load: () => Promise<ComponentType>; name: string }) {
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
      <Notice kind="error" action={{ name: 'Try again', run: () => setTries(tries + 1) }}>
        {name} could not be fetched; check the connection and try again.
      </Notice>
    );
  }
  return <p aria-busy="true">Fetching {name.toLowerCase()} …</p>;
}
