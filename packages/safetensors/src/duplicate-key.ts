/**
 * The first key that stands twice in one object of a JSON text, which `JSON.parse` would pass over in silence. The text
 * must be valid JSON.
 */
export function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  let at = 0;
  while (at < json.length) {
    const character = json[at];
    if (character === '{') open.push(new Set());
    else if (character === '}') open.pop();
    else if (character === '"') {
      const end = endOfString(json, at);
      if (nextCharacter(json, end) === ':') {
        const key = JSON.parse(json.slice(at, end)) as string;
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      at = end;
      continue;
    }
    at++;
  }
  return undefined;
}

/** The place behind the closing quote of the string that opens at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function nextCharacter(json: string, from: number): string | undefined {
  let at = from;
  while (at < json.length && ' \t\n\r'.includes(json.charAt(at))) at++;
  return json[at];
}
