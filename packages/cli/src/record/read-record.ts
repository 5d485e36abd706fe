import { type LossRecord, readLossLog } from '@denoiser/backend-node';
import type { RunPaths } from '../run-folder';
import type { StepLine, ValidationLine } from './lines';
import type { LossByTime } from './loss-by-time';

/** The course of a run as it has written it. Lines that are not legible are left out. */
export interface RecordedCourse {
  lines: StepLine[];
  stretches: LossByTime[];
  validations: ValidationLine[];
}

export async function readCourse(
  paths: Pick<RunPaths, 'log' | 'lossByTime' | 'validationLog'>,
): Promise<RecordedCourse> {
  const [lines, stretches, validations] = await Promise.all([
    readLossLog(paths.log),
    readLossLog(paths.lossByTime),
    readLossLog(paths.validationLog),
  ]);
  return {
    lines: lines.filter(isStepLine),
    stretches: stretches.filter(isLossByTime),
    validations: validations.filter(isValidationLine),
  };
}

const isStepLine = (line: LossRecord): line is LossRecord & StepLine =>
  typeof line.loss === 'number' && typeof line.epoch === 'number';

const isLossByTime = (line: LossRecord): line is LossRecord & LossByTime =>
  Array.isArray(line.loss) && Array.isArray(line.count);

const isValidationLine = (line: LossRecord): line is LossRecord & ValidationLine =>
  typeof line.loss === 'number' && typeof line.emaLoss === 'number';
