import type { ComponentChildren } from 'preact';
import { CopyButton } from '../ui/copy-button';
import { sample } from '../words/sample';
import { asCommand, asJavaScript, type Task } from './code';
import { type Drawing, drawing } from './state';

const text = sample.code;

/** The program and the command that draw what is shown. */
export function Code() {
  return (
    <section class="card" aria-labelledby="code-title">
      <h3 id="code-title">{text.title}</h3>
      <Programs task={(drawing.value as Drawing).made} />
    </section>
  );
}

/** The same beneath another result, folded; `children` stand before the program. */
export function FoldedCode({ task, children }: { task: Task; children?: ComponentChildren }) {
  return (
    <details>
      <summary>{text.summary}</summary>
      <div class="stack">
        {children}
        <Programs task={task} />
      </div>
    </details>
  );
}

function Programs({ task }: { task: Task }) {
  const program = asJavaScript(task);
  const command = asCommand(task);
  return (
    <>
      <p class="hint">{task.model.isShipped ? text.shipped : text.own}</p>
      <pre>
        <code>{program}</code>
      </pre>
      <CopyButton name={text.javaScript} text={() => program} />
      {command === undefined ? (
        <p class="hint">{text.noCommand}</p>
      ) : (
        <>
          <pre>
            <code>{command}</code>
          </pre>
          <CopyButton name={text.command} text={() => command} />
        </>
      )}
    </>
  );
}
