import type { Prediction } from '@denoiser/schedules';

/** What a discrete schedule's network can be trained to give. */
export type TrainedPrediction = Exclude<Prediction, 'flow'>;

/** The weight of a step's squared error, measured in what the network predicts, by the step's signal-to-noise ratio. */
export type Weight = (snr: number, prediction: TrainedPrediction) => number;
