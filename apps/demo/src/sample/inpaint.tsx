import { drawImages } from '@denoiser/backend-web';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Brush } from '../ui/brush';
import { Select, Slider } from '../ui/fields';
import { Rgba } from '../ui/rgba';
import { conditions, follow, occupy, together } from './draw';
import { samplerOptions } from './samplers';
import { busy, classNames, type Drawing, drawing, type Frame, nameOfClass, seed, selected } from './state';

const VARIANTS = 4;
/** RePaint goes back up now and then, so that old and new part come to agree. */
const REPAINT = {
  sampler: 'repaint',
  steps: 40,
  spacing: 'linspace',
  variance: 'posterior',
  jump: 8,
  resamples: 2,
} as const;
const SIDE = 192;

/** Parts of a picture are painted over, and the network fills them again. */
export function Inpaint() {
  const drawn = drawing.value as Drawing;
  const index = selected.value;
  const frame = drawn.frames.at(-1) as Frame;
  const canvas = useRef<HTMLCanvasElement>(null);
  const radius = useSignal(22);
  const hasMask = useSignal(false);
  const className = useSignal('same');
  const result = useSignal<{ frame: Frame; of: Drawing['captions']; index: number } | undefined>(undefined);
  // Of another picture, or of another drawing, it is out of date.
  const filled = result.value?.of === drawn.captions && result.value.index === index ? result.value.frame : undefined;
  const mine = busy.value?.what === 'inpainting';

  const clear = () => {
    canvas.current?.getContext('2d')?.clearRect(0, 0, SIDE, SIDE);
    hasMask.value = false;
  };
  const half = (x: number, y: number, width: number, height: number) => () => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    clear();
    context.fillStyle = MASK;
    context.fillRect(x * SIDE, y * SIDE, width * SIDE, height * SIDE);
    hasMask.value = true;
  };
  const fill = () =>
    occupy('inpainting', async ({ info }, signal) => {
      const { height, width } = drawn;
      const size = height * width * 4;
      const label = className.value === 'same' ? (drawn.labels[index] ?? -1) : Number(className.value);
      const image = new ImageData(frame.x.slice(index * size, (index + 1) * size), width, height);
      const mask = maskOf(canvas.current as HTMLCanvasElement, height, width);
      const drawing = drawImages(info, {
        ...samplerOptions(info, REPAINT),
        ...together(VARIANTS),
        ...conditions([label]),
        seed: seed.value + 1,
        inpaint: { image, mask },
        signal,
      });
      await follow(drawing, (frames) => {
        result.value = { frame: frames.at(-1) as Frame, of: drawn.captions, index };
      });
      return `The part is filled, in ${VARIANTS} ways.`;
    });

  return (
    <section class="card" aria-labelledby="inpaint-title">
      <h3 id="inpaint-title">Paint over it, and let it be filled</h3>
      <p class="prose">
        Brush over a part of picture {index + 1}. The rest is held fast at every step, with just as much noise as
        belongs there, so the network has to find something that fits.
      </p>
      <div class="pair">
        <div class="stack">
          <div class="paint">
            <Rgba pixels={frame.x} index={index} height={drawn.height} width={drawn.width} />
            <Brush
              label="What to paint over"
              canvas={canvas}
              side={SIDE}
              radius={radius.value}
              colour={MASK}
              onPaint={() => {
                hasMask.value = true;
              }}
            />
          </div>
          <div class="row">
            <button type="button" class="small" onClick={half(0, 0, 1, 0.5)}>
              Top half
            </button>
            <button type="button" class="small" onClick={half(0, 0.5, 1, 0.5)}>
              Bottom half
            </button>
            <button type="button" class="small" onClick={half(0, 0, 0.5, 1)}>
              Left half
            </button>
            <button type="button" class="small quiet" disabled={!hasMask.value} onClick={clear}>
              Clear the brush
            </button>
          </div>
        </div>
        <div class="stack">
          <Slider label="Brush size" signal={radius} min={8} max={48} />
          {classNames.value.length > 0 && (
            <Select
              label="Fill as class"
              signal={className}
              options={[
                { value: 'same', name: `as it was (${drawn.captions[index]})` },
                ...classNames.value.map((name, i) => ({ value: String(i), name })),
                { value: '-1', name: nameOfClass(-1) },
              ]}
            />
          )}
          <div class="row">
            <button type="button" class="primary" disabled={!hasMask.value || busy.value !== undefined} onClick={fill}>
              Fill it in
            </button>
            {mine && (
              <button type="button" onClick={() => busy.value?.stop()}>
                Stop
              </button>
            )}
          </div>
          {!hasMask.value && <p class="hint">Paint over a part first, or choose a half.</p>}
        </div>
      </div>
      {filled && (
        <div class="rowstrip">
          {Array.from({ length: VARIANTS }, (_, i) => (
            <Rgba
              key={i}
              pixels={filled.x}
              index={i}
              height={drawn.height}
              width={drawn.width}
              label={`Filled, variant ${i + 1}`}
            />
          ))}
        </div>
      )}
    </section>
  );
}

/** Shown over the picture; where it is opaque the picture is filled. */
const MASK = 'rgb(240 120 40 / 100%)';

/** The brush's canvas at the picture's size: 255 where at least half of a pixel is painted over, else 0. */
function maskOf(canvas: HTMLCanvasElement, height: number, width: number): Uint8ClampedArray {
  const small = new OffscreenCanvas(width, height);
  const context = small.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.imageSmoothingQuality = 'high';
  context.drawImage(canvas, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return Uint8ClampedArray.from({ length: height * width }, (_, i) => ((data[4 * i + 3] as number) > 127 ? 255 : 0));
}
