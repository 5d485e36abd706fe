import type { Prediction } from '@denoiser/schedules';

/** What a network of a discrete process can be trained to predict. */
export type TrainedPrediction = Exclude<Prediction, 'flow'>;

/** Returns the weight of the squared error of what the network predicts, by the timestep's signal-to-noise ratio. */
export type Weight = (snr: number, prediction: TrainedPrediction) => number;
