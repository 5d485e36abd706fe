import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type LossLog, openEventLog, openLossLog, writeFileAtomically } from '@denoiser/backend-node';
import type { StepDetails, ValidationRecord } from '@denoiser/trainer';
import { lossCurve } from '../loss-curve';
import { type ReportFacts, writeReport } from '../report/report';
import type { RunPaths } from '../run-folder';
import type { StepLine } from './lines';
import { lossByTimeCounter } from './loss-by-time';
import { readCourse } from './read-record';

/** Everything a run writes of its course: log, loss by t, loss curve, TensorBoard events and the report. */
export interface RunRecord {
  step(details: StepDetails): Promise<StepLine>;
  validation(measured: ValidationRecord): Promise<void>;
  /** Records a grid of samples that has been written. */
  grid(step: number, path: string): Promise<void>;
  /** Brings curve and report up to date. */
  checkpoint(step: number): Promise<void>;
  close(): Promise<void>;
}

export interface RunRecordOptions {
  paths: RunPaths;
  /** The step from which the run goes on; what the logs say beyond it is dropped. */
  resumedAt: number;
  noiseSteps: number;
  facts: ReportFacts;
  now?: () => number;
  memory?: () => number;
}

export async function openRunRecord(options: RunRecordOptions): Promise<RunRecord> {
  const { paths, resumedAt, facts, noiseSteps } = options;
  const { now = Date.now, memory = process.memoryUsage.rss } = options;
  const logs: { close(): Promise<void> }[] = [];
  const open = async <T extends { close(): Promise<void> }>(log: Promise<T>): Promise<T> => {
    logs.push(await log);
    return log;
  };
  const close = async () => {
    for (const log of logs.splice(0)) await log.close();
  };
  try {
    const log: LossLog = await open(openLossLog(paths.log, { upToStep: resumedAt }));
    const timeLog: LossLog = await open(openLossLog(paths.lossByTime, { upToStep: resumedAt }));
    const validationLog: LossLog = await open(openLossLog(paths.validationLog, { upToStep: resumedAt }));
    const events = await open(openEventLog(paths.tensorBoard, { firstStep: resumedAt + 1 }));
    const { lines, stretches, validations } = await readCourse(paths);
    const counter = lossByTimeCounter(noiseSteps);
    return {
      async step({ timesteps, imageLosses, ...record }) {
        const line: StepLine = { ...record, memoryBytes: memory(), time: now() };
        lines.push(line);
        counter.add(timesteps, imageLosses);
        await log.append({ ...line });
        await events.scalars(line.step, {
          loss: line.loss,
          gradient_norm: record.gradientNorm,
          learning_rate: record.learningRate,
          images_per_second: line.imagesPerSecond,
          waiting_share: record.waitingShare,
        });
        return line;
      },
      async validation({ step, epochsDone, loss, emaLoss }) {
        const line = { step, epochsDone, loss, emaLoss };
        validations.push(line);
        await validationLog.append(line);
        await events.scalars(step, { validation_loss: loss, validation_loss_ema: emaLoss });
      },
      async grid(step, path) {
        await events.image(step, 'samples', await readFile(path));
      },
      async checkpoint(step) {
        const stretch = counter.take(step);
        if (stretch) {
          stretches.push(stretch);
          await timeLog.append({ ...stretch });
        }
        await writeFileAtomically(paths.curve, lossCurve(lines, `Training loss of ${basename(resolve(paths.folder))}`));
        await writeReport({ paths, facts, lines, stretches, validations, noiseSteps, step });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
