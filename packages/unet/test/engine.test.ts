import { testAllGoldens } from './engine-golden';

testAllGoldens({ threads: 2, simd: 'relaxed' });
