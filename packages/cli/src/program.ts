import { shippedModels } from '@denoiser/pipeline/shipped-models';
import { Command } from 'commander';
import type { ConvertFlags } from './commands/convert';
import type { EvalFlags } from './commands/eval';
import type { ResumeOptions } from './commands/resume';
import type { RunsFlags } from './commands/runs';
import { completion, SHELLS } from './completion/index';
import { suggesting } from './completion/vocabulary';
import { configFlags } from './config/flags';
import { addConvertOptions } from './convert-options';
import { addDeviceOptions } from './device-options';
import { CommandError } from './errors';
import { addEvalOptions } from './eval-options';
import { helpText } from './help-text';
import { choice, DEVICES, integer, number } from './options';
import { type Host, quietHost } from './process/host';
import { addSamplerOptions, range, seeds } from './sampler-options';
import type { SampleFlags } from './sampling/sample-flags';
import { addBareFileOptions, addWeightsOptions } from './source-options';
import { addTrainOptions, givenOptions, LIMIT } from './train-options';
import { version } from './version';

/** Models that come as packages. */
const SHIPPED = shippedModels.map(({ name }) => name);

/**
 * Creates the command line: names, options, defaults, help. What a command does is imported when it runs: tfjs takes a second to
 * load, which `--help` and a mistyped option need not wait for.
 */
export function createProgram(host: Host = quietHost()): Command {
  const program = new Command('denoiser')
    .description('Train denoising diffusion models on a folder of images, and sample from them.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help on a command')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      'after',
      helpText(`
Examples:
  $ denoiser train ./pictures --size 64 --out runs/landscape
  $ denoiser resume runs/landscape
  $ denoiser sample runs/landscape --count 16 --seed 7 --out grid.png
  $ denoiser doctor

'denoiser <command> --help' lists the options of a command.`),
    );
  program.hook('preAction', (_, command) => checkFilled(command));
  addTrain(program, host);
  addResume(program, host);
  addSample(program, host);
  addEval(program, host);
  addConvert(program);
  addRuns(program);
  program
    .command('doctor')
    .description('Say which device would be used and why, the versions, and which kernels are missing.')
    .option('--device <name>', "look at this device; 'auto' takes the best", suggesting(DEVICES), 'auto')
    .option('--json', 'print one JSON value instead')
    .action(async (options: { device: string; json?: boolean }) => {
      const { doctor } = await import('./commands/doctor');
      await doctor(options);
    });
  program
    .command('completion')
    .description("Print a script that completes denoiser's words in a shell.")
    .argument('<shell>', SHELLS.join(', '), choice('The shell', SHELLS))
    .addHelpText(
      'after',
      helpText(`
Examples:
  $ denoiser completion fish > ~/.config/fish/completions/denoiser.fish
  $ eval "$(denoiser completion bash)"                                        # in ~/.bashrc
  $ eval "$(denoiser completion zsh)"                                         # in ~/.zshrc, after compinit`),
    )
    .action((shell: (typeof SHELLS)[number]) => {
      process.stdout.write(completion(shell, program));
    });
  return program;
}

/** An empty path is where a variable of a script was not set: it would mean the current folder. */
function checkFilled(command: Command): void {
  const named = command.registeredArguments.map((argument, i) => [`<${argument.name()}>`, command.args[i]] as const);
  const given = command.options.map((option) => [option.long, command.getOptionValue(option.attributeName())] as const);
  const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === '';
  const empty = [...named, ...given].find(([, value]) => (Array.isArray(value) ? value.some(isBlank) : isBlank(value)));
  if (empty) throw new CommandError('option-invalid', `${empty[0]} is empty; give it a value.`);
}

function addTrain(program: Command, host: Host): void {
  const options = configFlags();
  const command = addTrainOptions(program.command('train'), options);
  command.action(async (data: string | undefined) => {
    const { train } = await import('./commands/train');
    const { flags, given } = givenOptions(command, options);
    await train(data, flags, given, host);
  });
}

function addResume(program: Command, host: Host): void {
  program
    .command('resume')
    .description('Go on with a run from its latest checkpoint.')
    .argument('<run>', 'the run folder')
    .option(
      '--epochs <n>',
      'passes over the images in all, to go further than planned',
      integer('--epochs', { min: 1 }),
    )
    .option('--steps <n>', 'training steps in all, to go further than planned', integer('--steps', { min: 1 }))
    .option('--minutes <n>', LIMIT, number('--minutes', { min: 0, above: true }))
    .option('--hours <n>', 'the same in hours', number('--hours', { min: 0, above: true }))
    .option('--lr <rate>', 'another learning rate from here on', number('--lr', { min: 0, above: true }))
    .option('--data <folder>', 'where the images are now, if they were moved')
    .option('--device <name>', 'another device', suggesting(DEVICES))
    .option('--log <module>', 'a module of your own that is told of every step: it exports onStep, onValidation, …')
    .option('--json', 'print how it ended as one JSON value on stdout, everything else on stderr')
    .addHelpText(
      'after',
      helpText(`
Everything else is as the run's config.json says. The run ends as if it had not been interrupted.

Examples:
  $ denoiser resume runs/landscape
  $ denoiser resume runs/landscape --epochs 800
  $ denoiser resume runs/landscape --lr 1e-4          # when the loss was not finite any more`),
    )
    .action(async (folder: string, options: ResumeOptions) => {
      const { resume } = await import('./commands/resume');
      await resume(folder, options, host);
    });
}

function addSample(program: Command, host: Host): void {
  const collect = (value: string, before: string[] = []) => [...before, value];
  const command = program
    .command('sample')
    .description('Draw pictures from a checkpoint, into one PNG or one for each.')
    .argument('[run]', 'a run folder, a folder in its checkpoints/, or a .safetensors, .pt or .onnx file')
    .option('--model <name>', `instead a model that comes as a package: ${SHIPPED.join(', ')}`, suggesting(SHIPPED))
    .optionsGroup('What to draw:')
    .option(
      '--count <n>',
      'pictures in all (default: 16; with classes one of each); with --text rows',
      integer('--count', { min: 1 }),
    )
    .option('--class <name|index>', 'a class to draw; may be repeated (default: each in turn)', collect)
    .option(
      '--text <word>',
      'a word: a row of its characters, which are classes of the model, in one style; with --count so many rows, each of a seed',
    )
    .option('--shared-noise', 'each of the classes from the same noise, so that they have one style')
    .option('--seed <integer>', 'the same seed gives the same pictures (default: 0)', integer('--seed', { min: 0 }))
    .option('--interpolate <a:b>', 'a row of pictures from seed a to seed b, for each class', seeds('--interpolate'))
    .option('--like <picture>', 'as this PNG of ours was drawn; what else is given goes before it')
    .option('--out <file>', 'the PNG of all; with a slash at its end a folder, one PNG for each', 'grid.png')
    .option(
      '--columns <n>',
      'pictures in a row (default: one for each class, or as square as it gets)',
      integer('--columns', { min: 1 }),
    )
    .option(
      '--trajectory <file>',
      'what the network takes each picture for on the way: a second PNG, of a row for each, or an animated GIF',
    )
    .option('--json', 'print one JSON value on stdout, everything else on stderr')
    .optionsGroup('From a picture:')
    .option('--from <file>', 'draw a picture anew (image-to-image)')
    .option(
      '--strength <share>',
      'how much of the way, from 0 to 1 (default: 0.6); 1 keeps next to nothing',
      number('--strength', { min: 0, max: 1, above: true }),
    )
    .option('--inpaint <file>', 'fill a part of this picture')
    .option('--mask <file>', 'that part: white is filled, black is kept')
    .option('--invert <file>', 'find the noise that ddim makes this picture from, and draw it again')
    .optionsGroup('Guidance, where there are classes:')
    .option(
      '--guidance <scale>',
      "scale of classifier-free guidance (default: the model's, else 3)",
      number('--guidance', { min: 0 }),
    )
    .option('--negative-class <name|index>', 'lead away from this class instead of from none')
    .option(
      '--guidance-rescale <share>',
      'how far contrast is brought back, from 0 (default) to 1',
      number('--guidance-rescale', { min: 0, max: 1 }),
    )
    .option(
      '--guidance-interval <min:max>',
      'guide only at σ/α between these, like 0.3:5',
      range('--guidance-interval'),
    );
  addWeightsOptions(addSamplerOptions(command).optionsGroup('How:')).option(
    '--batch-size <n>',
    'pictures drawn at once; changes nothing but speed and memory',
    integer('--batch-size', { min: 1 }),
    16,
  );
  addDeviceOptions(command);
  addBareFileOptions(command)
    .addHelpText(
      'after',
      helpText(`
--variance: each step adds noise of variance β_t or β̃_t = β_t·(1 − ᾱ_(t−1))/(1 − ᾱ_t), the smaller one. Over all 1000 steps
they hardly differ, and β is what the original programs take; with few steps β leaves noise in the pictures.
'--variance beta --noclip --original' samples exactly as the original programs do.

Examples:
  $ denoiser sample runs/landscape --count 16 --seed 7 --out grid.png
  $ denoiser sample runs/landscape --seed 7 --out pictures/      # single pictures, at their own size
  $ denoiser sample --like pictures/seed-7-0003.png --steps 250   # the fourth of them again, in more steps
  $ denoiser sample runs/animals --class cat --class dog --count 8 --guidance 4
  $ denoiser sample --model glyphs --text Hello --count 4         # a row a seed, each in one hand
  $ denoiser sample runs/landscape --sampler dpmpp-2m --steps 20  # fifty times quicker
  $ denoiser sample --list                                        # every sampler
  $ denoiser sample runs/landscape --from sketch.png --strength 0.6 --sampler ddim
  $ denoiser sample runs/landscape --inpaint photo.png --mask hole.png
  $ denoiser sample model.onnx --onnx-provider cuda,cpu           # in onnxruntime
  $ denoiser sample ema_ckpt.safetensors --size 64 --variance beta --noclip --original`),
    )
    .action(async (source: string | undefined, options: SampleFlags) => {
      if (options.list) {
        const { samplerTable } = await import('./sampler-table');
        process.stdout.write(`${samplerTable()}\n`);
        return;
      }
      const { sample } = await import('./commands/sample');
      await sample(source, options, host);
    });
}

function addEval(program: Command, host: Host): void {
  addEvalOptions(program.command('eval')).action(async (source: string, options: EvalFlags) => {
    const { evaluateRun } = await import('./commands/eval');
    await evaluateRun(source, options, host);
  });
}

function addConvert(program: Command): void {
  addConvertOptions(program.command('convert')).action(async (source: string, options: ConvertFlags) => {
    const { convert } = await import('./commands/convert');
    await convert(source, options);
  });
}

function addRuns(program: Command): void {
  program
    .command('runs')
    .description('List the runs in a folder, and compare them: steps, loss, the options in which they differ.')
    .argument('[folder]', 'the folder that runs are in, or a run', 'runs')
    .option('--html <file>', 'write a page, too: their curves in one chart, and their last samples')
    .option('--json', 'print one JSON value instead of a table')
    .addHelpText(
      'after',
      helpText(`
loss: the mean of the last tenth of the steps. validation: the lowest of the averaged weights on held-out images.

Examples:
  $ denoiser runs
  $ denoiser runs runs/animals --html compared.html`),
    )
    .action(async (folder: string, options: RunsFlags) => {
      const { runs } = await import('./commands/runs');
      await runs(folder, options);
    });
}
