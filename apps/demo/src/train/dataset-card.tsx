import { imagesFromDrop, imagesFromFiles, type TrainingImage } from '@denoiser/backend-web';
import { useSignal } from '@preact/signals';
import { Drop } from '../ui/drop';
import { TextField } from '../ui/fields';
import { Notice } from '../ui/notice';
import { Camera } from './camera';
import { ClassPictures } from './class-pictures';
import { addEntries, classes, type Entry, entries, removed } from './dataset';
import { DrawingPad } from './drawing-pad';
import { SHAPES, shapePictures } from './shapes';
import { MOST, sortOut } from './sort-out';

const OF_EACH_SHAPE = 120;
const AT_ONCE = 30;

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
    <section class="card" aria-labelledby="dataset-title">
      <h3 id="dataset-title">
        Pictures <span class="value">{count > 0 ? count : ''}</span>
      </h3>
      {count === 0 && (
        <Notice
          action={{
            name: 'Use the shapes',
            run: addShapes,
          }}
        >
          Nothing at hand? The page can draw {SHAPES.length * OF_EACH_SHAPE} coloured circles, squares and triangles to
          learn from.
        </Notice>
      )}
      <TextField
        label="Class of new pictures"
        hint="What the pictures that you add next show, such as “cat”. With classes you can later ask for one. Leave it empty to do without."
        signal={className}
      />
      <Drop
        button="Add pictures…"
        accept="image/*"
        multiple
        onFiles={(files) => add(imagesFromFiles(files))}
        onTransfer={async (transfer) => add(await imagesFromDrop(transfer))}
      >
        or drop them here; a folder with one folder for each class is fine, too. Twenty are enough to try, hundreds are
        better
      </Drop>
      {failure.value && <Notice kind="error">{failure.value}</Notice>}
      <details>
        <summary>Draw some</summary>
        <DrawingPad className={className.value.trim()} />
      </details>
      <details>
        <summary>Use the camera</summary>
        <Camera className={className.value.trim()} />
      </details>
      {removed.value && (
        <Notice action={{ name: 'Undo', run: removed.value.undo }}>
          {removed.value.count === 1 ? 'One picture was removed.' : `${removed.value.count} pictures were removed.`}
        </Notice>
      )}
      {count > 0 && (
        <ul class="classes" aria-label="Classes">
          {classes.value.map(({ name, members }) => (
            <ClassPictures key={name} name={name} members={members} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** Drawn a few at a time, so that the page never stands still for long, and added all at once. */
async function addShapes(): Promise<void> {
  const drawn: Entry[] = [];
  for (const shape of SHAPES) {
    for (let first = 0; first < OF_EACH_SHAPE; first += AT_ONCE) {
      const sources = shapePictures(shape, { first, count: AT_ONCE });
      drawn.push(...sources.map((source, i) => ({ name: `${shape} ${first + i + 1}`, className: shape, source })));
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  addEntries(drawn);
}
