"""Makes manifest.json and *.f32 here: what diffusers' UNet2DModel gives, for small configurations of every kind.

Weights, inputs and directions come from the formula of ../seed-formula.ts, so that only outputs are stored, and of each gradient
two numbers: its norm, and its product with a direction. Run with diffusers 0.42, torch 2 and numpy:

    python packages/unet/test/unet2d/make-unet2d.py
"""

import json
import math
import re
from pathlib import Path

import diffusers
import torch
from diffusers import UNet2DModel

from formula import data, parameter

HERE = Path(__file__).parent
torch.set_num_threads(1)

CASES = {
    # The kind of google/ddpm-cifar10-32.
    "ddpm": {
        "config": {
            "sample_size": 16,
            "block_out_channels": [16, 32],
            "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
            "up_block_types": ["AttnUpBlock2D", "UpBlock2D"],
            "layers_per_block": 2,
            "downsample_padding": 0,
            "flip_sin_to_cos": False,
            "freq_shift": 1,
            "norm_eps": 1e-6,
            "norm_num_groups": 8,
            "attention_head_dim": None,
        },
        "time": [999, 37],
    },
    "classes": {
        "config": {
            "block_out_channels": [16, 24],
            "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
            "up_block_types": ["AttnUpBlock2D", "UpBlock2D"],
            "layers_per_block": 1,
            "norm_num_groups": 4,
            "attention_head_dim": 8,
            "num_class_embeds": 5,
        },
        "time": [12, 503.25],
        "labels": [4, 0],
    },
    # ADM: time as scale and shift, residual blocks to other sizes, heads of one width, a learned variance.
    "adm": {
        "config": {
            "out_channels": 6,
            "block_out_channels": [16, 32, 32],
            "down_block_types": ["ResnetDownsampleBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"],
            "up_block_types": ["AttnUpBlock2D", "AttnUpBlock2D", "ResnetUpsampleBlock2D"],
            "layers_per_block": 1,
            "norm_num_groups": 4,
            "attn_norm_num_groups": 4,
            "attention_head_dim": 16,
            "resnet_time_scale_shift": "scale_shift",
            "downsample_type": "resnet",
            "upsample_type": "resnet",
        },
        "time": [0, 250],
    },
    # The middle attention has no norm then.
    "scale-shift": {
        "config": {
            "block_out_channels": [8, 16],
            "down_block_types": ["AttnDownBlock2D", "DownBlock2D"],
            "up_block_types": ["UpBlock2D", "AttnUpBlock2D"],
            "layers_per_block": 1,
            "norm_num_groups": 8,
            "attention_head_dim": 4,
            "resnet_time_scale_shift": "scale_shift",
            "downsample_type": "conv",
            "upsample_type": "resnet",
        },
        "time": [700, 3],
        "size": [8, 8],
    },
    # The kind of google/ncsnpp-celebahq-256.
    "ncsnpp": {
        "config": {
            "block_out_channels": [32, 32, 64],
            "down_block_types": ["SkipDownBlock2D", "AttnSkipDownBlock2D", "SkipDownBlock2D"],
            "up_block_types": ["SkipUpBlock2D", "AttnSkipUpBlock2D", "SkipUpBlock2D"],
            "layers_per_block": 1,
            "mid_block_scale_factor": math.sqrt(2),
            "norm_eps": 1e-6,
            "norm_num_groups": None,
            "attention_head_dim": None,
            "time_embedding_type": "fourier",
        },
        "time": [0.75, 40.5],
    },
    "learned-time": {
        "config": {
            "block_out_channels": [8, 8],
            "down_block_types": ["UNetResDownBlock2D", "UNetResAttnDownBlock2D"],
            "up_block_types": ["UNetResAttnUpBlock2D", "UNetResUpBlock2D"],
            "mid_block_type": None,
            "layers_per_block": 2,
            "norm_num_groups": 2,
            "attention_head_dim": 8,
            "time_embedding_type": "learned",
            "num_train_timesteps": 50,
            "act_fn": "gelu",
        },
        "time": [49, 0],
        "size": [8, 12],
    },
    "class-numbers": {
        "config": {
            "in_channels": 1,
            "out_channels": 1,
            "block_out_channels": [10, 20],
            "down_block_types": ["DownBlock2D", "DownBlock2D"],
            "up_block_types": ["UpBlock2D", "UpBlock2D"],
            "layers_per_block": 1,
            "norm_num_groups": 5,
            "time_embedding_dim": 24,
            "add_attention": False,
            "class_embed_type": "timestep",
            "act_fn": "mish",
        },
        "time": [10, 20],
        "labels": [3, 700],
        "size": [16, 8],
    },
    "class-embeddings": {
        "config": {
            "block_out_channels": [8, 12],
            "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
            "up_block_types": ["AttnUpBlock2D", "UpBlock2D"],
            "layers_per_block": 1,
            "norm_num_groups": 4,
            "attention_head_dim": 3,
            "class_embed_type": "identity",
            "center_input_sample": True,
            "act_fn": "relu",
            "dropout": 0.5,
        },
        "time": [400, 401],
        "labels": "embeddings",
        "size": [8, 8],
    },
    # Heads that do not divide the channels: the projections are narrower than what they project.
    "narrow-heads": {
        "config": {
            "block_out_channels": [12, 20],
            "down_block_types": ["AttnDownBlock2D", "AttnDownBlock2D"],
            "up_block_types": ["AttnUpBlock2D", "AttnUpBlock2D"],
            "layers_per_block": 1,
            "norm_num_groups": 4,
            "attention_head_dim": 8,
            "act_fn": "swish",
            "flip_sin_to_cos": False,
            "freq_shift": 0.5,
        },
        "time": [1, 999],
        "size": [8, 8],
    },
    "three-sizes": {
        "config": {
            "sample_size": [16, 32],
            "block_out_channels": [8, 16, 8],
            "down_block_types": ["ResnetDownsampleBlock2D", "DownBlock2D", "AttnDownBlock2D"],
            "up_block_types": ["AttnUpBlock2D", "ResnetUpsampleBlock2D", "UpBlock2D"],
            "layers_per_block": 3,
            "norm_num_groups": 1,
            "attn_norm_num_groups": 2,
            "attention_head_dim": 2,
            "mid_block_scale_factor": 1.5,
        },
        "time": [77, 78],
        "size": [16, 32],
    },
}


def case(name, config, time, labels=None, size=(16, 16)):
    model = UNet2DModel(**config).eval()
    weights = {key: parameter(key, tuple(value.shape)) for key, value in model.state_dict().items()}
    model.load_state_dict(weights)
    x = data(f"{name}:x", (2, model.config.in_channels, *size))
    target = data(f"{name}:target", (2, model.config.out_channels, *size))
    kwargs = {}
    if labels == "embeddings":
        kwargs["class_labels"] = data(f"{name}:labels", (2, model.time_embedding.linear_2.out_features))
    elif labels is not None:
        kwargs["class_labels"] = torch.tensor(labels)
    times = torch.tensor(time, dtype=torch.long if config.get("time_embedding_type") == "learned" else torch.float32)
    y = model(x, times, **kwargs).sample
    (y * target).mean().backward()
    y.detach().numpy().tofile(HERE / f"{name}.f32")
    trained = dict(model.named_parameters())
    parameters = {}
    for key, value in model.state_dict().items():
        gradient = trained[key].grad
        numbers = (0.0, 0.0)
        if gradient is not None:
            g = gradient.double()
            numbers = (g.norm().item(), (g * data(f"{key}:direction", tuple(g.shape)).double()).sum().item())
        parameters[key] = [list(value.shape), *(float(f"{number:.7g}") for number in numbers)]
    print(name, tuple(y.shape), f"{y.std().item():.3f}", len(parameters))
    full = {key: value for key, value in model.config.items() if key != "_use_default_values"}
    return {
        "config": full | {"_class_name": "UNet2DModel", "_diffusers_version": diffusers.__version__},
        **{"time": time, "labels": labels, "size": list(size), "parameters": parameters},
    }


manifest = {"source": f"diffusers {diffusers.__version__}, torch {torch.__version__}, float32", "cases": {}}
for name, arguments in CASES.items():
    manifest["cases"][name] = case(name, **arguments)
lines = json.dumps(manifest, indent=1)
# A parameter a line.
lines = re.sub(
    r"\[\s+((?:[^\[\]]|\[[^\[\]]*\])*?)\s+\]",
    lambda found: "[" + re.sub(r"([\[,])\s+|\s+(?=\])", r"\1", found[1]) + "]",
    lines,
)
(HERE / "manifest.json").write_text(lines + "\n")
