export { greyOf, luma } from './luma';
export { fromBytes, toBytes } from './to-bytes';
