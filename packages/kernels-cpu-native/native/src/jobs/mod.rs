//! Every job by its name: one file for each family, as in kernels-cpu/assembly.

pub mod attention;
pub mod conv;
pub mod elementwise;
pub mod gemm;
pub mod group_norm;
pub mod layer_norm;
pub mod optimizer;
pub mod random;
pub mod reduce;
pub mod resample;
pub mod winograd;

use crate::job::{Job, Setting};
use crate::memory::{Fault, check};
use crate::pool::Pool;
use crate::simd::Level;

/// Reads a job's arguments, checks them, and runs its chunks.
type Run = fn(arguments: &[u8], chunks: usize, level: Level, setting: &Setting, pool: &Pool) -> Result<(), Fault>;

fn run<J: Job>(arguments: &[u8], chunks: usize, level: Level, setting: &Setting, pool: &Pool) -> Result<(), Fault> {
    check(arguments.len() >= size_of::<J::Arguments>(), "fewer bytes than the job's arguments")?;
    // SAFETY: arguments are plain numbers, of which any bits are some; they may lie anywhere.
    let args = unsafe { arguments.as_ptr().cast::<J::Arguments>().read_unaligned() };
    let job = J::prepare(&args, setting)?;
    check(chunks <= job.chunks(), "more chunks than the job has")?;
    // SAFETY: `prepare` has checked what the chunks touch, and the level is one of this processor.
    unsafe { pool.run(level.entry::<J>(), (&raw const job).cast(), chunks) }
}

/// All jobs; JavaScript calls them by their place here.
pub static JOBS: &[(&str, Run)] = &[
    ("largestKey", run::<attention::LargestKey>),
    ("attention", run::<attention::Attention>),
    ("attentionGrad", run::<attention::AttentionGrad>),
    ("conv", run::<conv::Conv>),
    ("convFilterGrad", run::<conv::ConvFilterGrad>),
    ("turnFilter", run::<conv::TurnFilter>),
    ("unary", run::<elementwise::Unary>),
    ("binary", run::<elementwise::Binary>),
    ("copy", run::<elementwise::Copied>),
    ("fill", run::<elementwise::Fill>),
    ("cast", run::<elementwise::Cast>),
    ("sine", run::<elementwise::Sine>),
    ("linearCombination", run::<elementwise::LinearCombination>),
    ("gemm", run::<gemm::Gemm>),
    ("pack", run::<gemm::Pack>),
    ("peak", run::<gemm::Peak>),
    ("groupStatistics", run::<group_norm::GroupStatistics>),
    ("groupMoments", run::<group_norm::GroupMoments>),
    ("groupNorm", run::<group_norm::GroupNorm>),
    ("groupNormGradSums", run::<group_norm::GroupNormGradSums>),
    ("groupNormGradFactors", run::<group_norm::GroupNormGradFactors>),
    ("groupNormGrad", run::<group_norm::GroupNormGrad>),
    ("layerNorm", run::<layer_norm::LayerNorm>),
    ("layerNormGrad", run::<layer_norm::LayerNormGrad>),
    ("adamW", run::<optimizer::AdamW>),
    ("ema", run::<optimizer::Ema>),
    ("sumSquares", run::<optimizer::SumSquares>),
    ("randomNormal", run::<random::RandomNormal>),
    ("embedding", run::<random::Embedding>),
    ("embeddingGrad", run::<random::EmbeddingGrad>),
    ("sumRows", run::<reduce::SumRows>),
    ("sumPartials", run::<reduce::SumPartials>),
    ("sumEachRow", run::<reduce::SumEachRow>),
    ("maxPool", run::<resample::MaxPool>),
    ("maxPoolGrad", run::<resample::MaxPoolGrad>),
    ("upsample", run::<resample::Upsample>),
    ("upsampleGrad", run::<resample::UpsampleGrad>),
    ("winogradFilter", run::<winograd::Filter>),
    ("winograd", run::<winograd::Winograd>),
    ("winogradGradTransform", run::<winograd::GradTransform>),
    ("winogradGradProduct", run::<winograd::GradProduct>),
    ("winogradGradFilter", run::<winograd::GradFilter>),
];
