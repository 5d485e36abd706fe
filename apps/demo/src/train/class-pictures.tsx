import { useSignal } from '@preact/signals';
import { focusHeading } from '../ui/focus';
import { train as text } from '../words/train';
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
  const what = text.ofClass(name);
  return (
    <li class="class">
      <div class="row" style={{ justifyContent: 'space-between' }}>
        <strong>
          {name || text.noClass} <span class="value">{members.length}</span>
        </strong>
        <div class="row">
          <button
            type="button"
            class="small quiet"
            aria-pressed={isChoosing.value}
            aria-label={text.removeSomeOf(what)}
            onClick={() => {
              isChoosing.value = !isChoosing.value;
            }}
          >
            {text.removeSome}
          </button>
          <button
            type="button"
            class="small quiet"
            aria-label={text.removeAllOf(what)}
            onClick={() => {
              removeEntries(({ className }) => className === name);
              focusHeading('dataset-title');
            }}
          >
            {text.removeAll}
          </button>
        </div>
      </div>
      {isChoosing.value && <p class="hint">{text.removeHint}</p>}
      <div class="thumbs" {...(!isChoosing.value && { 'aria-hidden': 'true' })}>
        {shown.map((entry) =>
          isChoosing.value ? (
            <button
              key={entry}
              type="button"
              aria-label={text.removeOne(entry.name)}
              onClick={({ currentTarget }) => {
                const neighbour = currentTarget.nextElementSibling ?? currentTarget.previousElementSibling;
                (neighbour as HTMLElement | null)?.focus(); // the one that has it goes
                removeEntries((other) => other === entry);
                focusHeading('dataset-title'); // of the last one
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
          aria-label={text.moreOf(Math.min(MORE, hidden), what)}
          style={{ justifySelf: 'start' }}
          onClick={() => {
            most.value += MORE;
          }}
        >
          {text.more(Math.min(MORE, hidden))}
        </button>
      )}
    </li>
  );
}
