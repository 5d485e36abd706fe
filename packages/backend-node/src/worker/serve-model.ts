import { createDrawQueue, type DrawQueue, type Model, type ModelInfo } from '@denoiser/pipeline';
import { answerCalls, type Endpoint } from '@denoiser/pipeline/remote';
import { selectDevice } from '../device/select-device';
import { NodeError } from '../errors';
import { openModel } from '../model/open-model';
import type { Methods } from './methods';

/** Opens the model that the other end asks for and draws with it: the worker's half of `runInWorker`. */
export function serveModel(endpoint: Endpoint): void {
  let queue: DrawQueue | undefined;

  answerCalls<Methods>(endpoint, {
    async openModel({ source, options, device: wanted, batchSize }, { emit }) {
      const device = await selectDevice({ device: wanted });
      const model = await openModel(source, { ...options, onWarning: (message) => void emit(message) });
      queue = createDrawQueue(model, { batchSize });
      return { info: infoOf(model), device };
    },

    async drawImages(options, { signal, emit, transfer }) {
      if (!queue) throw new NodeError('model-missing', 'There is no model in this thread; open one first.');
      let isBehind = false;
      const images = await queue.draw({
        ...options,
        signal,
        onBegin: (begin) => void emit({ begin }),
        onProgress(done, total) {
          // Others in the batch do not wait for whoever is slow to listen: it hears the next one.
          if (isBehind) return;
          isBehind = true;
          void emit({ done, total }).then(() => {
            isBehind = false;
          });
        },
      });
      const { data, imageShape, labels, columns } = images;
      transfer(data.buffer);
      return { data, imageShape, columns, ...(labels && { labels }) };
    },
  });
}

/** What is known of a model, as plain data. */
function infoOf(model: Model): ModelInfo {
  const { network: _, dispose: __, ...info } = model;
  return info;
}
