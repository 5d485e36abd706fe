import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export type Curve = {
  /** 'other' and 'raw' are thin, 'raw' also pale. */
  readonly kind: 'other' | 'raw' | 'chosen' | 'second';
  /** Stands on the curve, to tell it from others of its kind. */
  readonly mark?: string;
  /** x and y; where y is not positive on a logarithmic axis the curve has a gap. */
  readonly points: readonly (readonly [x: number, y: number])[];
};

export type PlotProps = {
  /** What a screen reader says of the plot. */
  label: string;
  curves: readonly Curve[];
  x: readonly [min: number, max: number];
  y: readonly [min: number, max: number];
  isLog?: boolean;
  /** Values on the y axis that get a name. */
  ticks: readonly number[];
  formatY?: (value: number) => string;
  /** A vertical line, with a dot on each curve it names. */
  at?: { x: number; dots: readonly { y: number; isWarm?: boolean }[] };
  /** Dragging over the plot moves `at`; what keys do belongs to a slider elsewhere. */
  onDrag?: (x: number) => void;
  height?: number;
};

const MARGIN = { top: 10, right: 8, bottom: 22, left: 46 };
/** Where marks stand, as shares of the width: side by side, so that none covers another. */
const MARKS = { from: 0.14, to: 0.86 };

/** A few curves over one axis. */
export function Plot({ label, curves, x, y, isLog, ticks, formatY = String, at, onDrag, height = 180 }: PlotProps) {
  const svg = useRef<SVGSVGElement>(null);
  const width = useWidth(svg);
  const toX = scaleLinear()
    .domain([...x])
    .range([MARGIN.left, width - MARGIN.right]);
  const toY = (isLog ? scaleLog() : scaleLinear())
    .domain([...y])
    .range([height - MARGIN.bottom, MARGIN.top])
    .clamp(true);
  const path = line<readonly [number, number]>()
    .defined(([, value]) => Number.isFinite(value) && (!isLog || value > 0))
    .x(([value]) => toX(value))
    .y(([, value]) => toY(value));
  const marked = curves.filter(({ mark }) => mark !== undefined);
  const marks = marked.flatMap(({ mark, points }, i) => {
    const share = MARKS.from + ((MARKS.to - MARKS.from) * i) / Math.max(1, marked.length - 1);
    const wanted = x[0] + share * (x[1] - x[0]);
    const place = nearest(
      points.filter(([, value]) => value >= y[0] && value <= y[1]),
      wanted,
    );
    return place ? [{ mark, x: toX(place[0]), y: toY(place[1]) }] : [];
  });
  const drag = (event: PointerEvent) => {
    const box = svg.current?.getBoundingClientRect();
    if (box) onDrag?.(Math.round(Math.min(x[1], Math.max(x[0], toX.invert(event.clientX - box.left)))));
  };
  return (
    <svg
      ref={svg}
      class={onDrag ? '' : 'still'}
      role="img"
      aria-label={label}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag(event);
      }}
      onPointerMove={(event) => event.buttons > 0 && drag(event)}
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={MARGIN.left} x2={width - MARGIN.right} y1={toY(tick)} y2={toY(tick)} />
          <text x={MARGIN.left - 8} y={toY(tick)} text-anchor="end" dominant-baseline="central">
            {formatY(tick)}
          </text>
        </g>
      ))}
      {toX.ticks(width < 380 ? 4 : 5).map((tick) => (
        <text key={tick} x={toX(tick)} y={height - 5} text-anchor="middle">
          {tick}
        </text>
      ))}
      <line
        class="axis"
        x1={MARGIN.left}
        x2={width - MARGIN.right}
        y1={height - MARGIN.bottom}
        y2={height - MARGIN.bottom}
      />
      {curves.map(({ kind, points }, i) => (
        <path key={i} class={kind} d={path(points as [number, number][]) ?? ''} />
      ))}
      {marks.map(({ mark, x, y }) => (
        <g key={mark} class="mark" transform={`translate(${x} ${y})`}>
          <circle r="7" />
          <text text-anchor="middle" dominant-baseline="central">
            {mark}
          </text>
        </g>
      ))}
      {at && (
        <>
          <line class="now" x1={toX(at.x)} x2={toX(at.x)} y1={MARGIN.top} y2={height - MARGIN.bottom} />
          {at.dots
            .filter(({ y }) => Number.isFinite(y) && (!isLog || y > 0))
            .map(({ y, isWarm }) => (
              <circle key={String(isWarm)} class={`dot${isWarm ? ' warm' : ''}`} cx={toX(at.x)} cy={toY(y)} r="5" />
            ))}
        </>
      )}
    </svg>
  );
}

/** Returns the point whose x is nearest. */
function nearest<P extends readonly [x: number, y: number]>(points: readonly P[], x: number): P | undefined {
  return points.reduce<P | undefined>(
    (best, point) => (best && Math.abs(best[0] - x) <= Math.abs(point[0] - x) ? best : point),
    undefined,
  );
}

function useWidth(element: { current: Element | null }): number {
  const [width, setWidth] = useState(400);
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return;
    const observer = new ResizeObserver(
      ([entry]) => entry && entry.contentRect.width > 0 && setWidth(entry.contentRect.width),
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
