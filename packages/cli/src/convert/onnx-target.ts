import { openWeightsModel, writeFileAtomically } from '@denoiser/backend-node';
import { exportOnnxModel } from '@denoiser/pipeline/onnx';
import { commandLine } from '../command-line';
import { CommandError } from '../errors';
import { checkFileTarget } from './check-file';
import type { Target } from './target';

/** An ONNX model that says itself what it is: the network is made, to be written down as it runs. */
export const onnxTarget: Target = {
  ending: '.onnx',
  about: 'a model that ONNX runtimes compute, with the network in it',
  async check(path, { dtype, overwrite }) {
    checkFileTarget(path, overwrite);
    if (dtype === 'BF16') {
      throw new CommandError('option-invalid', 'An ONNX model has f32 or f16 numbers; leave out --dtype bf16.');
    }
  },
  async write({ weights, imageShape: [height, width], ...model }, path, { dtype }) {
    const { process, prediction, classNames, description: name } = model;
    const source = { ...weights, close: async () => {} };
    const facts = { imageSize: [height, width], process, classNames, name, ...(prediction && { prediction }) } as const;
    using opened = await openWeightsModel(source, facts);
    await writeFileAtomically(path, await exportOnnxModel(opened, { dtype: dtype === 'F16' ? 'f16' : 'f32' }));
    return commandLine(['sample', path]);
  },
};
