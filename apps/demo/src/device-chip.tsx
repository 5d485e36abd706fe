import { device } from './engine/device';

/** What computes and why. */
export function DeviceChip() {
  const chosen = device.value;
  return (
    <div class="chip" role="status" aria-label="Device">
      <span class={`dot${chosen ? ' on' : ''}`} aria-hidden="true" />
      {chosen ? (
        <span>
          Computing on <strong>{chosen.name}</strong>. {chosen.why}
        </span>
      ) : (
        <span>No model is loaded yet; this tab needs none.</span>
      )}
    </div>
  );
}
