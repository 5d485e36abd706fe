import type { SelectedDevice } from '../device/select-device';
import { drawOnCpu } from '../draw/draw-on-cpu';
import { createGpuDrawing } from '../draw/draw-on-gpu';
import type { DrawGrid } from './canvases';

/** Draws where the images are: on the GPU that computes, if one does. */
export function createDrawGrid(current: () => SelectedDevice): DrawGrid {
  let prepared: { readonly device: GPUDevice; readonly draw: DrawGrid } | undefined;
  return async (images, columns) => {
    const device = current().gpu?.device;
    if (!device) return drawOnCpu(images, columns);
    if (prepared?.device !== device) prepared = { device, draw: createGpuDrawing(device) };
    return prepared.draw(images, columns);
  };
}
