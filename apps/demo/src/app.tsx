import { DeviceChip } from './device-chip';
import { Forward } from './forward/forward';
import { Masthead } from './masthead';
import { showTab, type TabId, tab } from './tab';
import { Lazy } from './ui/lazy';
import { Tabs } from './ui/tabs';

const loadSample = () => import('./sample/sample').then(({ Sample }) => Sample);
const loadTrain = () => import('./train/train').then(({ Train }) => Train);

export function App() {
  return (
    <>
      <Masthead />
      <Tabs
        label="Parts"
        chosen={tab.value}
        onChoose={(id, how) => showTab(id as TabId, how)}
        tabs={[
          { id: 'forward', name: 'Forward', panel: <Forward /> },
          { id: 'sample', name: 'Sample', panel: <Lazy name="The sampler" load={loadSample} /> },
          { id: 'train', name: 'Train', panel: <Lazy name="The trainer" load={loadTrain} /> },
        ]}
      />
      <footer>
        <div class="page foot">
          <DeviceChip />
          <span>Nothing you choose or draw leaves this device.</span>
        </div>
      </footer>
    </>
  );
}
