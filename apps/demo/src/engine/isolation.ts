import { page } from '../words/page';

/** Whether this page could become cross-origin isolated by its own service worker. */
export const canIsolate = (): boolean =>
  !globalThis.crossOriginIsolated && globalThis.isSecureContext && 'serviceWorker' in navigator;

/**
 * Loads the page again with the headers that give the CPU engine its threads, from a service worker where the host does
 * not send them.
 *
 * @throws Error with a sentence if the browser refuses.
 */
export async function isolate(): Promise<void> {
  try {
    await navigator.serviceWorker.register(new URL('isolation.js', document.baseURI));
    await navigator.serviceWorker.ready;
  } catch {
    throw new Error(page.device.notIsolated);
  }
  location.reload();
}
