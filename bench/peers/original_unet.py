"""The original U-Net in PyTorch, under the names that its files have. NCHW."""
import torch
import torch.nn.functional as F
from torch import nn

HEADS = 4


def double_conv(channels_in, channels_out, channels_mid=None):
    mid = channels_mid or channels_out
    return nn.Sequential(
        nn.Conv2d(channels_in, mid, 3, padding=1, bias=False),
        nn.GroupNorm(1, mid),
        nn.GELU(),
        nn.Conv2d(mid, channels_out, 3, padding=1, bias=False),
        nn.GroupNorm(1, channels_out),
    )


class DoubleConv(nn.Module):
    def __init__(self, *channels, residual=False):
        super().__init__()
        self.residual = residual
        self.double_conv = double_conv(*channels)

    def forward(self, x):
        y = self.double_conv(x)
        return F.gelu(x + y) if self.residual else y


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.mha = nn.MultiheadAttention(channels, HEADS, batch_first=True)
        self.ln = nn.LayerNorm([channels])
        self.ff_self = nn.Sequential(
            nn.LayerNorm([channels]), nn.Linear(channels, channels), nn.GELU(), nn.Linear(channels, channels)
        )

    def forward(self, x):
        rows = x.flatten(2).transpose(1, 2)
        normal = self.ln(rows)
        attended = self.mha(normal, normal, normal, need_weights=False)[0] + rows
        return (self.ff_self(attended) + attended).transpose(1, 2).reshape(x.shape)


class Level(nn.Module):
    """A Down or an Up: two double convolutions and the time embedding."""

    def __init__(self, name, first, second, time_dim, before):
        super().__init__()
        setattr(self, name, nn.Sequential(*before, first, second))
        self.layers = lambda: getattr(self, name)
        self.emb_layer = nn.Sequential(nn.SiLU(), nn.Linear(time_dim, second.double_conv[3].out_channels))

    def forward(self, x, t):
        return self.layers()(x) + self.emb_layer(t)[:, :, None, None]


class UNet(nn.Module):
    def __init__(self, w=64, time_dim=256, channels=3):
        super().__init__()

        def down(i, o):
            return Level("maxpool_conv", DoubleConv(i, i, residual=True), DoubleConv(i, o), time_dim, [nn.MaxPool2d(2)])

        def up(i, o):
            return Level("conv", DoubleConv(i, i, residual=True), DoubleConv(i, o, i // 2), time_dim, [])

        self.time_dim = time_dim
        self.inc = DoubleConv(channels, w)
        self.down1, self.sa1 = down(w, 2 * w), Attention(2 * w)
        self.down2, self.sa2 = down(2 * w, 4 * w), Attention(4 * w)
        self.down3, self.sa3 = down(4 * w, 4 * w), Attention(4 * w)
        self.bot1, self.bot2, self.bot3 = DoubleConv(4 * w, 8 * w), DoubleConv(8 * w, 8 * w), DoubleConv(8 * w, 4 * w)
        self.up1, self.sa4 = up(8 * w, 2 * w), Attention(2 * w)
        self.up2, self.sa5 = up(4 * w, w), Attention(w)
        self.up3, self.sa6 = up(2 * w, w), Attention(w)
        self.outc = nn.Conv2d(w, channels, 1)

    def forward(self, x, t):
        frequencies = 1.0 / (10000 ** (torch.arange(0, self.time_dim, 2).float() / self.time_dim))
        angles = t.float()[:, None] * frequencies
        t = torch.cat([angles.sin(), angles.cos()], dim=-1)
        x1 = self.inc(x)
        x2 = self.sa1(self.down1(x1, t))
        x3 = self.sa2(self.down2(x2, t))
        x4 = self.sa3(self.down3(x3, t))
        x = self.bot3(self.bot2(self.bot1(x4)))
        for up, attention, skip in ((self.up1, self.sa4, x3), (self.up2, self.sa5, x2), (self.up3, self.sa6, x1)):
            larger = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
            x = attention(up(torch.cat([skip, larger], dim=1), t))
        return self.outc(x)
