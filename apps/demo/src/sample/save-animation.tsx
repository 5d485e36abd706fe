import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { inThePagesWords } from '../ui/in-the-pages-words';
import { Notice } from '../ui/notice';
import { sample as text } from '../words/sample';
import type { Drawing } from './state';

/** A button that makes a GIF of the whole way; the encoder is fetched when it is first used. */
export function SaveAnimation({
  name,
  drawing,
  columns,
  file,
  only,
  disabled,
}: {
  name: string;
  drawing: Drawing;
  columns: number;
  file: string;
  /** One picture's number; default all. */
  only?: number;
  disabled: boolean;
}) {
  const done = useSignal<number | undefined>(undefined);
  const failure = useSignal('');
  useEffect(() => {
    failure.value = '';
  }, [drawing.captions, only]); // of other pictures
  const save = async () => {
    failure.value = '';
    done.value = 0;
    const encoder = await import('../save/save-animation').catch(() => undefined);
    if (!encoder) {
      failure.value = text.encoderMissing;
      done.value = undefined;
      return;
    }
    try {
      await encoder.saveAnimation({
        drawing,
        columns,
        file,
        ...(only !== undefined && { only }),
        onProgress: (share) => {
          done.value = share;
        },
      });
    } catch (error) {
      failure.value = text.notMade(inThePagesWords(error));
    } finally {
      done.value = undefined;
    }
  };
  return (
    <>
      <button type="button" class="small" disabled={disabled || done.value !== undefined} onClick={save}>
        {done.value === undefined ? name : text.making(done.value)}
      </button>
      {failure.value && <Notice kind="error">{failure.value}</Notice>}
    </>
  );
}
