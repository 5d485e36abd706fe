/** How the report looks, by day and by night. Text has a contrast of at least 4.5 to its ground, marks of 3. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --text: #1c1f23; --quiet: #565d66; --rule: #dfe3e8; --tone-1: #1f5f99; --tone-2: #b3541e; --tone-3: #2b7a3d; --tone-4: #8a3d9c; --tone-5: #a3174d; --tone-6: #5d6b00; --panel: #f6f7f9; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171a; --text: #e7eaee; --quiet: #a3abb5; --rule: #333a42; --tone-1: #6fb3ec; --tone-2: #f0a268; --tone-3: #7fce8f; --tone-4: #d39be2; --tone-5: #f58fb0; --tone-6: #c8d466; --panel: #1c2126; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 60rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.quiet, figcaption, caption, summary { color: var(--quiet); }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1rem 0; }
dl.facts div { background: var(--panel); border-radius: .5rem; padding: .6rem .8rem; }
dt { color: var(--quiet); font-size: .85rem; }
dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; overflow: visible; }
svg text { fill: var(--quiet); }
@media (max-width: 40rem) { main svg { font-size: 18px; } }
.grid { stroke: var(--rule); } .axis { stroke: var(--quiet); fill: none; }
.dots { stroke-width: 3; stroke-linecap: round; stroke-opacity: .4; fill: none; }
.line { stroke-width: 2; stroke-linejoin: round; fill: none; }
${[1, 2, 3, 4, 5, 6].map((tone) => `.tone-${tone} { stroke: var(--tone-${tone}); }`).join(' ')}
.dashed { stroke-dasharray: 6 4; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .25rem 0; padding: 0; list-style: none; color: var(--quiet); }
.legend svg { display: inline-block; width: 1.75rem; height: .75rem; margin-right: .4rem; }
.grids { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: 1.25rem; align-items: start; }
figure { margin: 0; } figure img { display: block; width: 100%; height: auto; image-rendering: pixelated; background: #000; border-radius: .25rem; }
details { margin: .5rem 0; } summary { cursor: pointer; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; } th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere; }
th[scope=row] { font-weight: 400; white-space: nowrap; }
.readout { fill: var(--text); paint-order: stroke; stroke: var(--ground); stroke-width: 4px; }
`;

/** Shows the value under the pointer. Everything can be read without it. */
export const SCRIPT = `
for (const svg of document.querySelectorAll('svg[data-readout]')) {
  const points = JSON.parse(svg.dataset.readout);
  if (points.length === 0) continue;
  const make = (name, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const mark = make('circle', { r: 4, class: 'tone-1', fill: 'none', 'stroke-width': 2 });
  const text = make('text', { class: 'readout', y: 26 });
  const group = make('g', { visibility: 'hidden', 'aria-hidden': 'true' });
  group.append(mark, text);
  svg.append(group);
  svg.addEventListener('pointermove', ({ clientX, clientY }) => {
    const at = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse()).x;
    const [x, y, label] = points.reduce((best, point) => (Math.abs(point[0] - at) < Math.abs(best[0] - at) ? point : best));
    mark.setAttribute('cx', x);
    mark.setAttribute('cy', y);
    text.setAttribute('x', x);
    text.setAttribute('text-anchor', x > 600 ? 'end' : x < 160 ? 'start' : 'middle');
    text.textContent = label;
    group.setAttribute('visibility', 'visible');
  });
  svg.addEventListener('pointerleave', () => group.setAttribute('visibility', 'hidden'));
}
`;
