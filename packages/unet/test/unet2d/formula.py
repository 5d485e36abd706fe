"""The formula of ../seed-formula.ts, for the scripts that make fixtures."""

import math

import numpy as np
import torch


def uniform(name, shape):
    """2u − 1 of the formula, in float64."""
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    k = (h + np.arange(math.prod(shape), dtype=np.uint64) * 0x9E3779B9) & 0xFFFFFFFF
    k ^= k >> np.uint64(16)
    k = (k * 0x85EBCA6B) & 0xFFFFFFFF
    k ^= k >> np.uint64(13)
    k = (k * 0xC2B2AE35) & 0xFFFFFFFF
    k ^= k >> np.uint64(16)
    return (2 * (k.astype(np.float64) / 2**32) - 1).reshape(shape)


def parameter(name, shape):
    u = uniform(name, shape)
    if len(shape) >= 2:
        u = u / math.sqrt(math.prod(shape[1:]))
    else:
        u = 0.1 * u + (0 if name.endswith("bias") else 1)
    return torch.from_numpy(u.astype(np.float32))


def data(name, shape):
    return torch.from_numpy((math.sqrt(3) * uniform(name, shape)).astype(np.float32))
