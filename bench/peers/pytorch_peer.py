"""The original U-Net and its training step in PyTorch, as a peer of `npm run bench`.

Speaks JSON lines: reads {"run": case} on stdin, answers {"ms": time, "rss_mb": peak}. NCHW, float32, CPU.
"""
import json
import resource
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from original_unet import UNet


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(data[begin:end], dtype=np.float32).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors


def main(weights_path, input_path, threads):
    torch.set_num_threads(threads)
    model = UNet()
    model.load_state_dict(read_safetensors(weights_path))
    data = read_safetensors(input_path)
    optimizer = None

    def sample_step(x):
        with torch.no_grad():
            return model(x, torch.full((x.shape[0],), 500))

    def train_step(x, target):
        nonlocal optimizer
        optimizer = optimizer or torch.optim.AdamW(model.parameters(), lr=3e-4)
        loss = F.mse_loss(model(x, torch.full((x.shape[0],), 500)), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    a, b = torch.randn(512, 512), torch.randn(512, 512)
    image, kernel = torch.randn(1, 64, 64, 64), torch.randn(64, 64, 3, 3)

    def conv3x3():
        with torch.no_grad():
            return F.conv2d(image, kernel, padding=1)

    cases = {
        "sample-step-b1": lambda: sample_step(data["x"][:1]),
        "train-step-b4": lambda: train_step(data["x"], data["target"]),
        "gemm": lambda: a @ b,
        "conv3x3": conv3x3,
    }
    for line in sys.stdin:
        request = json.loads(line)
        if "output" in request:
            output = sample_step(data["x"][:1])
            print(json.dumps({"output": output.flatten().tolist()}), flush=True)
            continue
        case = cases[request["run"]]
        started = time.perf_counter()
        case()
        elapsed = (time.perf_counter() - started) * 1000
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"ms": elapsed, "rss_mb": rss}), flush=True)


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
