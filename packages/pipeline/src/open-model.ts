import { finiteOnly, withWeights } from './find-weights';
import type { WeightsModel } from './model';
import { factsOf } from './model-facts';
import { modelOf } from './model-of';
import type { ModelSource, OpenModelOptions } from './model-source';
import { countParameters, imageFactsOf, kindOf, networks, openNetwork } from './networks';

/**
 * Opens a trained model: the latest checkpoint of a run, with its averaged weights, a safetensors file or a file of PyTorch.
 * Files that this library wrote say themselves how they were trained. Sources of a file are closed, whatever comes of it.
 *
 * @throws DenoiserError where there is no checkpoint, where a file is damaged or holds another kind of network, and where
 * an option does not fit the source.
 */
export async function openModel(source: ModelSource, options: OpenModelOptions = {}): Promise<WeightsModel> {
  return withWeights('openModel', source, options, async (found) => {
    const kind = kindOf(found.weights, options.networks ?? networks);
    const network = await openNetwork(kind, finiteOnly(found.weights), { precision: options.precision });
    try {
      const { architecture } = network;
      const parameterCount = countParameters(network);
      const facts = factsOf(found, { architecture, parameterCount, imageFacts: imageFactsOf(network) }, options);
      return modelOf(facts, network, () => network.dispose());
    } catch (error) {
      network.dispose();
      throw error;
    }
  });
}
