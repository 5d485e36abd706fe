/** What this program says beyond ASCII, and how it is said without. */
const PLAIN: Readonly<Record<string, string>> = {
  '×': 'x',
  '…': '...',
  '−': '-',
  '–': '-',
  '—': '-',
  '±': '+-',
  '≥': '>=',
  '≤': '<=',
  '·': '*',
  '’': "'",
  '‖': '||',
  '²': '^2',
  '→': '->',
  α: 'alpha',
  ᾱ: 'alpha-bar',
  β: 'beta',
  β̃: 'beta~',
  γ: 'gamma',
  ε: 'eps',
  η: 'eta',
  λ: 'lambda',
  ρ: 'rho',
  σ: 'sigma',
  '₀': '0',
  '₁': '1',
  '₂': '2',
};
const KNOWN = new RegExp(
  Object.keys(PLAIN)
    .sort((a, b) => b.length - a.length)
    .join('|'),
  'g',
);

/** Returns whether a terminal of this environment shows UTF-8, as its locale says. Windows' always do. */
export const showsUtf8 = (env: NodeJS.ProcessEnv = process.env, platform = process.platform): boolean =>
  platform === 'win32' || /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');

/** Returns a text without the letters that this program itself puts beyond ASCII; names of files stay what they are. */
export const inAscii = (text: string): string => text.replace(KNOWN, (letter) => PLAIN[letter] as string);
