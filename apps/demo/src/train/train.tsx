import { useEffect } from 'preact/hooks';
import { DatasetCard } from './dataset-card';
import { KeptRuns } from './kept-runs';
import { NetworkCard } from './network-card';
import { Progress } from './progress';
import { goOn, listRuns, pause } from './session';
import { announcement, pausesHidden, session, stage } from './state';

/** Tab 3: a network learns from the user's pictures. */
export function Train() {
  useEffect(() => {
    void listRuns();
  }, []);
  useEffect(() => {
    const follow = () => {
      if (!pausesHidden.value || !session.value) return;
      if (document.hidden && stage.value === 'training') void pause();
      if (!document.hidden && (stage.value === 'paused' || stage.value === 'pausing')) void goOn();
    };
    document.addEventListener('visibilitychange', follow);
    return () => document.removeEventListener('visibilitychange', follow);
  }, []);
  return (
    <>
      <header class="intro">
        <h2>Teach it your own</h2>
        <p>
          Show a new network some pictures. Again and again it is given one of them with noise on it and has to say what
          the noise was; the loss is how far off it is. After a minute or two the first shapes come out.
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
