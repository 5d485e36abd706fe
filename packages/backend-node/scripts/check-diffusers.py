"""Loads a folder that denoiser saved in diffusers, and writes a forward pass and a DDIM drawing beside it; see check-diffusers.mjs."""
import sys

import numpy as np
import torch
from diffusers import DDIMScheduler, DiffusionPipeline

torch.set_num_threads(1)
path = sys.argv[1]
pipeline = DiffusionPipeline.from_pretrained(path)
unet = pipeline.unet
noise = torch.from_numpy(np.fromfile(f"{path}/noise.f32", dtype=np.float32)).reshape(2, 16, 16, 3).permute(0, 3, 1, 2)


def save(name, images):
    images.permute(0, 2, 3, 1).contiguous().numpy().tofile(f"{path}/{name}.f32")


with torch.no_grad():
    save("forward", unet(noise, torch.tensor([7, 900])).sample)
    scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    scheduler.set_timesteps(10)
    x = noise
    for t in scheduler.timesteps:
        x = scheduler.step(unet(x, t).sample, t, x).prev_sample
    save("drawn", x)
