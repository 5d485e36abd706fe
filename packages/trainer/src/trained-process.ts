import type { AngleProcess, Schedule } from '@denoiser/schedules';

/** The noise that a network is trained on: of whole timesteps, or of continuous time. */
export type TrainedProcess = Schedule | AngleProcess;
