/** How much the page may keep, and how safely. */
export type StorageStatus = {
  /** Whether the browser has promised not to clear it when space is short. */
  readonly isPersistent: boolean;
  readonly usedBytes: number;
  /** What the browser would let the page use in all. */
  readonly quotaBytes: number;
};

type Storage = Pick<StorageManager, 'persist' | 'persisted' | 'estimate'>;

/** Returns how full the page's storage is; undefined where the browser does not tell. */
export async function storageStatus(storage = browserStorage()): Promise<StorageStatus | undefined> {
  if (!storage?.estimate) return undefined;
  const [{ usage = 0, quota = 0 }, isPersistent] = await Promise.all([storage.estimate(), storage.persisted()]);
  return { isPersistent, usedBytes: usage, quotaBytes: quota };
}

/**
 * Asks the browser not to clear the page's storage when space is short, best in answer to a click: some browsers ask the
 * user. Without that promise runs are kept, but not for certain.
 *
 * @returns whether it is promised.
 */
export async function persistStorage(storage = browserStorage()): Promise<boolean> {
  if (!storage?.persist) return false;
  return (await storage.persisted()) || storage.persist();
}

const browserStorage = (): Storage | undefined =>
  (globalThis as { navigator?: { storage?: Storage } }).navigator?.storage;
