"""A step of a network in PyTorch, as a peer of `npm run bench:gpu`.

The argument is the task as JSON; prints {"ms": [...], "device": name, "torch": version} as its last line. NCHW, float32 without TF32, which
is the arithmetic of the others.
"""
import copy
import json
import sys
import time

import torch
import torch.nn.functional as F
from original_unet import UNet

task = json.loads(sys.argv[1])
device = task["device"]
accelerator = getattr(torch, device, None)  # torch.cuda, torch.mps, torch.xpu
if device != "cpu" and not accelerator.is_available():
    raise RuntimeError(f"this PyTorch finds no {device}")
torch.set_default_device(device)
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


def network():
    if task["network"] == "original":
        return UNet(task["config"]["baseWidth"])
    from diffusers import UNet2DModel

    model = UNet2DModel(**task["config"])
    return model if task["step"] == "training" else model.eval()


def predict(model, x, t):
    output = model(x, t)
    return output if isinstance(output, torch.Tensor) else output.sample


model = network().to(device)
run = torch.compile(model) if task["isCompiled"] else model
shape = (task["batch"], 3, task["size"], task["size"])
x, t = torch.randn(shape), torch.full((task["batch"],), 500)
clean = torch.zeros(shape)


@torch.no_grad()
def sample():
    global x
    x = 0.99 * x - 0.01 * predict(run, x, t) + 0.01 * torch.randn(shape)


if task["step"] == "training":
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, fused=device == "cuda")
    parameters = list(model.parameters())
    average = copy.deepcopy(parameters)


def train():
    noise = torch.randn(shape)
    times = torch.randint(0, 1000, (task["batch"],))
    level = (1 - times / 1000).reshape(-1, 1, 1, 1)
    loss = F.mse_loss(predict(run, level.sqrt() * clean + (1 - level).sqrt() * noise, times), noise)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    with torch.no_grad():
        torch._foreach_lerp_(average, parameters, 1e-3)
    return loss.item()


def settle():
    if device != "cpu":
        accelerator.synchronize()


step = sample if task["step"] == "sampling" else train
for _ in range(task["warmUp"]):
    step()
settle()
ms = []
for _ in range(task["measured"]):
    started = time.perf_counter()
    step()
    settle()
    ms.append((time.perf_counter() - started) * 1000)
name = torch.cuda.get_device_name() if device == "cuda" else device
print(json.dumps({"ms": ms, "device": name, "torch": torch.__version__}))
