import { jasmine } from './environment';
import { options } from './options';
import type { Spec } from './report';

/** Runs what tfjs's test files have declared. */
export async function runSpecs(): Promise<{ specs: Spec[]; errors: string[] }> {
  const specs: Spec[] = [];
  const errors: string[] = [];
  // tfjs writes the environment into the names of its suites.
  const environment = ` ${options.backend} ${JSON.stringify(options.flags)}`;
  const env = jasmine.getEnv();
  env.configure({ random: false });
  env.clearReporters();
  env.addReporter({
    specDone({ fullName, status, failedExpectations }) {
      const name = fullName.replace(environment, '').replace(/\s+/g, ' ');
      specs.push({ name, status, failures: failedExpectations.map(({ message, stack }) => `${message}\n${stack}`) });
    },
    suiteDone({ fullName, failedExpectations }) {
      for (const { message } of failedExpectations) errors.push(`${fullName}: ${message}`);
    },
    jasmineDone({ failedExpectations, incompleteReason }) {
      for (const { message } of failedExpectations) errors.push(message);
      if (incompleteReason) errors.push(incompleteReason);
    },
  });
  await env.execute();
  return { specs, errors };
}
