"""Makes adm.json and adm-*.f32 here: what networks with the names and the arithmetic of guided-diffusion give.

The model is written anew from the paper (Dhariwal & Nichol 2021, arXiv:2105.05233) and the names that its published files have.

    python packages/unet/test/unet2d/make-adm.py
"""

import json
import math
import re
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from formula import data, parameter

HERE = Path(__file__).parent
torch.set_num_threads(1)


class Res(nn.Module):
    def __init__(self, c, emb, out=None, scale_shift=False, resize=None):
        super().__init__()
        out = out or c
        self.scale_shift, self.resize = scale_shift, resize
        self.in_layers = nn.Sequential(nn.GroupNorm(32, c), nn.SiLU(), nn.Conv2d(c, out, 3, padding=1))
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(emb, 2 * out if scale_shift else out))
        self.out_layers = nn.Sequential(
            nn.GroupNorm(32, out), nn.SiLU(), nn.Dropout(0), nn.Conv2d(out, out, 3, padding=1)
        )
        self.skip_connection = nn.Identity() if out == c else nn.Conv2d(c, out, 1)

    def resized(self, x):
        if self.resize == "down":
            return F.avg_pool2d(x, 2)
        return F.interpolate(x, scale_factor=2, mode="nearest") if self.resize == "up" else x

    def forward(self, x, emb):
        norm, act, conv = self.in_layers
        h = conv(self.resized(act(norm(x))))
        x = self.resized(x)
        e = self.emb_layers(emb)[:, :, None, None]
        norm, *rest = self.out_layers
        if self.scale_shift:
            scale, shift = e.chunk(2, dim=1)
            h = norm(h) * (1 + scale) + shift
        else:
            h = norm(h + e)
        for layer in rest:
            h = layer(h)
        return self.skip_connection(x) + h


class Attention(nn.Module):
    def __init__(self, c, heads, new_order):
        super().__init__()
        self.heads, self.new_order = heads, new_order
        self.norm = nn.GroupNorm(32, c)
        self.qkv = nn.Conv1d(c, 3 * c, 1)
        self.proj_out = nn.Conv1d(c, c, 1)

    def forward(self, x, emb):
        b, c, h, w = x.shape
        flat = x.reshape(b, c, -1)
        qkv = self.qkv(self.norm(flat))
        d = c // self.heads
        if self.new_order:
            q, k, v = (part.reshape(b * self.heads, d, -1) for part in qkv.chunk(3, dim=1))
        else:
            q, k, v = qkv.reshape(b * self.heads, 3 * d, -1).split(d, dim=1)
        weights = torch.softmax(torch.einsum("bct,bcs->bts", q, k) / math.sqrt(d), dim=-1)
        mixed = torch.einsum("bts,bcs->bct", weights, v).reshape(b, c, -1)
        return (flat + self.proj_out(mixed)).reshape(b, c, h, w)


class Down(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.op = nn.Conv2d(c, c, 3, stride=2, padding=1)

    def forward(self, x, emb):
        return self.op(x)


class Up(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1)

    def forward(self, x, emb):
        return self.conv(F.interpolate(x, scale_factor=2, mode="nearest"))


class Model(nn.Module):
    def __init__(self, o):
        super().__init__()
        c0, emb = o["channels"], 4 * o["channels"]
        self.c0, self.classes = c0, o.get("classes")
        heads = lambda c: o["heads"] if "heads" in o else c // o["head_channels"]
        attention = lambda c: Attention(c, heads(c), o["new_order"])
        res = lambda c, out=None, resize=None: Res(c, emb, out, o["scale_shift"], resize)
        self.time_embed = nn.Sequential(nn.Linear(c0, emb), nn.SiLU(), nn.Linear(emb, emb))
        if self.classes:
            self.label_emb = nn.Embedding(self.classes, emb)
        blocks, widths, c = [[nn.Conv2d(3, c0, 3, padding=1)]], [c0], c0
        for level, mult in enumerate(o["mult"]):
            for _ in range(o["layers"]):
                modules = [res(c, mult * c0)]
                c = mult * c0
                if level in o["attention"]:
                    modules.append(attention(c))
                blocks.append(modules)
                widths.append(c)
            if level < len(o["mult"]) - 1:
                blocks.append([res(c, resize="down") if o["updown"] else Down(c)])
                widths.append(c)
        self.input_blocks = nn.ModuleList(nn.ModuleList(modules) for modules in blocks)
        self.middle_block = nn.ModuleList([res(c), attention(c), res(c)])
        blocks = []
        for level, mult in reversed(list(enumerate(o["mult"]))):
            for index in range(o["layers"] + 1):
                modules = [res(c + widths.pop(), mult * c0)]
                c = mult * c0
                if level in o["attention"]:
                    modules.append(attention(c))
                if level and index == o["layers"]:
                    modules.append(res(c, resize="up") if o["updown"] else Up(c))
                blocks.append(modules)
        self.output_blocks = nn.ModuleList(nn.ModuleList(modules) for modules in blocks)
        self.out = nn.Sequential(nn.GroupNorm(32, c), nn.SiLU(), nn.Conv2d(c, o["out"], 3, padding=1))

    def forward(self, x, time, labels=None):
        half = self.c0 // 2
        frequencies = torch.exp(-math.log(10000) * torch.arange(half) / half)
        phase = time[:, None] * frequencies
        emb = self.time_embed(torch.cat([phase.cos(), phase.sin()], dim=-1))
        if labels is not None:
            emb = emb + self.label_emb(labels)
        beside = []
        for index, modules in enumerate(self.input_blocks):
            for module in modules:
                x = module(x) if index == 0 else module(x, emb)
            beside.append(x)
        for module in self.middle_block:
            x = module(x, emb)
        for modules in self.output_blocks:
            x = torch.cat([x, beside.pop()], dim=1)
            for module in modules:
                x = module(x, emb)
        return self.out(x)


CASES = {
    "adm-updown": {
        **{"channels": 32, "mult": [1, 2], "layers": 1, "attention": [1], "head_channels": 16, "new_order": False},
        **{"scale_shift": True, "updown": True, "classes": 3, "out": 6},
    },
    "adm-conv": {
        **{"channels": 32, "mult": [1, 1, 2], "layers": 2, "attention": [0, 2], "heads": 2, "new_order": False},
        **{"scale_shift": False, "updown": False, "out": 3},
    },
    "adm-new-order": {
        **{"channels": 32, "mult": [1, 1], "layers": 1, "attention": [0], "head_channels": 8, "new_order": True},
        **{"scale_shift": True, "updown": True, "out": 3},
    },
}

manifest = {"source": f"torch {torch.__version__}, float32", "cases": {}}
for name, options in CASES.items():
    model = Model(options).eval()
    state = model.state_dict()
    model.load_state_dict({key: parameter(key, tuple(value.shape)) for key, value in state.items()})
    labels = [2, 0] if "classes" in options else None
    time = [999, 20.5]
    with torch.no_grad():
        y = model(data(f"{name}:x", (2, 3, 8, 8)), torch.tensor(time), labels and torch.tensor(labels))
    y.numpy().tofile(HERE / f"{name}.f32")
    print(name, tuple(y.shape), f"{y.std().item():.3f}", len(state))
    shapes = {key: list(value.shape) for key, value in state.items()}
    manifest["cases"][name] = {"options": options, "time": time, "labels": labels, "shapes": shapes}

text = re.sub(r"\[\s+([^\[\]]*?)\s+\]", lambda found: "[" + re.sub(r"\s+", "", found[1]) + "]", json.dumps(manifest, indent=1))
(HERE / "adm.json").write_text(text + "\n")
