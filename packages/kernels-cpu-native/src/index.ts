export type { NativeErrorCode } from './errors';
export { nativeObstacle, registerNativeEngine } from './register';
