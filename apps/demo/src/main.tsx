import { render } from 'preact';

render(<h1>denoiser</h1>, document.querySelector('#app') as HTMLElement);
