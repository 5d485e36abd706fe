import type { Device, DeviceRequest } from '@denoiser/backend-web';
import { useSignal } from '@preact/signals';
import { device, deviceFailure, deviceNames, isStarting, requestedDevice } from './engine/device';
import { canIsolate, isolate } from './engine/isolation';
import { Select } from './ui/fields';
import { Notice } from './ui/notice';

const switchTo = async (request: DeviceRequest) => {
  const { switchDevice } = await import('./engine/engine');
  await switchDevice(request).catch(() => {}); // the chip says why
};

/** What computes and why, what else there is, and the way to change it. */
export function DeviceChip() {
  const chosen = device.value;
  const threads = chosen && chosen.threads > 1 ? `, ${chosen.threads} threads` : '';
  return (
    <section class="device" aria-label="Device">
      <p class="chip" role="status">
        <span class={`dot${chosen && !isStarting.value ? ' on' : ''}`} aria-hidden="true" />
        {isStarting.value ? (
          <span>Starting the device …</span>
        ) : chosen ? (
          <span>
            Computing on <strong>{deviceNames[chosen.name]}</strong>
            {threads}.
          </span>
        ) : (
          <span>
            {deviceFailure.value ? 'Nothing computes.' : 'No model is loaded yet; Sample and Train load one.'}
          </span>
        )}
      </p>
      {deviceFailure.value && <Notice kind="error">{deviceFailure.value}</Notice>}
      {chosen && (
        <p class="hint">
          {sentence(chosen.reason)} {withoutGpu(chosen)}
        </p>
      )}
      {chosen?.advice && <Advice device={chosen} text={chosen.advice} />}
      {(chosen || deviceFailure.value) && (
        <details>
          <summary>Why this one, and the others</summary>
          <div class="stack">
            <dl class="candidates">
              {chosen?.candidates.map(({ name, available, reason }) => (
                <div key={name}>
                  <dt>
                    {name}
                    {available ? '' : ' (not here)'}
                  </dt>
                  <dd>{sentence(reason)}</dd>
                </div>
              ))}
            </dl>
            <Select
              label="Compute on"
              hint="Another choice ends what is being computed. Training goes on from its last checkpoint."
              value={requestedDevice.value}
              options={(Object.keys(deviceNames) as DeviceRequest[]).map((value) => ({
                value,
                name: deviceNames[value],
              }))}
              onInput={switchTo}
            />
          </div>
        </details>
      )}
    </section>
  );
}

/** Why not the GPU, and what would help. */
function withoutGpu({ name, candidates }: Device): string {
  const gpu = candidates.find((candidate) => candidate.name === 'webgpu');
  if (name === 'webgpu' || name === 'webgl' || !gpu || gpu.available) return '';
  return `Not on the GPU: ${gpu.reason}. A current browser with hardware acceleration switched on would be faster.`;
}

/** How to be faster, and, where the page can do it itself, the button. */
function Advice({ device: { name }, text }: { device: Device; text: string }) {
  const failure = useSignal('');
  if (name !== 'engine' || !canIsolate()) return <p class="hint">{text}</p>;
  const begin = () =>
    isolate().catch((error: Error) => {
      failure.value = error.message;
    });
  return (
    <Notice action={{ name: 'Use all cores', run: begin }}>
      {failure.value || `${text} Where you can't, this page can add them itself, and loads once more.`}
    </Notice>
  );
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
