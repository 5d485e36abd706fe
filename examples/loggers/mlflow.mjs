// Logs a run to MLflow: MLFLOW_TRACKING_URI=http://localhost:5000 denoiser train ./pictures --log ./mlflow.mjs
// Any other logger is three lines of the same kind: export onBegin, onStep and onEnd that call it.
const uri = process.env.MLFLOW_TRACKING_URI ?? 'http://localhost:5000';
let run_id;

async function post(path, content) {
  const [method, headers] = ['POST', { 'content-type': 'application/json' }];
  const response = await fetch(`${uri}/api/2.0/mlflow/${path}`, { method, headers, body: JSON.stringify(content) });
  if (!response.ok) throw new Error(`${uri} answers ${response.status}`);
  return response.json();
}
const log = (step, values) => {
  const metrics = Object.entries(values).map(([key, value]) => ({ key, value, step, timestamp: Date.now() }));
  return post('runs/log-batch', { run_id, metrics });
};

export async function onBegin(_about, { folder }) {
  const { run } = await post('runs/create', { experiment_id: '0', run_name: folder, start_time: Date.now() });
  run_id = run.info.run_id;
}
export const onStep = ({ step, loss, gradientNorm }) => log(step, { loss, gradient_norm: gradientNorm });
export const onValidation = ({ step, emaLoss }) => log(step, { validation_loss: emaLoss });
export const onEnd = () => post('runs/update', { run_id, status: 'FINISHED', end_time: Date.now() });
