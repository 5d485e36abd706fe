import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { compose, type Hooks, layer, type ParameterSpec } from './index';

const scalar: ParameterSpec = { shape: [], layout: 'same', initial: { kind: 'constant', value: 1 } };
const times = layer(
  { factor: scalar },
  ({ factor }) =>
    (x: tf.Tensor) =>
      tf.mul(x, factor),
);
const twice = compose({ first: times, 'then.0': times }, (m) => (x: tf.Tensor) => m['then.0'](m.first(x)));
const net = compose({ body: twice, head: times }, (m) => (x: tf.Tensor) => m.head(m.body(x)));

beforeAll(() => tf.setBackend('cpu'));

test('composed layers have their parameters under the names of their parts, in order', () => {
  expect([...net.parameters.keys()]).toEqual(['body.first.factor', 'body.then.0.factor', 'head.factor']);
});

test('a bound layer computes with the parameters of those names and frees what is between', () => {
  const values = new Map([...net.parameters.keys()].map((name, i) => [name, tf.scalar(i + 2)]));
  const call = net.bind((name) => values.get(name) as tf.Tensor);
  const x = tf.scalar(10);
  const before = tf.memory().numTensors;
  const y = call(x);
  expect(y.dataSync()[0]).toBe(10 * 2 * 3 * 4);
  expect(tf.memory().numTensors).toBe(before + 1);
});

test('hooks run the outermost parts and the places of dropout, by name', () => {
  const place = { parameters: new Map(), bind: hooked };
  const inner = compose({ times, drop: place }, (m) => (x: tf.Tensor) => m.drop(m.times(x) as tf.Tensor4D));
  const outer = compose({ a: inner, b: inner }, (m) => (x: tf.Tensor) => m.b(m.a(x)));
  const seen: string[] = [];
  const call = outer.bind(() => tf.scalar(2), {
    part(name, run, inputs) {
      seen.push(`part ${name} of ${inputs.length}`);
      return run(...inputs);
    },
    dropout(name, x) {
      seen.push(`dropout ${name}`);
      return tf.mul(x, 5);
    },
  });
  expect(call(tf.scalar(1)).dataSync()[0]).toBe(2 * 5 * 2 * 5);
  expect(seen).toEqual(['part a of 1', 'dropout a.drop.here', 'part b of 1', 'dropout b.drop.here']);
});

function hooked(_: unknown, hooks?: Hooks): (x: tf.Tensor4D) => tf.Tensor4D {
  return (x) => hooks?.dropout?.('here', x) ?? x;
}
