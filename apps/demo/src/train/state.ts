import type { RunInfo, Training, TrainingEvent } from '@denoiser/backend-web';
import { signal } from '@preact/signals';
import type { Width } from './network';

/** The network and the training, as the form has them. */
export const size = signal<'16' | '32'>('16');
export const colours = signal<'colour' | 'grey'>('colour');
export const width = signal<Width>('medium');
export const steps = signal(800);
export const batchSize = signal(16);
export const learningRate = signal<'0.0005' | '0.001' | '0.002'>('0.001');
/** What the network is to say of a spoiled picture. */
export const prediction = signal<'x0' | 'v' | 'epsilon'>('x0');
/** Other options of the trainer, by their names: those that were given. */
export const moreOptions = signal<Readonly<Record<string, unknown>>>({});
/** Of runs that nobody has named. */
export const DEFAULT_NAME = 'first-try';
export const runName = signal(DEFAULT_NAME);
export const pausesHidden = signal(false);

export type Stage = 'idle' | 'preparing' | 'training' | 'pausing' | 'paused' | 'stopping' | 'ended';

export const stage = signal<Stage>('idle');
export const session = signal<Training | undefined>(undefined);
/** The run that trains or trained last in this page. */
export const run = signal<string | undefined>(undefined);

type EventOf<T extends TrainingEvent['type']> = Extract<TrainingEvent, { type: T }>;

export const progress = signal<EventOf<'progress'> | undefined>(undefined);
/** Until the end; undefined until it can be told. */
export const secondsLeft = signal<number | undefined>(undefined);
export const losses = signal<readonly { readonly step: number; readonly loss: number }[]>([]);
export const samples = signal<readonly EventOf<'samples'>[]>([]);
/** A sentence; one of the same kind may come again and again. */
export type Warning = { readonly kind: string; readonly message: string };

/** What the loss of one picture is made of, the last that was told. */
export const lossParts = signal<EventOf<'loss-parts'> | undefined>(undefined);
export const checkpointAt = signal<number | undefined>(undefined);
export const warnings = signal<readonly Warning[]>([]);
export const failure = signal<string | undefined>(undefined);
/** Said to people who can't see the curve. */
export const announcement = signal('');

/** Runs in the browser's storage; undefined until they were asked for. */
export const runs = signal<readonly RunInfo[] | undefined>(undefined);
