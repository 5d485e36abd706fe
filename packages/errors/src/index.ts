export { DenoiserError, isDenoiserError } from './denoiser-error';
export { describeValue } from './describe-value';
export { fileError, isFileError, systemCode } from './file-error';
export { isObject } from './is-object';
export { didYouMean, inBackticks, nearest, perhaps, theNearest } from './nearest';
export { printable, printableLines } from './printable';
export { quote } from './quote';
export { shortList } from './short-list';
export { unknownOption } from './unknown-option';
