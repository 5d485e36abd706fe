import { hashOf } from './address';
import { DeviceChip } from './device-chip';
import { Forward } from './forward/forward';
import { Masthead } from './masthead';
import { ReadOn } from './read-on';
import { showTab, type TabId, tab } from './tab';
import { CopyButton } from './ui/copy-button';
import { Lazy } from './ui/lazy';
import { Tabs } from './ui/tabs';
import { page } from './words/page';

const loadSample = () => import('./sample/sample').then(({ Sample }) => Sample);
const loadPlane = () => import('./plane/plane').then(({ Plane }) => Plane);
const loadTrain = () => import('./train/train').then(({ Train }) => Train);

/** The address may lag behind a little. */
const linkToHere = () => new URL(hashOf(tab.value), location.href).href;

export function App() {
  return (
    <>
      <Masthead />
      <Tabs
        label={page.tabs.label}
        chosen={tab.value}
        onChoose={(id, how) => showTab(id as TabId, how)}
        tabs={[
          { id: 'forward', name: page.tabs.forward.name, panel: <Forward /> },
          {
            id: 'sample',
            name: page.tabs.sample.name,
            panel: <Lazy load={loadSample} />,
          },
          { id: 'train', name: page.tabs.train.name, panel: <Lazy load={loadTrain} /> },
          { id: 'plane', name: page.tabs.plane.name, panel: <Lazy load={loadPlane} /> },
        ]}
      >
        <CopyButton name={page.copy.link} text={linkToHere} isQuiet />
      </Tabs>
      <footer>
        <div class="page foot">
          <DeviceChip />
          <ReadOn />
        </div>
      </footer>
    </>
  );
}
