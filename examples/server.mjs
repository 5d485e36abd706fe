// A server that draws: node server.mjs digits 8080, then http://localhost:8080/images?seed=7&count=4
import { drawImages, encodePng, runInWorker } from '@denoiser/backend-node';
import fastify from 'fastify';

const [run = 'digits', port = '8080'] = process.argv.slice(2);
const model = await runInWorker(run, { batchSize: 16, capacity: 64 });
const whole = (minimum, maximum, value) => ({ type: 'integer', minimum, maximum, default: value });
const querystring = {
  type: 'object',
  properties: { seed: whole(0, 2 ** 32, 0), count: whole(1, 16, 1), steps: whole(1, 50, 20) },
};
const STATUS = { 'queue-full': 503, 'option-invalid': 400 };

const server = fastify();
server.get('/images', { schema: { querystring } }, async ({ query, signal }, reply) => {
  const images = await drawImages(model, { ...query, sampler: 'dpmpp-2m', signal }); // ends when the client leaves
  reply.type('image/png');
  return (await encodePng(images)).bytes;
});
server.setErrorHandler((error, _, reply) =>
  reply.code(error.statusCode ?? STATUS[error.code] ?? 500).send({ code: error.code, message: error.message }),
);
server.addHook('onClose', () => model.dispose());
process.once('SIGTERM', () => server.close());
console.log(`Listening on ${await server.listen({ port: Number(port) })}`);
