import { create, createFileRegistry, type DescMessage, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import type { ModelHead, ModelProto } from './messages';

/** A field: its number and type, a message where it is a name; `[]` where it is repeated. */
type Field = readonly [number: number, type: keyof typeof SCALARS | `${string}Proto`, many?: readonly []];

const SCALARS = { int32: Type.INT32, int64: Type.INT64, float: Type.FLOAT, string: Type.STRING, bytes: Type.BYTES };

/**
 * The messages of onnx/onnx.proto (https://github.com/onnx/onnx, IR versions 8 to 10) that a model of plain operators has, with the
 * fields that it needs. `ModelHeadProto` is `ModelProto` without its graph, which is most of a file.
 */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  ModelProto: {
    ir_version: [1, 'int64'],
    opset_import: [8, 'OperatorSetIdProto', []],
    producer_name: [2, 'string'],
    graph: [7, 'GraphProto'],
    metadata_props: [14, 'StringStringEntryProto', []],
  },
  ModelHeadProto: {
    ir_version: [1, 'int64'],
    opset_import: [8, 'OperatorSetIdProto', []],
    producer_name: [2, 'string'],
    metadata_props: [14, 'StringStringEntryProto', []],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  GraphProto: {
    node: [1, 'NodeProto', []],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', []],
    input: [11, 'ValueInfoProto', []],
    output: [12, 'ValueInfoProto', []],
  },
  NodeProto: {
    input: [1, 'string', []],
    output: [2, 'string', []],
    name: [3, 'string'],
    op_type: [4, 'string'],
    attribute: [5, 'AttributeProto', []],
    domain: [7, 'string'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    ints: [8, 'int64', []],
    type: [20, 'int32'],
  },
  TensorProto: { dims: [1, 'int64', []], data_type: [2, 'int32'], name: [8, 'string'], raw_data: [9, 'bytes'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensor_type: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elem_type: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto', []] },
  DimensionProto: { dim_value: [1, 'int64'], dim_param: [2, 'string'] },
};

const descriptor = ([name, [number, type, many]]: [string, Field]) => {
  const scalar: Type | undefined = SCALARS[type as keyof typeof SCALARS];
  return {
    name,
    number,
    label: many ? Label.REPEATED : Label.OPTIONAL,
    ...(scalar ? { type: scalar } : { type: Type.MESSAGE, typeName: `.onnx.${type}` }),
  };
};

let known: ReturnType<typeof createFileRegistry> | undefined;

function message(name: string): DescMessage {
  known ??= createFileRegistry(
    create(FileDescriptorProtoSchema, {
      name: 'onnx.proto',
      package: 'onnx',
      syntax: 'proto2',
      messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
        name,
        field: Object.entries(fields).map(descriptor),
      })),
    }),
    () => undefined,
  );
  return known.getMessage(`onnx.${name}`) as DescMessage;
}

/** Returns the file of a model. */
export function encodeModel(model: ModelProto): Uint8Array {
  const schema = message('ModelProto');
  return toBinary(schema, create(schema, model as unknown as Record<string, unknown>));
}

/** Returns what a file says of itself, without its graph; throws where the bytes are no such file. */
export function decodeHead(bytes: Uint8Array): ModelHead {
  const head: Message = fromBinary(message('ModelHeadProto'), bytes, { readUnknownFields: false });
  return head as Message & ModelHead;
}
