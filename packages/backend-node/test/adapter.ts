import { softwareVulkan } from '../../../scripts/chromium.mjs';
import { findAdapters } from '../src/device/find-adapters';
import { findPackage } from '../src/device/find-package';

Object.assign(process.env, softwareVulkan()); // for Dawn here, and in the processes that are started

const found = (await findAdapters(findPackage('webgpu') ?? '')).length > 0;
/** A Vulkan driver is named, so that an adapter has to be there: what goes wrong then is a fault and no reason to skip. */
const isPromised = process.env.VK_ICD_FILENAMES !== undefined;
if (!found && !isPromised)
  console.warn('No GPU and no SwiftShader here: Dawn is not tested. Install chromium (Debian) for it.');

/** For `test.skipIf`: this machine has nothing that Dawn could run on, and a sentence on the console said so. */
export const noAdapter = !found && !isPromised;
