import { useLayoutEffect, useRef } from 'preact/hooks';

/** One of several pictures that lie behind each other in RGBA bytes, on a canvas that CSS makes larger. */
export function Rgba({
  pixels,
  index,
  height,
  width,
  label,
}: {
  pixels: Uint8ClampedArray<ArrayBuffer> | undefined;
  index: number;
  height: number;
  width: number;
  label?: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    const size = height * width * 4;
    if (!pixels) context?.clearRect(0, 0, width, height);
    else context?.putImageData(new ImageData(pixels.subarray(index * size, (index + 1) * size), width), 0, 0);
  }, [pixels, index, height, width]);
  const name = label === undefined ? { 'aria-hidden': true as const } : { role: 'img' as const, 'aria-label': label };
  return <canvas class="pixels" ref={canvas} width={width} height={height} {...name} />;
}
