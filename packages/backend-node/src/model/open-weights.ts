import { dirname, join } from 'node:path';
import { isWeightsIndex, openIndexedWeights } from '@denoiser/pipeline';
import type { ByteSource, OpenTensors } from '@denoiser/safetensors';
import { openUrlSource } from '../download/url-source';
import { openFileSource } from '../files/file-source';

/** Opens the weights at a path or an address: a file of safetensors or of PyTorch, or the index of several, which stand beside it. */
export async function openWeights(
  place: string | URL,
): Promise<(ByteSource & { close(): Promise<void> }) | OpenTensors> {
  const source = await openAt(place);
  const name = place instanceof URL ? place.pathname : place;
  if (!isWeightsIndex(name)) return source;
  return openIndexedWeights(name, source, (shard) => openAt(beside(place, shard)));
}

const openAt = (place: string | URL) => (place instanceof URL ? openUrlSource(place) : openFileSource(place));

/** The place of a shard; of an address, what follows the path (a token, a revision) stays. */
function beside(place: string | URL, shard: string): string | URL {
  if (typeof place === 'string') return join(dirname(place), shard);
  const url = new URL(place);
  url.pathname = url.pathname.replace(/[^/]*$/, encodeURIComponent(shard));
  return url;
}
