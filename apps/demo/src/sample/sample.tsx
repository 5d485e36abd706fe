export function Sample() {
  return <p>…</p>;
}
