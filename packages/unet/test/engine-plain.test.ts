import { testAllGoldens } from './engine-golden';

testAllGoldens({ threads: 1, simd: 'plain' });
