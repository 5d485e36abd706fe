/** tfjs's own kernels that a training step uses where a backend has none of denoiser's: forward, gradients and optimizer. */
export const trainingKernels: readonly string[] = [
  ...['Add', 'AddN', 'Sub', 'Multiply', 'RealDiv', 'Maximum', 'Neg', 'Square', 'SquaredDifference', 'Sqrt', 'Rsqrt'],
  ...['Exp', 'Log', 'Erf', 'Sigmoid', 'ClipByValue', 'Equal', 'GreaterEqual', 'Cast'],
  ...['Sum', 'Mean', 'Max'],
  ...['Identity', 'Reshape', 'ExpandDims', 'Transpose', 'Concat', 'Slice', 'SplitV', 'Pack', 'PadV2', 'Tile', 'Fill'],
  ...['GatherV2', 'OneHot', 'ResizeBilinear', 'MaxPool'],
  ...['BatchMatMul', 'Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
];
