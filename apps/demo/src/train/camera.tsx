import { type Camera as OpenCamera, openCamera } from '@denoiser/backend-web';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Notice } from '../ui/notice';
import { train } from '../words/train';
import { addEntries, type RgbaPicture } from './dataset';

const text = train.camera;
const SIDE = 64;
const BURST = 12;
const PAUSE = 150; // ms

/** Pictures from the camera, one or a burst of them. */
export function Camera({ className }: { className: string }) {
  const camera = useSignal<OpenCamera | undefined>(undefined);
  const failure = useSignal('');
  const taken = useSignal(0);
  const isBusy = useSignal(false);
  const place = useRef<HTMLDivElement>(null);
  const close = () => {
    camera.value?.close();
    camera.value = undefined;
  };
  useEffect(() => {
    if (camera.value) place.current?.replaceChildren(camera.value.video);
  }, [camera.value]);
  useEffect(() => close, []);

  const open = async () => {
    failure.value = '';
    try {
      camera.value = await openCamera();
    } catch (error) {
      failure.value = (error as Error).message;
    }
  };
  const take = async (count: number) => {
    isBusy.value = true;
    for (let i = 0; i < count && camera.value; i++) {
      if (i > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE));
      taken.value++;
      addEntries([{ name: text.one(taken.value), className, source: squareOf(camera.value.video) }]);
    }
    isBusy.value = false;
  };
  return (
    <div class="stack">
      {failure.value && <Notice kind="error">{failure.value}</Notice>}
      {camera.value ? (
        <>
          <div class="camera" ref={place} role="img" aria-label={text.view} />
          <div class="row">
            <button type="button" disabled={isBusy.value} onClick={() => take(1)}>
              {text.take(className)}
            </button>
            <button type="button" disabled={isBusy.value} onClick={() => take(BURST)}>
              {text.takeMany(BURST, className)}
            </button>
            <button type="button" class="quiet" onClick={close}>
              {text.off}
            </button>
          </div>
        </>
      ) : (
        <div class="row">
          <button type="button" onClick={open}>
            {text.on}
          </button>
        </div>
      )}
    </div>
  );
}

/** The middle square of what a video shows, small: more the network doesn't see. */
function squareOf(video: HTMLVideoElement): RgbaPicture {
  const side = Math.min(video.videoWidth, video.videoHeight);
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.imageSmoothingQuality = 'high';
  const [left, top] = [(video.videoWidth - side) / 2, (video.videoHeight - side) / 2];
  context.drawImage(video, left, top, side, side, 0, 0, SIDE, SIDE);
  return { width: SIDE, height: SIDE, data: context.getImageData(0, 0, SIDE, SIDE).data };
}
