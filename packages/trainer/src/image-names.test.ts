import { expect, test } from 'vitest';
import { isLitter, isLitterPath } from './image-names';

test.each([
  ...['.DS_Store', '._a.png', '.git', '.Trashes', '.thumbnails', '.hidden.png', '..'],
  ...['@eaDir', '@EADIR', '@tmp', '@Recycle', '#recycle', '#snapshot', 'a.png@SynoEAStream'],
  ...['$RECYCLE.BIN', 'System Volume Information', 'Thumbs.db', 'thumbs.db', 'ehthumbs.db'],
  ...['desktop.ini', 'Desktop.ini', 'lost+found', '__MACOSX', 'Icon\r', 'Network Trash Folder', 'Temporary Items'],
  ...[
    'x.png~',
    '~$x.docx',
    '#x.png#',
    '.x.png.swp',
    'x.png.swp',
    'x.jpg.part',
    'x.png.crdownload',
    'x.png.tmp',
    'x.bak',
  ],
])('%s is litter', (name) => {
  expect(isLitter(name)).toBe(true);
  expect(isLitterPath(`pictures/cat/${name}`)).toBe(true);
  expect(isLitterPath(`pictures/${name}/1.png`)).toBe(true);
});

test.each([
  ...[
    'a.png',
    'a.b.jpeg',
    '犬',
    'Chät',
    'emoji 🐈',
    'a~b.png',
    '#1.png',
    '@home',
    'lost and found',
    'thumbs',
    'icon',
    'part',
  ],
  ...['recycle', 'recycled', 'template.png', 'download', '$5.png'],
])('%s is not', (name) => {
  expect(isLitter(name)).toBe(false);
  expect(isLitterPath(`pictures/${name}/1.png`)).toBe(false);
});
