import { useEffect, useRef } from 'preact/hooks';
import type { Entry } from './dataset';

const SIDE = 48;

/** A picture in small; one that can't be read stays empty, and training says so by name. */
export function Thumb({ source }: { source: Entry['source'] }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let isGone = false;
    const given = source instanceof File ? source : new ImageData(new Uint8ClampedArray(source.data), source.width);
    createImageBitmap(given).then(
      (bitmap) => {
        const side = Math.min(bitmap.width, bitmap.height);
        const context = isGone ? undefined : canvas.current?.getContext('2d');
        context?.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
        bitmap.close();
      },
      () => {},
    );
    return () => {
      isGone = true;
    };
  }, [source]);
  return <canvas ref={canvas} width={SIDE} height={SIDE} />;
}
