import { CopyButton } from '../ui/copy-button';
import { words } from '../words';
import { asCommand, asJavaScript } from './code';
import { type Drawing, drawing } from './state';

/** The program and the command that draw what is shown. */
export function Code() {
  const { made } = drawing.value as Drawing;
  const program = asJavaScript(made);
  const command = asCommand(made);
  return (
    <section class="card" aria-labelledby="code-title">
      <h3 id="code-title">{words.sample.code}</h3>
      <p class="hint">{made.model.isShipped ? words.sample.codeAbout : words.sample.codeOwn}</p>
      <pre>
        <code>{program}</code>
      </pre>
      <CopyButton name={words.sample.copyJavaScript} text={() => program} />
      {command === undefined ? (
        <p class="hint">{words.sample.noCommand}</p>
      ) : (
        <>
          <pre>
            <code>{command}</code>
          </pre>
          <CopyButton name={words.sample.copyCommand} text={() => command} />
        </>
      )}
    </section>
  );
}
