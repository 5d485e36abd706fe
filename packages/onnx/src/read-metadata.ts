import { OnnxError } from './errors';
import { decodeHead } from './proto/schema';

/**
 * Returns what an ONNX model says of itself, its `metadata_props`, which sessions do not tell.
 *
 * @throws DenoiserError (`file-unreadable`) if the bytes are no such model.
 */
export function readOnnxMetadata(model: Uint8Array): Record<string, string> {
  const unreadable = () =>
    new OnnxError(
      'file-unreadable',
      'The file is no ONNX model, or it is damaged; export it anew, or take another file.',
    );
  let head: ReturnType<typeof decodeHead>;
  try {
    head = decodeHead(model);
  } catch {
    throw unreadable();
  }
  if (head.irVersion <= 0n || head.opsetImport.length === 0) throw unreadable();
  return Object.fromEntries(head.metadataProps.map(({ key, value }) => [key, value]));
}
