import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Brush } from '../ui/brush';
import { Check, Slider } from '../ui/fields';
import { train } from '../words/train';
import { addEntries } from './dataset';
import { variantsOf } from './variants';

const text = train.pad;
const SIDE = 192;
const COPIES = 16;
const STORED = 64;
const GROUND = '#12141c';
/** Strokes that can be taken back. */
const MOST_UNDONE = 30;

/** A small canvas to draw training pictures on. */
export function DrawingPad({ className }: { className: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const ink = useSignal('#ffd166');
  const radius = useSignal(12);
  const hasCopies = useSignal(true);
  const isErasing = useSignal(false);
  /** What it looked like: empty, and after each stroke. */
  const looks = useSignal<readonly ImageData[]>([]);
  const isDrawn = looks.value.length > 1;
  const added = useSignal(0);
  const id = useId();
  // It is read after every stroke, so it had better lie where that is quick.
  const context = () => canvas.current?.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  const look = () => context().getImageData(0, 0, SIDE, SIDE);
  const clear = () => {
    context().fillStyle = GROUND;
    context().fillRect(0, 0, SIDE, SIDE);
    looks.value = [look()];
  };
  useEffect(clear, []);
  const undo = () => {
    const before = looks.value.at(-2);
    if (!before) return;
    context().putImageData(before, 0, 0);
    looks.value = looks.value.slice(0, -1);
  };
  const add = () => {
    const variants = variantsOf(canvas.current as HTMLCanvasElement, hasCopies.value ? COPIES : 1, STORED);
    added.value++;
    addEntries(variants.map((source, i) => ({ name: text.one(added.value, i + 1), className, source })));
    clear();
  };
  return (
    <div class="stack">
      <div class="pair">
        <div class="paint drawing">
          <Brush
            label={text.label}
            canvas={canvas}
            side={SIDE}
            radius={radius.value}
            colour={isErasing.value ? GROUND : ink.value}
            onPaint={() => {
              looks.value = [...looks.value.slice(-MOST_UNDONE), look()];
            }}
          />
        </div>
        <div class="stack">
          <div class="field">
            <label for={id}>{text.ink}</label>
            <input
              id={id}
              type="color"
              value={ink.value}
              onInput={(event) => {
                ink.value = event.currentTarget.value;
              }}
            />
          </div>
          <Slider label={text.size} signal={radius} min={4} max={40} />
          <Check label={text.rubOut} signal={isErasing} />
        </div>
      </div>
      <Check label={text.copies(COPIES - 1)} hint={text.copiesHint} signal={hasCopies} />
      <div class="row">
        <button type="button" disabled={!isDrawn} onClick={add}>
          {text.add(className)}
        </button>
        <button type="button" class="quiet" disabled={!isDrawn} onClick={undo}>
          {text.undo}
        </button>
        <button type="button" class="quiet" disabled={!isDrawn} onClick={clear}>
          {text.clear}
        </button>
      </div>
    </div>
  );
}
