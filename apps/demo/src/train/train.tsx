import { useEffect } from 'preact/hooks';
import { DatasetCard } from './dataset-card';
import { KeptRuns } from './kept-runs';
import { NetworkCard } from './network-card';
import { Progress } from './progress';
import { listRuns } from './session';
import { announcement } from './state';

/** Tab 3: a network learns from the user's pictures. */
export function Train() {
  useEffect(() => {
    void listRuns();
  }, []);
  return (
    <>
      <header class="intro">
        <h2>Teach it your own</h2>
        <p>
          Show a new network some pictures. Again and again it is given one of them under noise and has to say what is
          beneath; the loss is how far off it is. After a minute or two the first shapes come out.
        </p>
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
