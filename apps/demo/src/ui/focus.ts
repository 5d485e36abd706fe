/** Gives the focus to a heading, as what had it is gone: without it the keyboard would start at the top of the page again. */
export function focusHeading(...ids: readonly string[]): void {
  // After what is gone has gone.
  requestAnimationFrame(() => {
    const heading = ids.map((id) => document.getElementById(id)).find((element) => element !== null);
    if (!heading || (document.activeElement !== document.body && document.activeElement !== null)) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  });
}
