import { prepareFile, writeFileAtomically } from '@denoiser/backend-node';
import { commandOutput } from '../command-output';
import { type Run, type RunSummary, readRuns } from '../runs/read-runs';
import { runsPage } from '../runs/runs-page';
import { runsText } from '../runs/runs-text';

export interface RunsFlags {
  html?: string;
  json?: boolean;
}

/** `denoiser runs [folder]` */
export async function runs(folder: string, { html, json }: RunsFlags): Promise<void> {
  const found = await readRuns(folder);
  if (html !== undefined) {
    await prepareFile(html);
    await writeFileAtomically(html, await runsPage(found));
  }
  const { print, result } = commandOutput({ isJson: json });
  if (!json) print(runsText(found, process.stdout.columns));
  if (html !== undefined) print(`\n${html}`);
  result({ runs: found.map(summaryOf) });
}

const summaryOf = ({ losses: _, validations: __, ...summary }: Run): RunSummary => summary;
