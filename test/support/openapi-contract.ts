import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Schema = { [key: string]: Json };

export interface MediaType {
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, { readonly value: Json }>>;
}

export interface DocumentedResponse {
  readonly description: string;
  readonly content?: Readonly<Record<string, MediaType>>;
  readonly headers?: Readonly<Record<string, unknown>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Route extends Operation {
  readonly method: string;
  readonly path: string;
}

/** A schema somewhere in a document, and the JSON pointer (RFC 6901) to it. */
export interface FoundSchema {
  readonly schema: Schema;
  readonly pointer: string;
}

/** Keys whose value is a schema, a list of schemas, schemas by name; and values that are none, whatever they hold. */
const SCHEMA = new Set(['schema', 'items', 'additionalProperties']);
const SCHEMAS = new Set(['anyOf', 'oneOf', 'allOf', 'properties', 'schemas']);
const DATA = new Set(['example', 'examples', 'enum', 'const', 'default']);

export function routesOf({ paths }: OpenApiDocument): Route[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => Object.assign({ method, path }, operation)),
  );
}

/** Every schema in a document, those within others too. */
export function schemasOf(document: OpenApiDocument): FoundSchema[] {
  return findSchemas(document as unknown as Json, '');
}

function findSchemas(node: Json, pointer: string): FoundSchema[] {
  if (!isObject(node)) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (DATA.has(key) || !isObject(value)) return [];
    const here = `${pointer}/${escape(key)}`;
    return schemasAt(key, value, here).concat(findSchemas(value, here));
  });
}

/** The schemas that `value` is, or lists, as the value of `key`. */
function schemasAt(key: string, value: Schema, pointer: string): FoundSchema[] {
  if (SCHEMA.has(key)) return [{ schema: value, pointer }];
  const listed = SCHEMAS.has(key) ? Object.entries(value) : [];
  return listed.map(([name, schema]) => ({
    schema: schema as Schema,
    pointer: `${pointer}/${escape(name)}`,
  }));
}

/** Lists too: their keys are the indices. */
function isObject(value: Json): value is Schema {
  return typeof value === 'object' && value !== null;
}

export function escape(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Holds values against the schemas of one document. */
export class SchemaChecker {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, formats: { binary: true } });

  constructor(document: OpenApiDocument) {
    addFormats(this.ajv);
    this.ajv.addSchema(document, 'document');
  }

  /** What is wrong with `value` by the schema at `pointer`; nothing when it fits. */
  errors(value: unknown, pointer: string): string {
    const fragment = pointer.split('/').map(encodeURIComponent).join('/');
    const validate = this.ajv.compile({ $ref: `document#${fragment}` });
    return validate(value) ? '' : this.ajv.errorsText(validate.errors);
  }
}

/** The same document with every object closed: a member that is not documented becomes an error. */
export function closed(document: OpenApiDocument): OpenApiDocument {
  const copy = structuredClone(document);
  for (const { schema } of schemasOf(copy)) {
    if ('properties' in schema && !('additionalProperties' in schema)) schema['additionalProperties'] = false;
  }
  return copy;
}
