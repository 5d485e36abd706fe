import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Picture } from '../pictures/picture';
import { toImageData } from '../pictures/rgba';

/** A picture at one canvas pixel a pixel; CSS makes it larger. `label` is what a screen reader says; none: decoration. */
export function Pixels({ picture, label }: { picture: Picture; label?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => canvas.current?.getContext('2d')?.putImageData(toImageData(picture), 0, 0), [picture]);
  const name = label === undefined ? { 'aria-hidden': true as const } : { role: 'img' as const, 'aria-label': label };
  return <canvas class="pixels" ref={canvas} width={picture.width} height={picture.height} {...name} />;
}
