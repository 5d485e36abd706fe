import { imagesFromDrop, imagesFromFiles, type TrainingImage } from '@denoiser/backend-web';
import { useSignal } from '@preact/signals';
import { Drop } from '../ui/drop';
import { TextField } from '../ui/fields';
import { focusHeading } from '../ui/focus';
import { Notice } from '../ui/notice';
import { train as text } from '../words/train';
import { Camera } from './camera';
import { ClassPictures } from './class-pictures';
import { addEntries, classes, type Entry, entries, removed } from './dataset';
import { DrawingPad } from './drawing-pad';
import { FACES, facePictures } from './faces';
import { MOST, sortOut } from './sort-out';

const TITLE = 'dataset-title';
const OF_EACH_FACE = 200;
const AT_ONCE = 20;

/** The pictures to learn from. */
export function DatasetCard() {
  const className = useSignal('');
  const failure = useSignal('');
  const count = entries.value.length;
  const add = (found: readonly TrainingImage[]) => {
    const { pictures, failures } = sortOut(found, MOST - count);
    failure.value = failures.join(' ');
    const given = className.value.trim();
    addEntries(pictures.map(({ name, source, className }) => ({ name, source, className: given || className })));
  };
  return (
    <section class="card" aria-labelledby={TITLE}>
      <h3 id={TITLE}>
        {text.dataset} <span class="value">{count > 0 ? count : ''}</span>
      </h3>
      {count === 0 && (
        <Notice
          action={{
            name: text.ready.use,
            run: () => void addFaces().then(() => focusHeading(TITLE)),
          }}
        >
          {text.ready.about(FACES.length * OF_EACH_FACE)}
        </Notice>
      )}
      <TextField label={text.className} hint={text.classHint} signal={className} />
      <Drop
        button={text.add}
        accept="image/*"
        multiple
        onFiles={(files) => add(imagesFromFiles(files))}
        onTransfer={async (transfer) => add(await imagesFromDrop(transfer))}
      >
        {text.addHint}
      </Drop>
      {failure.value && <Notice kind="error">{failure.value}</Notice>}
      <details>
        <summary>{text.drawSome}</summary>
        <DrawingPad className={className.value.trim()} />
      </details>
      <details>
        <summary>{text.useCamera}</summary>
        <Camera className={className.value.trim()} />
      </details>
      {removed.value && (
        <Notice
          action={{
            name: text.undo,
            run() {
              removed.value?.undo();
              focusHeading(TITLE);
            },
          }}
        >
          {text.removed(removed.value.count)}
        </Notice>
      )}
      {count > 0 && (
        <ul class="classes" aria-label={text.classes}>
          {classes.value.map(({ name, members }) => (
            <ClassPictures key={name} name={name} members={members} />
          ))}
        </ul>
      )}
    </section>
  );
}

let adding: Promise<void> | undefined;

/** Adds the faces, once however often that is asked for meanwhile. */
function addFaces(): Promise<void> {
  adding ??= drawFaces().finally(() => {
    adding = undefined;
  });
  return adding;
}

/** Drawn a few at a time, so that the page never stands still for long, and added all at once. */
async function drawFaces(): Promise<void> {
  const drawn: Entry[] = [];
  for (const mood of FACES) {
    const className = text.ready.names[mood];
    for (let first = 0; first < OF_EACH_FACE; first += AT_ONCE) {
      const sources = facePictures(mood, { first, count: AT_ONCE });
      drawn.push(
        ...sources.map((source, i) => ({ name: text.ready.one(className, first + i + 1), className, source })),
      );
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  addEntries(drawn);
}
