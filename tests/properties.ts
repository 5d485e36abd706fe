import fc from 'fast-check';

fc.configureGlobal({ seed: 20200619 });

/** fast-check, with the same cases in every run. */
export { fc };
