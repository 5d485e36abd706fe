export { DenoiserError, isDenoiserError } from './denoiser-error';
export { fileError, systemCode } from './file-error';
export { nearest } from './nearest';
export { printable, printableLines } from './printable';
