/** Pieces of HTML as text. */

export const escapeHtml = (text: string): string => text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** Returns a table with a caption; the first cell of a row names it. Cells are text, not HTML. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const headings = head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('');
  const body = rows.map(
    ([name = '', ...cells]) =>
      `<tr><th scope="row">${escapeHtml(name)}</th>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  return `<table><caption>${escapeHtml(caption)}</caption><thead><tr>${headings}</tr></thead><tbody>${body.join('\n')}</tbody></table>`;
}

/** Returns a section that can be jumped to. */
export const section = (id: string, title: string, ...content: readonly string[]): string =>
  `<section aria-labelledby="${id}">\n<h2 id="${id}">${escapeHtml(title)}</h2>\n${content.join('\n')}\n</section>`;

export const details = (summary: string, content: string): string =>
  `<details><summary>${escapeHtml(summary)}</summary>\n${content}\n</details>`;

/** Returns a whole document that needs no other file. */
export const page = (o: { title: string; style: string; script: string; body: string }): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(o.title)}</title>
<style>${o.style}</style>
</head>
<body>
${o.body}
<script>${o.script}</script>
</body>
</html>
`;
