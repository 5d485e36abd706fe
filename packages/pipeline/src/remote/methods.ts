/** A method that can be called over a channel: what it takes, what it gives, and what it tells on the way. */
export type Method<Argument, Answer, Event = never> = { argument: Argument; answer: Answer; event: Event };

/** All that can be called, by name. */
export type MethodTable<Name extends string = string> = { [N in Name]: Method<unknown, unknown, unknown> };
