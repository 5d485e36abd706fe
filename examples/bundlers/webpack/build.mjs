// `node webpack/build.mjs`. webpack 5 finds the worker by itself.
import { copyFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import webpack from 'webpack';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = here('../dist/webpack');

rmSync(out, { recursive: true, force: true });
const compiler = webpack({
  mode: 'production',
  context: here('../page'),
  entry: './page.js',
  output: { path: out, filename: 'page.js', module: true, chunkFormat: 'module', publicPath: 'auto' },
  experiments: { outputModule: true },
  performance: { hints: false },
});
compiler.run((error, stats) => {
  if (error) throw error;
  const hasFailed = stats.hasErrors() || stats.hasWarnings();
  if (hasFailed) console.error(stats.toString('errors-warnings'));
  copyFileSync(here('../page/index.html'), `${out}/index.html`);
  compiler.close(() => process.exit(hasFailed ? 1 : 0));
});
