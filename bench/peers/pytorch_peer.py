"""The original U-Net, and diffusers' UNet2DModel where diffusers is installed, in PyTorch, as a peer of `npm run bench`.

Speaks JSON lines: reads {"run": case, "step": what it is} on stdin, answers {"ms": time, "rss_mb": peak}. Float32, CPU. Arguments: the
folder of the work files, threads, the way: eager, channels_last, compile (channels_last through torch.compile).
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


def small_network():
    from diffusers import UNet2DModel  # only where a case asks for it

    model = UNet2DModel(
        sample_size=32,
        block_out_channels=(32, 64, 96),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "DownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
    )
    return model, lambda x, t: model(x, t).sample


def original_network():
    model = UNet()
    return model, model


class Loaded:
    """A network with its inputs, loaded when a case asks for it, so that no other takes memory."""

    def __init__(self, folder, name, way):
        self.model, self.call = small_network() if name == "unet2d" else original_network()
        self.model.load_state_dict(read_safetensors(f"{folder}/{name}.weights.safetensors"))
        self.data = read_safetensors(f"{folder}/{name}.inputs.safetensors")
        if way != "eager":
            self.model = self.model.to(memory_format=torch.channels_last)
            self.data = {key: x.contiguous(memory_format=torch.channels_last) for key, x in self.data.items()}
        if way == "compile":
            self.call = torch.compile(self.call)
        self.optimizer = None

    def sample_step(self, batch):
        with torch.no_grad():
            return self.call(self.data["x"][:batch], torch.full((batch,), 500))

    def train_step(self, batch):
        self.optimizer = self.optimizer or torch.optim.AdamW(self.model.parameters(), lr=3e-4)
        predicted = self.call(self.data["x"][:batch], torch.full((batch,), 500))
        loss = F.mse_loss(predicted, self.data["target"][:batch])
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def main(folder, threads, way):
    torch.set_num_threads(threads)
    loaded = {}

    def network(step):
        name = step["network"]
        if name not in loaded:
            loaded[name] = Loaded(folder, name, way)
        return loaded[name]

    def run_step(step):
        one = network(step)
        return one.train_step(step["batch"]) if step["isTraining"] else one.sample_step(step["batch"])

    a, b = torch.randn(512, 512), torch.randn(512, 512)
    image, kernel = torch.randn(1, 64, 64, 64), torch.randn(64, 64, 3, 3)

    def conv3x3():
        with torch.no_grad():
            return F.conv2d(image, kernel, padding=1)

    q, k, v = (torch.randn(1, 4, 4096, 16) for _ in range(3))

    def attend():
        with torch.no_grad():
            return F.scaled_dot_product_attention(q, k, v)

    def with_gradients(f, *inputs):
        inputs = [x.clone().requires_grad_() for x in inputs]
        dy = []  # there from the first time on

        def run():
            y = f(*inputs)
            dy.append(torch.randn_like(y)) if not dy else None
            return torch.autograd.grad(y, inputs, dy[0])

        return run

    operations = {
        "gemm": lambda: a @ b,
        "conv3x3": conv3x3,
        "attention": attend,
        "gemm-grad": with_gradients(torch.matmul, a, b),
        "conv3x3-grad": with_gradients(lambda x, weight: F.conv2d(x, weight, padding=1), image, kernel),
        "attention-grad": with_gradients(F.scaled_dot_product_attention, q, k, v),
    }
    for line in sys.stdin:
        request = json.loads(line)
        step = request.get("step")
        if "output" in request:
            output = network(step).sample_step(step["batch"])
            print(json.dumps({"output": output.flatten().tolist()}), flush=True)
            continue
        case = (lambda: run_step(step)) if step else operations[request["run"]]
        started = time.perf_counter()
        case()
        elapsed = (time.perf_counter() - started) * 1000
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"ms": elapsed, "rss_mb": rss}), flush=True)


main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
