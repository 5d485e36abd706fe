import './styles/base.css';
import './styles/controls.css';
import './styles/layout.css';
import { render } from 'preact';
import { App } from './app';

const root = document.querySelector('#app') as HTMLElement;
root.replaceChildren();
render(<App />, root);
