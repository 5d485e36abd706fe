import type { AngleProcess, Schedule, SigmaProcess } from '@denoiser/schedules';

/** The noise that a network is trained on: of whole timesteps, or of continuous time, by angle or by σ. */
export type TrainedProcess = Schedule | AngleProcess | SigmaProcess;
