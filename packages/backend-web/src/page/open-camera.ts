import { WebError, type WebErrorCode } from '../errors';
import type { TrainingImage } from '../protocol/pictures';

/** A camera that is turned on. */
export interface Camera {
  /** Shows the camera's picture; put it on the page, or don't. */
  readonly video: HTMLVideoElement;
  /** Takes a picture of what it sees now, to train on. */
  capture(options?: { readonly name?: string; readonly className?: string }): Promise<TrainingImage>;
  /** Turns it off. */
  close(): void;
}

const refusals: Record<string, [code: WebErrorCode, message: string]> = {
  NotAllowedError: [
    'camera-refused',
    'The camera was not allowed: allow it for this page in the browser, then try again.',
  ],
  NotFoundError: ['camera-missing', 'There is no camera: connect one, or choose files instead.'],
  NotReadableError: ['camera-busy', 'The camera is in use by another program: close that, then try again.'],
};

/**
 * Asks for the camera and turns it on.
 *
 * @throws DenoiserError (`camera-refused`, `camera-missing`, `camera-busy`).
 */
export async function openCamera(): Promise<Camera> {
  if (!navigator.mediaDevices) {
    throw new WebError(
      'camera-missing',
      'The camera is only for pages from https or localhost: serve the page from there.',
    );
  }
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user' }, audio: false });
  } catch (error) {
    const refusal = refusals[error instanceof Error ? error.name : ''];
    throw refusal ? new WebError(...refusal) : error;
  }
  const video = document.createElement('video');
  Object.assign(video, { srcObject: stream, muted: true, playsInline: true });
  await video.play();
  return {
    video,
    async capture({ name = 'photo', className } = {}) {
      return { name, source: await createImageBitmap(video), ...(className !== undefined && { className }) };
    },
    close() {
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    },
  };
}
