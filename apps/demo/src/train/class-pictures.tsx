import { useSignal } from '@preact/signals';
import { type Entry, removeEntries } from './dataset';
import { Thumb } from './thumb';

const AT_FIRST = 16;
const MORE = 64;

/** The pictures of a class, the newest first, a few until more are asked for; one by one, or all at once, they can be removed. */
export function ClassPictures({ name, members }: { name: string; members: readonly Entry[] }) {
  const most = useSignal(AT_FIRST);
  const isChoosing = useSignal(false);
  const shown = members.toReversed().slice(0, most.value);
  const hidden = members.length - shown.length;
  const what = name || 'pictures without class';
  return (
    <li class="class">
      <div class="row" style={{ justifyContent: 'space-between' }}>
        <strong>
          {name || 'without class'} <span class="value">{members.length}</span>
        </strong>
        <div class="row">
          <button
            type="button"
            class="small quiet"
            aria-pressed={isChoosing.value}
            aria-label={`Remove single ones of ${what}`}
            onClick={() => {
              isChoosing.value = !isChoosing.value;
            }}
          >
            Remove single ones
          </button>
          <button
            type="button"
            class="small quiet"
            aria-label={`Remove all of ${what}`}
            onClick={() => removeEntries(({ className }) => className === name)}
          >
            Remove all
          </button>
        </div>
      </div>
      {isChoosing.value && <p class="hint">Press a picture to remove it.</p>}
      <div class="thumbs" {...(!isChoosing.value && { 'aria-hidden': 'true' })}>
        {shown.map((entry) =>
          isChoosing.value ? (
            <button
              key={entry}
              type="button"
              aria-label={`Remove ${entry.name}`}
              onClick={({ currentTarget }) => {
                const neighbour = currentTarget.nextElementSibling ?? currentTarget.previousElementSibling;
                (neighbour as HTMLElement | null)?.focus(); // the one that has it goes
                removeEntries((other) => other === entry);
              }}
            >
              <Thumb source={entry.source} />
            </button>
          ) : (
            <Thumb key={entry} source={entry.source} />
          ),
        )}
      </div>
      {hidden > 0 && (
        <button
          type="button"
          class="small quiet"
          aria-label={`Show ${Math.min(MORE, hidden)} more of ${what}`}
          style={{ justifySelf: 'start' }}
          onClick={() => {
            most.value += MORE;
          }}
        >
          Show {Math.min(MORE, hidden)} more
        </button>
      )}
    </li>
  );
}
