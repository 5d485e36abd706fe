import { useEffect, useState } from 'preact/hooks';

/**
 * How many paints ago the page was first painted, up to `most`: for what may come a little later and piece by piece, so
 * that the first picture comes soon and the page never stands still for long.
 */
export function usePaints(most: number): number {
  const [paints, setPaints] = useState(0);
  useEffect(() => {
    if (paints === most) return;
    let timer: ReturnType<typeof setTimeout>;
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setPaints(paints + 1));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [paints, most]);
  return paints;
}
