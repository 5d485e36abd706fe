import './styles/base.css';
import './styles/controls.css';
import './styles/layout.css';
import './styles/forced-colours.css';
import { render } from 'preact';
import { App } from './app';

// A file that is dropped beside a place for it would take the page's place.
for (const type of ['dragover', 'drop'] as const) {
  addEventListener(type, (event) => {
    if (!event.defaultPrevented) {
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
    }
  });
}

const root = document.querySelector('#app') as HTMLElement;
root.replaceChildren();
render(<App />, root);
