import { page } from './words/page';

const text = page.readOn;

declare const __REPOSITORY__: string; // see vite.config.ts

/** Where there is more, and what the page does not do. */
export function ReadOn() {
  const links = [
    ...(__REPOSITORY__
      ? [
          { name: text.source, href: __REPOSITORY__ },
          { name: text.documentation, href: `${__REPOSITORY__}/tree/main/docs` },
        ]
      : []),
    ...text.papers,
  ];
  return (
    <nav class="read-on" aria-label={text.label}>
      <p>{text.private}</p>
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
