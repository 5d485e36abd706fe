import { drawImages } from '@denoiser/backend-web';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { saveImage } from '../save/save-picture';
import { Brush } from '../ui/brush';
import { Select, Slider } from '../ui/fields';
import { Rgba } from '../ui/rgba';
import { page } from '../words/page';
import { sample } from '../words/sample';
import type { Filled } from './code';
import { FoldedCode } from './code-card';
import { conditions, follow, madeWith, occupy, together } from './draw';
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
/** What the picture and the painted part are called when they are saved. */
const FILES = { image: 'picture.png', mask: 'mask.png' };

const text = sample.inpaint;

/** What was filled in, of which drawing's which picture, and how. */
type Result = {
  readonly frame: Frame;
  readonly of: Drawing['captions'];
  readonly index: number;
  readonly task: Filled;
  readonly image: ImageData;
  readonly mask: Uint8ClampedArray;
};

/** Parts of a picture are painted over, and the network fills them again. */
export function Inpaint() {
  const drawn = drawing.value as Drawing;
  const index = selected.value;
  const frame = drawn.frames.at(-1) as Frame;
  const canvas = useRef<HTMLCanvasElement>(null);
  const radius = useSignal(22);
  const hasMask = useSignal(false);
  const className = useSignal('same');
  const result = useSignal<Result | undefined>(undefined);
  // Of another picture, or of another drawing, it is out of date.
  const filled = result.value?.of === drawn.captions && result.value.index === index ? result.value : undefined;
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
    occupy('inpainting', async (loaded, signal) => {
      const { info } = loaded;
      const { height, width } = drawn;
      const size = height * width * 4;
      const label = className.value === 'same' ? (drawn.labels[index] ?? -1) : Number(className.value);
      const image = new ImageData(frame.x.slice(index * size, (index + 1) * size), width, height);
      const mask = maskOf(canvas.current as HTMLCanvasElement, height, width);
      const task: Filled = {
        ...madeWith(loaded, samplerOptions(info, REPAINT), VARIANTS, label),
        seed: seed.value + 1,
        inpaint: FILES,
      };
      const drawing = drawImages(info, {
        ...task.sampler,
        ...together(VARIANTS),
        ...conditions([label]),
        seed: task.seed,
        inpaint: { image, mask },
        signal,
      });
      await follow(drawing, (frames) => {
        result.value = { frame: frames.at(-1) as Frame, of: drawn.captions, index, task, image, mask };
      });
      return text.done(VARIANTS);
    });

  return (
    <section class="card" aria-labelledby="inpaint-title">
      <h3 id="inpaint-title">{text.title}</h3>
      <p class="prose">{text.about(index + 1)}</p>
      <div class="pair">
        <div class="stack">
          <div class="paint">
            <Rgba pixels={frame.x} index={index} height={drawn.height} width={drawn.width} />
            <Brush
              label={text.area}
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
              {text.top}
            </button>
            <button type="button" class="small" onClick={half(0, 0.5, 1, 0.5)}>
              {text.bottom}
            </button>
            <button type="button" class="small" onClick={half(0, 0, 0.5, 1)}>
              {text.left}
            </button>
            <button type="button" class="small quiet" disabled={!hasMask.value} onClick={clear}>
              {text.clear}
            </button>
          </div>
        </div>
        <div class="stack">
          <Slider label={text.size} signal={radius} min={8} max={48} />
          {classNames.value.length > 0 && (
            <Select
              label={text.class}
              signal={className}
              options={[
                { value: 'same', name: text.same(drawn.captions[index] as string) },
                ...classNames.value.map((name, i) => ({ value: String(i), name })),
                { value: '-1', name: nameOfClass(-1) },
              ]}
            />
          )}
          <div class="row">
            <button type="button" class="primary" disabled={!hasMask.value || busy.value !== undefined} onClick={fill}>
              {text.fill}
            </button>
            {mine && (
              <button type="button" onClick={() => busy.value?.stop()}>
                {page.stop}
              </button>
            )}
          </div>
          {!hasMask.value && <p class="hint">{text.first}</p>}
        </div>
      </div>
      {filled && (
        <>
          <div class="rowstrip">
            {Array.from({ length: VARIANTS }, (_, i) => (
              <Rgba
                key={i}
                pixels={filled.frame.x}
                index={i}
                height={drawn.height}
                width={drawn.width}
                label={text.variant(i + 1)}
              />
            ))}
          </div>
          <FoldedCode task={filled.task}>
            <p class="hint">{sample.code.files(FILES.image, FILES.mask)}</p>
            <div class="row">
              <button
                type="button"
                class="small"
                onClick={async () => {
                  await saveImage(filled.image, FILES.image);
                  await saveImage(pictureOfMask(filled.mask, filled.image), FILES.mask);
                }}
              >
                {sample.code.saveFiles}
              </button>
            </div>
          </FoldedCode>
        </>
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

/** The mask as files have it: white is filled, black is kept. */
function pictureOfMask(mask: Uint8ClampedArray, { width, height }: ImageData): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < mask.length; i++) image.data.set([mask[i] ?? 0, mask[i] ?? 0, mask[i] ?? 0, 255], 4 * i);
  return image;
}
