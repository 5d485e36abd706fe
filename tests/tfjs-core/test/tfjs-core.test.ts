import { describe, expect, it } from 'vitest';
import { exceptions } from './exceptions';
import { buildSuite, runSuite } from './run-suite';

const reasons = new Map(exceptions.map(({ spec, reason }) => [spec, reason]));

await buildSuite('main');
for (const [simd, threads] of [
  ['relaxed', 2],
  ['plain', 1],
] as const) {
  const report = await runSuite({ simd, threads });
  const passed = report.specs.filter(({ status }) => status === 'passed').length;
  const excepted = report.specs.filter(({ name, status }) => status !== 'passed' && reasons.has(name)).length;
  const title = `tfjs-core on the CPU engine (${simd} SIMD, ${threads} threads)`;
  process.stdout.write(`${title}: ${report.specs.length} specs, ${passed} passed, ${excepted} excepted\n`);

  describe(title, () => {
    it('runs whole, on the engine', () => {
      expect(report.errors).toEqual([]);
      expect(report).toMatchObject({ simd, threads });
      expect(report.specs.length).toBeGreaterThan(4000);
      expect(report.jobs).toBeGreaterThan(1000);
    });

    it('has every spec that is excepted', () => {
      const names = new Set(report.specs.map(({ name }) => name));
      expect([...reasons.keys()].filter((name) => !names.has(name))).toEqual([]);
    });

    for (const { name, status, failures } of report.specs) {
      const reason = reasons.get(name);
      it(reason ? `${name} (excepted: ${reason})` : name, () => {
        if (reason && status === 'passed') expect.fail('It passes now: take it from the exceptions.');
        if (!reason && status !== 'passed') expect.fail([`It is ${status}.`, ...failures].join('\n'));
      });
    }
  });
}
