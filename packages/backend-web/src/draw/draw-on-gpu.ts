import type { DenoiserWebGPUBackend } from '@denoiser/kernels-webgpu';
import { backend, type Tensor4D } from '@tensorflow/tfjs-core';
import { gridSize } from './grid-layout';

/** A triangle that covers all, and for each pixel the number of the tensor that it shows. */
const SHADER = /* wgsl */ `
struct Grid { width: u32, height: u32, channels: u32, columns: u32, count: u32 }
@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<uniform> grid: Grid;

@vertex fn corner(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  return vec4f(f32((i << 1u) & 2u) * 2.0 - 1.0, f32(i & 2u) * 2.0 - 1.0, 0.0, 1.0);
}

@fragment fn pixel(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let x = u32(position.x);
  let y = u32(position.y);
  let image = (y / grid.height) * grid.columns + x / grid.width;
  if (image >= grid.count) { return vec4f(0.0); }
  let at = ((image * grid.height + y % grid.height) * grid.width + x % grid.width) * grid.channels;
  let blue = min(2u, grid.channels - 1u);
  let color = vec3f(values[at], values[at + blue / 2u], values[at + blue]);
  // Clipped and cut to a byte, as toBytes of @denoiser/pipeline does.
  let bytes = floor((clamp(color, vec3f(-1.0), vec3f(1.0)) + 1.0) * 127.5 + 0.0009765625);
  return vec4f(bytes / 255.0, 1.0);
}`;

const FORMAT = 'rgba8unorm';

/**
 * Draws grids of images [B, H, W, 1 or 3] in [−1, 1] from the buffer that they lie in: nothing comes back from the GPU. The
 * images must be on tfjs's WebGPU backend with this device.
 */
export function createGpuDrawing(device: GPUDevice): (images: Tensor4D, columns: number) => Promise<ImageBitmap> {
  const module = device.createShaderModule({ code: SHADER });
  const pipeline = device.createRenderPipeline({
    layout: 'auto',
    vertex: { module, entryPoint: 'corner' },
    fragment: { module, entryPoint: 'pixel', targets: [{ format: FORMAT }] },
  });
  const uniform = device.createBuffer({ size: 32, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  const canvas = new OffscreenCanvas(1, 1);
  const context = canvas.getContext('webgpu') as GPUCanvasContext;
  context.configure({ device, format: FORMAT, alphaMode: 'premultiplied' });

  return async (images, columns) => {
    const [count, height, width, channels] = images.shape;
    Object.assign(canvas, gridSize(count, columns, [height, width]));
    const buffer = (backend() as DenoiserWebGPUBackend).bufferOf(images);
    device.queue.writeBuffer(uniform, 0, Uint32Array.of(width, height, channels, columns, count));
    const encoder = device.createCommandEncoder();
    const view = context.getCurrentTexture().createView();
    const pass = encoder.beginRenderPass({
      colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store', clearValue: [0, 0, 0, 0] }],
    });
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [
          { binding: 0, resource: { buffer } },
          { binding: 1, resource: { buffer: uniform } },
        ],
      }),
    );
    pass.draw(3);
    pass.end();
    device.queue.submit([encoder.finish()]);
    return canvas.transferToImageBitmap();
  };
}
