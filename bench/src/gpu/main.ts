import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, release, type } from 'node:os';
import { dirname } from 'node:path';
import { adapterName, isSoftwareAdapter } from '@denoiser/backend-node';
import { browserRunner } from '../web/browser';
import { nodeRunner } from '../web/node';
import type { Runner } from '../web/runner';
import type { Step } from '../web/task';
import type { Card } from './card';
import { type OnnxFiles, writeOnnxFiles } from './onnx-files';
import { optionsIn } from './options';
import { boundMs } from './roofline';
import { pytorchSubjects, type Subject, webgpuSubjects } from './subjects';
import { markdown, type Row, SOFTWARE } from './table';

/**
 * `npm run bench:gpu`: what this machine's graphics card can do, and what part of it a step of sampling and of training has, beside
 * tfjs's kernels, onnxruntime's WebGPU and PyTorch: one table to paste into an issue.
 */
const options = optionsIn(process.argv.slice(2));
const tell = (text: string) => process.stderr.write(text);

const { card, onGpu } = await findCard();
const isSoftware = isSoftwareAdapter(card.adapter);
tell(`${adapterName(card.adapter)}\n${isSoftware ? `${SOFTWARE}\n` : ''}`);
const models = await writeOnnxFiles(options.networks, options);
process.on('exit', models.remove);
const runners: Runner[] = [];
try {
  const subjects = (await findSubjects(models)).filter(({ name }) => isWanted(name));
  const bounds = new Map<Step, number>();
  const rows: Row[] = [];
  for (const step of options.steps) rows.push(...(await measureStep(step, subjects, bounds)));
  const adapter = adapterName(card.adapter);
  const machine = { system: `${type()} ${release()}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}` };
  const report = { card, adapter, isSoftware, machine, rows, bound: (step: Step) => bounds.get(step) };
  process.stdout.write(`${markdown(report)}\n`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ card, machine, rows }, null, 2)}\n`);
} finally {
  for (const runner of runners) await runner.close();
}
process.exit(0); // whatever the libraries hold

/** The machine's adapter, or SwiftShader where it has none. */
async function findCard(): Promise<{ card: Card; onGpu: boolean }> {
  const measured = (onGpu: boolean) => nodeRunner({ onGpu, adapter: options.adapter }).run('measureCard', options.card);
  try {
    const found = await measured(true);
    return { card: found, onGpu: !isSoftwareAdapter(found.adapter) };
  } catch (error) {
    tell(`${error instanceof Error ? error.message : error} SwiftShader is tried.\n`);
    return { card: await measured(false), onGpu: false };
  }
}

async function findSubjects({ folder, ...files }: OnnxFiles): Promise<Subject[]> {
  const inNode = nodeRunner({ onGpu, adapter: options.adapter });
  runners.push(inNode);
  const subjects = webgpuSubjects(inNode, { folder, ...files }, 'onnxruntime-node');
  if (options.inChromium) {
    const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
    const inPage = await browserRunner({ onGpu, files: { '/ort/': runtime, '/models/': folder } });
    runners.push(inPage);
    const pathOf: OnnxFiles['pathOf'] = (...which) => files.pathOf(...which).replace(folder, '/models');
    subjects.push(...webgpuSubjects(inPage, { folder, ...files, pathOf }, 'onnxruntime-web'));
  }
  const python = process.env.BENCH_PYTHON;
  if (python) subjects.push(...pytorchSubjects(python, options.torchDevice));
  else tell('PyTorch is left out: BENCH_PYTHON names no Python that has it.\n');
  return subjects;
}

function isWanted(name: string): boolean {
  return options.subjects.length === 0 || options.subjects.some((part) => name.includes(part));
}

/** All subjects in turn, so that what else the machine does falls on all alike. */
async function measureStep(step: Step, all: readonly Subject[], bounds: Map<Step, number>): Promise<Row[]> {
  const able = all.filter(({ steps }) => steps.includes(step.step));
  const times = new Map<Subject, number[]>(able.map((subject) => [subject, []]));
  const dispatches = new Map<Subject, number>();
  const problems = new Map<Subject, string>();
  const attempt = async <T>(subject: Subject, work: () => Promise<T>): Promise<T | undefined> => {
    if (problems.has(subject)) return undefined;
    try {
      return await work();
    } catch (error) {
      problems.set(subject, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  for (const subject of able) {
    const counted = await attempt(subject, async () => subject.count?.(step));
    if (!counted) continue;
    dispatches.set(subject, counted.counts.dispatches);
    if (subject.name === 'denoiser' && !bounds.has(step)) bounds.set(step, boundMs(counted.counts, card));
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of able) {
      const found = await attempt(subject, () =>
        subject.take(step, { warmUp: options.warmUp, measured: options.measured }),
      );
      tell('.');
      if (!found) continue;
      times.get(subject)?.push(...found.ms);
      if (found.counts.dispatches > 0) dispatches.set(subject, found.counts.dispatches / options.measured);
      if (found.problem !== undefined) problems.set(subject, found.problem);
    }
  }
  tell('\n');
  return able.map((subject): Row => {
    const { name, where } = subject;
    const counted = dispatches.get(subject);
    const problem = problems.get(subject);
    return {
      ...{ subject: name, where, step, ms: times.get(subject) ?? [] },
      ...(counted !== undefined && { dispatches: counted }),
      ...(problem !== undefined && { problem }),
    };
  });
}
