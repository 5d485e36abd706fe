import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { pictureFromFile } from '../pictures/from-file';
import { Drop } from '../ui/drop';
import { Check, Choice, NumberField, Slider } from '../ui/fields';
import { NextTab } from '../ui/next-tab';
import { Notice } from '../ui/notice';
import { usePaints } from '../ui/paints';
import { Pixels } from '../ui/pixels';
import { forward as text } from '../words/forward';
import { page } from '../words/page';
import { Curves } from './curves';
import { Equation } from './equation';
import { Film } from './film';
import { Histogram } from './histogram';
import { noiseSchedules, T } from './noise-schedules';
import { isZeroTerminal, labelOfPicture, pictureName, pictures, SIDE, scheduleName, seed, t } from './state';

/** Tab 1: a picture drowns in noise. */
export function Forward() {
  const paints = usePaints(3);
  return (
    <>
      <header class="intro">
        <h2>{text.title}</h2>
        <p>{text.intro}</p>
      </header>
      <div class="with-controls after">
        <div class="stack">
          <div class="card">
            <Equation />
            <Time />
            <Film />
          </div>
          {paints > 1 && <Histogram />}
        </div>
        {paints > 0 && <Controls />}
      </div>
      {paints > 2 && <Curves />}
      <NextTab to="sample">{text.next}</NextTab>
    </>
  );
}

function Controls() {
  const failure = useSignal('');
  const add = async ([file]: readonly File[]) => {
    if (!file) return;
    try {
      const picture = await pictureFromFile(file, SIDE);
      const name = text.yours(file.name);
      pictures.value = [
        ...pictures.value.filter((other) => other.name !== name),
        { name, thumb: () => picture, whole: () => picture },
      ];
      pictureName.value = name;
      failure.value = '';
    } catch (error) {
      failure.value = (error as Error).message;
    }
  };
  const about = noiseSchedules.find(({ value }) => value === scheduleName.value)?.about;
  return (
    <form class="card controls" aria-label={text.controls} onSubmit={(event) => event.preventDefault()}>
      <Choice
        label={text.picture}
        value={pictureName.value}
        options={pictures.value.map(({ name }) => ({ value: name, name: labelOfPicture(name) }))}
        face={({ value }) => {
          const found = pictures.value.find(({ name }) => name === value);
          return found && <Pixels picture={found.thumb()} />;
        }}
        onInput={(name) => {
          pictureName.value = name;
        }}
      />
      <Drop button={text.choose} accept="image/*" onFiles={add}>
        {text.chooseHint}
      </Drop>
      {failure.value && <Notice kind="error">{failure.value}</Notice>}
      <Choice label={text.schedule} hint={about} signal={scheduleName} options={noiseSchedules} />
      <Check label={text.zeroTerminal} hint={text.zeroTerminalHint} signal={isZeroTerminal} />
      <NumberField label={text.seed} hint={text.seedHint} signal={seed} min={0} max={999999} />
    </form>
  );
}

function Time() {
  const isPlaying = useSignal(false);
  useEffect(() => {
    if (!isPlaying.value) return;
    let [frame, last] = [0, performance.now()];
    const tick = (now: number) => {
      const next = t.value + Math.max(1, Math.round((now - last) / 6)); // the whole way in six seconds
      last = now;
      t.value = Math.min(T - 1, next);
      if (t.value === T - 1) isPlaying.value = false;
      else frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying.value]);
  return (
    <div class="time">
      <button
        type="button"
        onClick={() => {
          if (!isPlaying.value && t.value === T - 1) t.value = 0;
          isPlaying.value = !isPlaying.value;
        }}
      >
        {isPlaying.value ? page.stop : page.play}
      </button>
      <Slider
        label={text.time}
        value={t.value}
        min={0}
        max={T - 1}
        text={text.timeText(t.value, T - 1)}
        hint={text.timeHint}
        onInput={(next) => {
          isPlaying.value = false;
          t.value = next;
        }}
      />
    </div>
  );
}
