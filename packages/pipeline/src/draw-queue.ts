import { evaluations, sample } from '@denoiser/samplers';
import { checkModel } from './check-model';
import { checkOptionNames, checkWhole, optionInvalid } from './check-options';
import { batchOf, type DrawBatch, goTogether, notFinite } from './draw-batch';
import type { DrawOptions } from './draw-options';
import { type DrawRequest, drawRequestOf } from './draw-request';
import { firstNotFiniteOf } from './finite';
import { type Images, imagesOf } from './images';
import type { Model } from './model';
import { rememberPlans } from './remember-plans';
import { imagesAtOnce } from './room';

/** What a request to a queue takes: how many images are drawn at once is the queue's affair. */
export type QueuedDrawOptions = Omit<DrawOptions, 'batchSize'>;

/** Draws the images of many requests with one model. */
export interface DrawQueue {
  /** Requests that wait or are being drawn. */
  readonly pending: number;
  /**
   * Draws images as `drawImages` does. `onProgress` counts evaluations of the model on single images. A request whose
   * signal is aborted leaves the queue at once.
   *
   * @throws DenoiserError as `drawImages`; the signal's reason when it is aborted.
   */
  draw(options?: QueuedDrawOptions): Promise<Images>;
}

/** A request on its way. */
interface Job {
  readonly request: DrawRequest;
  readonly data: Float32Array<ArrayBuffer>;
  /** How many of its images are there. */
  drawn: number;
  /** Told of evaluations of its images. */
  progress(evaluations: number): void;
  resolve(images: Images): void;
  reject(error: unknown): void;
}

interface Part {
  readonly job: Job;
  readonly request: DrawRequest;
  readonly from: number;
  readonly to: number;
}

/**
 * Returns a queue before a model. Requests are served in the order in which they come; with the first one, those of the same
 * plan that wait behind it are drawn, up to `batchSize` images at once (default 16). Each has the images that it would have
 * alone, to rounding, and fails alone where its images are not finite.
 */
export function createDrawQueue(model: Model, options: { readonly batchSize?: number } = {}): DrawQueue {
  checkModel('createDrawQueue', model);
  checkOptionNames('createDrawQueue', options, ['batchSize']);
  const { batchSize = 16 } = options;
  checkWhole('batchSize', batchSize, 1);
  const jobs: Job[] = [];
  const planFrom = rememberPlans();
  const imageSize = model.imageShape.reduce((a, b) => a * b);
  let isWorking = false;
  let onLeave = () => {};

  const isThere = ({ job }: Part): boolean => jobs.includes(job);

  /** Takes a job out, whatever its end. */
  function leave(job: Job): void {
    const at = jobs.indexOf(job);
    if (at >= 0) jobs.splice(at, 1);
    onLeave();
  }

  /** The images that are drawn next. */
  function gather(): Part[] {
    const parts: Part[] = [];
    let room = imagesAtOnce(batchSize, model.imageShape);
    const [first] = jobs;
    for (const job of jobs) {
      if (room === 0) break;
      const { request, drawn: from } = job;
      if (!goTogether(request, (first as Job).request)) continue;
      const to = Math.min(request.count, from + room);
      parts.push({ job, request, from, to });
      room -= to - from;
    }
    return parts;
  }

  async function work(): Promise<void> {
    isWorking = true;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve)); // what comes together is drawn together
      if (jobs.length === 0) break;
      await drawTogether(gather());
    }
    isWorking = false;
  }

  async function drawTogether(parts: readonly Part[]): Promise<void> {
    const controller = new AbortController();
    onLeave = () => {
      if (!parts.some(isThere)) controller.abort();
    };
    let batch: DrawBatch | undefined;
    try {
      batch = batchOf(model, parts, controller.signal);
      const { plan } = batch.options;
      const steps = evaluations(plan);
      for await (const { index, x } of sample(batch.options)) {
        for (const { job, from, to } of parts.filter(isThere)) job.progress(to - from);
        if (index < steps - 1) continue;
        await deal(await x.data<'float32'>(), parts, steps);
      }
    } catch (error) {
      for (const { job } of parts) job.reject(error);
    } finally {
      onLeave = () => {};
      batch?.dispose();
    }
  }

  /** Gives each job its images of a batch. */
  async function deal(values: Float32Array, parts: readonly Part[], steps: number): Promise<void> {
    let first = 0;
    for (const part of parts) {
      const { job, request, from, to } = part;
      const own = values.subarray(first * imageSize, (first + to - from) * imageSize);
      first += to - from;
      if (!isThere(part)) continue;
      if (firstNotFiniteOf(own) >= 0) {
        job.reject(await errorOf(part, steps));
        continue;
      }
      job.data.set(own, from * imageSize);
      job.drawn = to;
      if (to < request.count) continue;
      const { labels, columns } = request;
      job.resolve(imagesOf({ data: job.data, imageShape: model.imageShape, ...(labels && { labels }), columns }));
    }
  }

  async function errorOf(part: Part, steps: number): Promise<Error> {
    const batch = batchOf(model, [part]);
    try {
      return await notFinite(batch.options, steps);
    } finally {
      batch.dispose();
    }
  }

  return {
    get pending() {
      return jobs.length;
    },
    async draw(options = {}) {
      if ((options as DrawOptions).batchSize !== undefined)
        throw optionInvalid("`batchSize` is the queue's, not a request's; leave it out.");
      const { signal, onBegin, onProgress } = options;
      signal?.throwIfAborted();
      const request = drawRequestOf(model, options, planFrom);
      const { count, plan } = request;
      const steps = evaluations(plan);
      onBegin?.({ count, steps, columns: request.columns });
      let done = 0;
      return new Promise<Images>((resolve, reject) => {
        const abort = () => job.reject(signal?.reason);
        const end = () => {
          signal?.removeEventListener('abort', abort);
          leave(job);
        };
        const job: Job = {
          request,
          data: new Float32Array(count * imageSize),
          drawn: 0,
          progress(evaluated) {
            done += evaluated;
            try {
              onProgress?.(done, count * steps);
            } catch (error) {
              job.reject(error); // the others of the batch go on
            }
          },
          resolve(images) {
            end();
            resolve(images);
          },
          reject(error) {
            end();
            reject(error);
          },
        };
        signal?.addEventListener('abort', abort);
        jobs.push(job);
        if (!isWorking) void work();
      });
    },
  };
}
