import { dirname, join } from 'node:path';
import { type ByteSource, type OpenTensors, openShards } from '@denoiser/safetensors';
import { openUrlSource } from '../download/url-source';
import { openFileSource } from '../files/file-source';

const INDEX = /\.safetensors\.index\.json$/i;

/** Opens the weights at a path or an address: a safetensors file, or the index of several, which stand beside it. */
export async function openWeights(
  place: string | URL,
): Promise<(ByteSource & { close(): Promise<void> }) | OpenTensors> {
  const source = await openAt(place);
  const name = place instanceof URL ? place.pathname : place;
  return INDEX.test(name) ? openShards(source, (shard) => openAt(beside(place, shard))) : source;
}

const openAt = (place: string | URL) => (place instanceof URL ? openUrlSource(place) : openFileSource(place));

/** The place of a shard; of an address, what follows the path (a token, a revision) stays. */
function beside(place: string | URL, shard: string): string | URL {
  if (typeof place === 'string') return join(dirname(place), shard);
  const url = new URL(place);
  url.pathname = url.pathname.replace(/[^/]*$/, encodeURIComponent(shard));
  return url;
}
