import type { Device, DeviceRequest } from '@denoiser/backend-web';
import { useSignal } from '@preact/signals';
import { device, deviceFailure, isStarting, requestedDevice } from './engine/device';
import { canIsolate, isolate } from './engine/isolation';
import { Select } from './ui/fields';
import { Notice } from './ui/notice';
import { page } from './words/page';

const text = page.device;

const switchTo = async (request: DeviceRequest) => {
  const { switchDevice } = await import('./engine/engine');
  await switchDevice(request).catch(() => {}); // the chip says why
};

/** What computes and why, what else there is, and the way to change it. */
export function DeviceChip() {
  const chosen = device.value;
  return (
    <section class="device" aria-label={text.label}>
      <p class="chip" role="status">
        <span class={`dot${chosen && !isStarting.value ? ' on' : ''}`} aria-hidden="true" />
        <span>{stateOf(chosen)}</span>
      </p>
      {deviceFailure.value && <Notice kind="error">{deviceFailure.value}</Notice>}
      {chosen && (
        <p class="hint">
          {sentence(chosen.reason)} {withoutGpu(chosen)}
        </p>
      )}
      {chosen?.advice && <Advice device={chosen} advice={chosen.advice} />}
      {(chosen || deviceFailure.value) && (
        <details>
          <summary>{text.why}</summary>
          <div class="stack">
            <dl class="candidates">
              {chosen?.candidates.map(({ name, available, reason }) => (
                <div key={name}>
                  <dt>{available ? name : text.missing(name)}</dt>
                  <dd>{sentence(reason)}</dd>
                </div>
              ))}
            </dl>
            <Select
              label={text.choose}
              hint={text.chooseHint}
              value={requestedDevice.value}
              options={(Object.keys(text.names) as DeviceRequest[]).map((value) => ({
                value,
                name: text.names[value],
              }))}
              onInput={switchTo}
            />
          </div>
        </details>
      )}
    </section>
  );
}

/** What computes, in words. */
function stateOf(chosen: Device | undefined): string {
  if (isStarting.value) return text.starting;
  if (chosen) return text.computing(text.names[chosen.name], chosen.threads);
  return deviceFailure.value ? text.nothing : text.notYet;
}

/** Why not the GPU, and what would help. */
function withoutGpu({ name, candidates }: Device): string {
  const gpu = candidates.find((candidate) => candidate.name === 'webgpu');
  if (name === 'webgpu' || name === 'webgl' || !gpu || gpu.available) return '';
  return text.withoutGpu(gpu.reason);
}

/** How to be faster, and, where the page can do it itself, the button. */
function Advice({ device: { name }, advice }: { device: Device; advice: string }) {
  const failure = useSignal('');
  if (name !== 'engine' || !canIsolate()) return <p class="hint">{advice}</p>;
  const begin = () =>
    isolate().catch((error: Error) => {
      failure.value = error.message;
    });
  return <Notice action={{ name: text.allCores, run: begin }}>{failure.value || text.allCoresHint(advice)}</Notice>;
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
