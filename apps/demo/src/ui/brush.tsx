import type { Ref } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { page } from '../words/page';

/** A place to paint on, by pointer or by keys: arrows move, space paints. `onPaint` is told after each stroke. */
export function Brush({
  label,
  canvas,
  side,
  radius,
  colour,
  onPaint,
}: {
  label: string;
  /** Where it is painted: a canvas of side×side pixels. */
  canvas: Ref<HTMLCanvasElement> & { current: HTMLCanvasElement | null };
  side: number;
  /** In pixels of the canvas. */
  radius: number;
  colour: string;
  onPaint?: () => void;
}) {
  const last = useRef<{ x: number; y: number } | undefined>(undefined);
  const [cursor, setCursor] = useState<{ x: number; y: number } | undefined>(undefined);
  const stroke = (x: number, y: number) => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const from = last.current ?? { x, y };
    context.strokeStyle = colour;
    context.lineWidth = 2 * radius;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(x + 0.01, y);
    context.stroke();
    last.current = { x, y };
  };
  const place = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * side, ((event.clientY - box.top) / box.height) * side] as const;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = Math.max(1, radius);
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const [dx, dy] = moves[event.key] ?? [0, 0];
    if (!(event.key in moves) && event.key !== ' ') return;
    event.preventDefault();
    const at = cursor ?? { x: side / 2, y: side / 2 };
    const next = { x: Math.min(side, Math.max(0, at.x + dx)), y: Math.min(side, Math.max(0, at.y + dy)) };
    setCursor(next);
    if (event.key !== ' ' && !event.shiftKey) return;
    last.current = event.key === ' ' ? undefined : at;
    stroke(next.x, next.y);
    last.current = undefined;
    onPaint?.();
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: painting by keys needs them, not the reader's own */}
      <canvas
        ref={canvas}
        class="brush"
        width={side}
        height={side}
        role="application"
        aria-roledescription={page.brush.role}
        aria-label={page.brush.label(label)}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onBlur={() => setCursor(undefined)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          stroke(...place(event));
        }}
        onPointerMove={(event) => {
          if (event.buttons > 0 && last.current) stroke(...place(event));
        }}
        onPointerUp={() => {
          if (!last.current) return;
          last.current = undefined;
          onPaint?.();
        }}
      />
      {cursor && (
        <span
          class="cursor"
          aria-hidden="true"
          style={{
            left: `${(100 * cursor.x) / side}%`,
            top: `${(100 * cursor.y) / side}%`,
            width: `${(200 * radius) / side}%`,
          }}
        />
      )}
    </>
  );
}
