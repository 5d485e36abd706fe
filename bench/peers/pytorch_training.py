"""The training loop of `npm run bench:training` in PyTorch, with diffusers' schedulers and UNet2DModel.

Reads from a folder what the other side wrote: case.json, weights.safetensors (before the first step), batches.safetensors
(x0, eps and t of every step), noise.safetensors (to draw from). Writes DTYPE.json (the loss and the norm of the
gradients of every step) and DTYPE.safetensors (samples of the averaged weights). All images are NCHW.

DTYPE, of the arithmetic, is the second argument: float32, or float64 to see how far rounding alone leads astray.
"""
import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import DDIMScheduler, UNet2DModel
from original_unet import UNet
from safetensors.torch import load_file, save_file
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

folder = Path(sys.argv[1])
dtype = getattr(torch, sys.argv[2])
torch.set_num_threads(int(sys.argv[3]))


def tensors(name):
    loaded = load_file(folder / f"{name}.safetensors")
    return {key: value.to(dtype) if value.is_floating_point() else value.long() for key, value in loaded.items()}


class Diffusers(UNet2DModel):
    def forward(self, x, t):
        return super().forward(x, t).sample


def network(case):
    if case["network"] == "unet2d":
        return Diffusers(**{key: value for key, value in case["config"].items() if value is not None})
    config = case["config"]
    return UNet(config["baseWidth"], config["timeDim"], config["channels"])


def train(case, model, average, batches):
    process = DDIMScheduler(**case["scheduler"])
    process.alphas_cumprod = process.alphas_cumprod.to(dtype)
    optimizer = torch.optim.AdamW(model.parameters(), lr=case["learningRate"])
    steps = len(batches["t"])
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    losses, norms = [], []
    for x0, eps, t in zip(batches["x0"], batches["eps"], batches["t"]):
        target = process.get_velocity(x0, eps, t) if case["prediction"] == "v" else eps
        loss = F.mse_loss(model(process.add_noise(x0, eps, t), t), target)
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), case["maxGradientNorm"]).item())
        optimizer.step()
        rate.step()
        average.update_parameters(model)
        losses.append(loss.item())
    return {"losses": losses, "gradientNorms": norms}


@torch.no_grad()
def draw(case, model, x):
    process = DDIMScheduler(**case["scheduler"])
    process.set_timesteps(case["drawSteps"])
    for t in process.timesteps:
        x = process.step(model(x, t.expand(len(x))), t, x, use_clipped_model_output=True).prev_sample
    return x


torch.set_default_dtype(dtype)
case = json.loads((folder / "case.json").read_text())
model = network(case)
model.load_state_dict(tensors("weights"))
average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(case["emaDecay"]))
result = train(case, model, average, tensors("batches"))
samples = draw(case, average.module, tensors("noise")["noise"])
(folder / f"{sys.argv[2]}.json").write_text(json.dumps(result))
save_file({"samples": samples.float().contiguous()}, folder / f"{sys.argv[2]}.safetensors")
