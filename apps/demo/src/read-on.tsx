import { words } from './words';

declare const __REPOSITORY__: string; // see vite.config.ts

/** Where there is more, and what the page does not do. */
export function ReadOn() {
  const links = [
    ...(__REPOSITORY__
      ? [
          { name: words.read.source, href: __REPOSITORY__ },
          { name: words.read.documentation, href: `${__REPOSITORY__}/tree/main/docs` },
        ]
      : []),
    ...words.read.papers,
  ];
  return (
    <nav class="read-on" aria-label={words.read.label}>
      <p>{words.read.private}</p>
      <ul>
        {links.map(({ name, href }) => (
          <li key={href}>
            <a href={href}>{name}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
