import { useEffect } from 'preact/hooks';
import { train as text } from '../words/train';
import { DatasetCard } from './dataset-card';
import { keepPictures } from './keep-pictures';
import { KeptRuns } from './kept-runs';
import { NetworkCard } from './network-card';
import { Progress } from './progress';
import { listRuns } from './session';
import { announcement } from './state';

/** Tab 3: a network learns from the user's pictures. */
export function Train() {
  useEffect(() => {
    void keepPictures();
    void listRuns();
  }, []);
  return (
    <>
      <header class="intro">
        <h2>{text.title}</h2>
        <p>{text.intro}</p>
      </header>
      <p class="visually-hidden" role="status" aria-live="polite">
        {announcement.value}
      </p>
      <KeptRuns />
      <div class="with-controls even">
        <DatasetCard />
        <div class="stack">
          <NetworkCard />
          <Progress />
        </div>
      </div>
    </>
  );
}
