import { createRequire } from 'node:module';
import { join } from 'node:path';
import { findShippedModel, type ShippedModel } from '@denoiser/pipeline';
import { NodeError } from '../errors';
import { locateModel } from './locate-model';

/**
 * Returns the model of a package that a text means. The name of a package always does, and a path, `./digits`, never; a bare
 * name, `digits`, does unless a model lies there on the disk: a run of that name is the nearer one.
 */
export function shippedModelOf(text: string): ShippedModel | undefined {
  const shipped = findShippedModel(text);
  return shipped && !(text === shipped.name && isModelAt(text)) ? shipped : undefined;
}

function isModelAt(path: string): boolean {
  try {
    locateModel(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns the path of the weights of a model that comes as a package: of one that is installed beside the program, or beside this
 * library.
 *
 * @throws DenoiserError `model-missing` that says what to install.
 */
export function shippedModelPath({ name, package: published, file }: ShippedModel): string {
  for (const from of [join(process.cwd(), 'package.json'), process.argv[1], import.meta.url]) {
    if (from === undefined) continue;
    try {
      return createRequire(from).resolve(file);
    } catch {
      // Perhaps beside the next.
    }
  }
  throw new NodeError(
    'model-missing',
    `The model ${name} is a package of its own, which is not installed here; install it: npm install ${published}`,
  );
}
