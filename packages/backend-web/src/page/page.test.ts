import { expect, test } from 'vitest';
import { classesOfPaths } from '../images/classes-of-paths';
import { imagesFromDrop, imagesFromFiles } from './images-from-files';
import { pauseWhenHidden } from './pause-when-hidden';
import { persistStorage, storageStatus } from './storage-status';

test('folders name the classes', () => {
  expect(classesOfPaths(['pets/cat/1.png', 'pets/dog/2.png', 'pets/dog/old/3.png'])).toEqual(['cat', 'dog', 'dog']);
  expect(classesOfPaths(['cat/1.png', 'dog/2.png', '3.png'])).toEqual(['cat', 'dog', undefined]);
  expect(classesOfPaths(['cats/1.png', 'cats/2.png'])).toEqual([undefined, undefined]);
  expect(classesOfPaths(['1.png', '2.png'])).toEqual([undefined, undefined]);
  expect(classesOfPaths([])).toEqual([]);
});

const file = (path: string) =>
  Object.assign(new File(['x'], path.split('/').at(-1) as string), {
    webkitRelativePath: path.includes('/') ? path : '',
  });

test('chosen files come in the order of their paths, without what systems leave in folders', () => {
  const names = (paths: string[]) => imagesFromFiles(paths.map(file)).map(({ name, className }) => [name, className]);
  const litter = ['.DS_Store', 'cat/Thumbs.db', '@eaDir/a.png', 'lost+found/b.png', '$RECYCLE.BIN/c.png', 'cat/a.png~'];
  const left = litter.map((path) => `pets/${path}`);
  expect(names(['pets/dog/b.png', ...left, 'pets/cat/a.png'])).toEqual([
    ['pets/cat/a.png', 'cat'],
    ['pets/dog/b.png', 'dog'],
  ]);
  expect(names(['b.png', 'a.png'])).toEqual([
    ['a.png', undefined],
    ['b.png', undefined],
  ]);
});

test('a dropped folder is read to its end, however many calls that takes', async () => {
  const fileEntry = (path: string) => ({
    isFile: true,
    fullPath: `/${path}`,
    file: (resolve: (file: File) => void) => resolve(file(path)),
  });
  const folderEntry = (path: string, inner: object[]) => ({
    isFile: false,
    fullPath: `/${path}`,
    createReader() {
      const left = [...inner];
      return { readEntries: (resolve: (some: object[]) => void) => resolve(left.splice(0, 100)) };
    },
  });
  const cats = Array.from({ length: 250 }, (_, i) => fileEntry(`pets/cat/${i}.png`));
  const top = folderEntry('pets', [
    folderEntry('pets/cat', cats),
    folderEntry('pets/dog', [fileEntry('pets/dog/0.png')]),
  ]);
  const transfer = { items: [{ webkitGetAsEntry: () => top }], files: [] } as unknown as DataTransfer;
  const images = await imagesFromDrop(transfer);
  expect(images).toHaveLength(251);
  expect(images.filter(({ className }) => className === 'cat')).toHaveLength(250);
  expect(images.at(-1)).toMatchObject({ name: 'pets/dog/0.png', className: 'dog' });
});

test('training rests while the page is hidden, and what the user paused stays paused', () => {
  const page = Object.assign(new EventTarget(), { hidden: false });
  const asked: string[] = [];
  let byUser = false;
  const session = { pause: async () => void asked.push('pause'), resume: async () => void asked.push('resume') };
  const end = pauseWhenHidden(session, { page: page as unknown as Document, isPausedByUser: () => byUser });
  const show = (hidden: boolean) => {
    page.hidden = hidden;
    page.dispatchEvent(new Event('visibilitychange'));
  };
  show(true);
  show(false);
  expect(asked).toEqual(['pause', 'resume']);
  byUser = true;
  show(true);
  show(false);
  expect(asked).toEqual(['pause', 'resume']);
  byUser = false;
  end();
  show(true);
  expect(asked).toEqual(['pause', 'resume']);
});

test('the storage is asked to last only if it was not promised yet', async () => {
  let asked = 0;
  const storage = (isPersistent: boolean) => ({
    persisted: async () => isPersistent,
    persist: async () => ++asked > 0,
    estimate: async () => ({ usage: 5, quota: 10 }),
  });
  expect(await persistStorage(storage(true))).toBe(true);
  expect(asked).toBe(0);
  expect(await persistStorage(storage(false))).toBe(true);
  expect(asked).toBe(1);
  expect(await storageStatus(storage(false))).toEqual({ isPersistent: false, usedBytes: 5, quotaBytes: 10 });
});
