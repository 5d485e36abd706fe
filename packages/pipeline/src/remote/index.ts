export { type Answers, answerCalls, type Context } from './answerer';
export { type Caller, createCaller, type Examples } from './caller';
export type { Endpoint, Transferred } from './endpoint';
export type { SentError } from './messages';
export type { Method } from './methods';
